"""A folder that is on a file system of its own, as far as a rename can tell: what a mount, a bind mount or a share is."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest


def mount(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """Refuse every rename into a folder or out of it, as the system does."""
    original = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.is_relative_to(place) != target.is_relative_to(place):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV), str(self), None, str(target))
        return original(self, target)

    monkeypatch.setattr(Path, "replace", replace)
