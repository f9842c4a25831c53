"""A file that only its key opens: AES-256-GCM as `cryptography` streams it, so that a changed byte opens nothing.

A file is opened only after all of it has been held to its seal. One seal takes 64 GiB.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import GCM

MARK = b"cypp sealed, AES-256-GCM\n"
NONCE_BYTES, SEAL_BYTES, KEY_BYTES = 12, 16, 32
CHUNK = 1 << 20


class NotOpened(Exception):
    """A key that cannot be used, or does not fit the file; the message says what to do."""


def read_key(path: Path) -> bytes:
    """The key in a file: 64 hexadecimal digits; raises NotOpened."""
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise NotOpened(
            f"{path} is not a key file of 64 hexadecimal digits: make one with `openssl rand -hex 32 > {path}` and keep"
            " it apart from the backups"
        )
    return key


def is_sealed(path: Path) -> bool:
    """Whether a file was written by `Sealing`."""
    with path.open("rb") as file:
        return file.read(len(MARK)) == MARK


class Sealing:
    """Writes what is written to it to a file, encrypted; `close` sets the seal."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        nonce = secrets.token_bytes(NONCE_BYTES)
        self._file = file
        self._cipher = Cipher(AES(key), GCM(nonce)).encryptor()
        self._cipher.authenticate_additional_data(MARK)
        file.write(MARK + nonce)

    def write(self, content: bytes) -> int:
        """Encrypt the next bytes."""
        return self._file.write(self._cipher.update(content))

    def flush(self) -> None:
        """Bring what is written so far to the file."""
        self._file.flush()

    def close(self) -> None:
        """Write the end and the seal."""
        self._file.write(self._cipher.finalize() + self._cipher.tag)


class _Opening:
    def __init__(self, file: BinaryIO, key: bytes) -> None:
        self._file = file
        self._left = os.fstat(file.fileno()).st_size - len(MARK) - NONCE_BYTES - SEAL_BYTES
        if self._left < 0:
            raise InvalidTag
        file.seek(-SEAL_BYTES, os.SEEK_END)
        seal = file.read(SEAL_BYTES)
        file.seek(len(MARK))
        self._cipher = Cipher(AES(key), GCM(file.read(NONCE_BYTES), seal)).decryptor()
        self._cipher.authenticate_additional_data(MARK)

    def read(self, size: int) -> bytes:
        content = self._file.read(min(size, self._left))
        self._left -= len(content)
        return self._cipher.update(content)

    def check(self) -> None:
        while self._left:
            if not self.read(CHUNK):
                raise InvalidTag
        self._cipher.finalize()


@contextmanager
def opened(path: Path, key: bytes) -> Generator[_Opening]:
    """What was sealed, to be read from its beginning; raises NotOpened before anything can be read."""
    with path.open("rb") as file:
        try:
            _Opening(file, key).check()
        except InvalidTag:
            raise NotOpened(f"the key does not fit {path.name}, or the file is damaged") from None
        yield _Opening(file, key)
