"""Pseudonymous keys by HMAC-SHA-256 (data/README.md, 'Keys') and the secret they are made with."""

from __future__ import annotations

import hmac
import secrets
from functools import lru_cache
from pathlib import Path

import pandas as pd

from orchestration.durable import write

KEY_BITS = 128
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


def load_or_make_secret(
    restricted: Path, expected_check: str | None, *, may_make: bool
) -> tuple[bytes, bool]:
    """The secret of this data folder, and whether it was made just now.

    `may_make`: nothing has been taken in yet. Raises KeyFileError when the key is absent from a folder that has
    been used before, or another than it was made with: going on would give every child a new key.
    """
    path = restricted / "hmac.key"
    if not path.exists():
        if not may_make:
            raise KeyFileError(
                f"{path.name} is missing from restricted/: put back the key of this data folder"
            )
        write(path, f"{secrets.token_hex(32)}\n".encode())
        return load_or_make_secret(restricted, None, may_make=False)[0], True
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
    if expected_check is not None and not hmac.compare_digest(key_check(secret), expected_check):
        raise KeyFileError(
            f"{path.name} in restricted/ is not the key that this data folder was made with"
        )
    return secret, False
