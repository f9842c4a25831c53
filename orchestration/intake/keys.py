"""Pseudonymous keys by HMAC-SHA-256 (data/README.md, 'Keys') and the secret they are made with."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import pandas as pd

from orchestration.durable import write

KEY_BITS = 128
KEY_FILE = "hmac.key"
# Beside it while another takes its place (`cypp rekey`).
NEXT_KEY_FILE = "next.key"
# What a file's mode allows to anybody but its owner.
OTHERS = 0o077
# An authority's months name the same children again and again; so many take some 30 MB.
REMEMBERED_KEYS = 100_000


class KeyFileError(Exception):
    """The key in `restricted/` is missing, unreadable or not the one this data folder was made with."""


@lru_cache(maxsize=REMEMBERED_KEYS)
def keyed_hash(secret: bytes, *parts: str) -> str:
    """First 128 bits, in hex, of HMAC-SHA-256 over the parts joined by '|'."""
    # In one call: an HMAC object per identifier costs five times as much.
    return hmac.digest(secret, "|".join(parts).encode(), "sha256")[: KEY_BITS // 8].hex()


def hash_column(secret: bytes, values: pd.Series, *prefix: str) -> pd.Series:
    """Keys of a column of identifiers; null stays null. One hash per distinct identifier."""
    codes, distinct = pd.factorize(values)
    keys = pd.array([keyed_hash(secret, *prefix, value) for value in distinct], dtype="string")
    return pd.Series(keys.take(codes, allow_fill=True), index=values.index)


def key_check(secret: bytes) -> str:
    """A fingerprint that tells two secrets apart without giving either away."""
    return keyed_hash(secret, "check", "cypp")


def make_secret(path: Path) -> bytes:
    """Write a new secret and return it."""
    secret = secrets.token_bytes(32)
    write(path, f"{secret.hex()}\n".encode())
    return secret


def load_or_make_secret(
    restricted: Path, checks: Sequence[str], *, may_make: bool
) -> tuple[bytes, bool]:
    """The secret of this data folder, and whether it was made just now.

    `checks`: of every key that the folder has had, the one in force last. `may_make`: nothing has been taken in yet.
    Raises KeyFileError when the key is absent from a folder that has been used before, or another than it was made
    with: going on would give every child a new key.
    """
    path = restricted / KEY_FILE
    if not path.exists():
        if not may_make:
            raise KeyFileError(
                f"{path.name} is missing from restricted/: put back the key of this data folder"
            )
        return make_secret(path), True
    secret = read_secret(path)
    if checks and not hmac.compare_digest(key_check(secret), checks[-1]):
        which = (
            "a key from before a `cypp rekey`: put back the newest one"
            if key_check(secret) in checks
            else "not the key that this data folder was made with"
        )
        raise KeyFileError(f"{path.name} in restricted/ is {which}")
    return secret, False


def read_secret(path: Path) -> bytes:
    """The secret in a file that only its owner can read; raises KeyFileError."""
    if path.stat().st_mode & OTHERS:
        raise KeyFileError(
            f"{path.name} in restricted/ can be read by others than its owner: run `chmod 600 {path}`"
        )
    try:
        secret = bytes.fromhex(path.read_text().strip())
    except ValueError:
        raise KeyFileError(f"{path.name} in restricted/ is not a hexadecimal key") from None
    if len(secret) < 32:
        raise KeyFileError(f"{path.name} in restricted/ is shorter than 256 bits")
    return secret
