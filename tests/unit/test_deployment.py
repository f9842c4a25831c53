"""What a deployment is started from: systemd's units, the container file. Neither is installed or built here."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_FOLDER

DEPLOY = PROJECT_FOLDER / "orchestration" / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
INSTALLED = "/opt/cypp/.venv/bin"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_units_are_what_systemd_takes(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text().replace(INSTALLED, sysconfig.get_path("scripts"))
        (tmp_path / unit.name).write_text(text)

    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, sorted(tmp_path.iterdir()))],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    # It says of other units of the machine what it finds, too.
    said = [line for line in checked.stderr.splitlines() if "cypp" in line]
    assert (checked.returncode, said) == (0, [])


@pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"])
def test_services_run_as_their_own_account_and_write_the_data_folder_only(unit: Path) -> None:
    lines = unit.read_text().splitlines()

    assert {
        "User=cypp",
        "UMask=0077",
        "NoNewPrivileges=yes",
        "ProtectSystem=strict",
        "ReadWritePaths=/srv/cypp/data",
    } <= set(lines)


def test_timers_make_up_for_what_was_missed() -> None:
    timers = [unit for unit in UNITS if unit.suffix == ".timer"]

    assert len(timers) == 2
    assert all("Persistent=yes" in timer.read_text().splitlines() for timer in timers)


def test_container_file_passes_its_linter_and_installs_the_locks() -> None:
    containerfile = DEPLOY / "Containerfile"
    linter = Path(sysconfig.get_path("scripts")) / "hadolint"

    linted = subprocess.run(
        [str(linter), str(containerfile)], capture_output=True, text=True, check=False
    )
    text = containerfile.read_text()

    assert (linted.returncode, linted.stdout) == (0, "")
    assert text.count("--require-hashes") == 2
    assert "USER 10001" in text
    copied = {
        name
        for line in text.splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    }
    assert [name for name in sorted(copied) if not (PROJECT_FOLDER / name).exists()] == []


def test_page_names_every_unit_and_every_unit_is_one_of_the_page() -> None:
    named = set(
        re.findall(r"`(cypp-[a-z]+\.(?:service|timer))`", (DEPLOY / "README.md").read_text())
    )

    assert named == {unit.name for unit in UNITS}
