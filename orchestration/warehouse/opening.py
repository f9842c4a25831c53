"""Files of marts, opened: with the keys of `[encryption]` where they are encrypted, without one where they are not.

DuckDB encrypts and tells a wrong key by itself. Where the settings name a key, nothing is published that was not
written with it, and nothing at all while no key opens what is published.
"""

from __future__ import annotations

import shutil
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import duckdb_extension_httpfs

from orchestration.settings import (
    ConfigurationError,
    DataFolder,
    EncryptionSettings,
    load_encryption_settings,
)

# The part of DuckDB that may write encrypted files; read from the wheel, so that nothing is installed or downloaded.
CRYPTO = Path(duckdb_extension_httpfs.__file__).parent.joinpath(
    "extensions", f"v{duckdb.__version__}", "httpfs.duckdb_extension"
)
# DuckDB says by these that a file is encrypted and no key is given, or the other way round, and that a key is another.
ANOTHER_KEY = (duckdb.CatalogException, duckdb.InvalidInputException)


@contextmanager
def opened(marts: Path, *, read_only: bool = True) -> Generator[duckdb.DuckDBPyConnection]:
    """Open a file of marts of a data folder; raises ConfigurationError where no key of the settings fits."""
    settings = _settings_of(marts)
    if not settings.keys:
        with _opened_plain(marts, read_only=read_only) as connection:
            yield connection
        return
    with duckdb.connect() as connection:
        _attach(connection, marts, "warehouse", settings, read_only=read_only)
        connection.execute("use warehouse")
        yield connection


@contextmanager
def _opened_plain(marts: Path, *, read_only: bool) -> Generator[duckdb.DuckDBPyConnection]:
    try:
        connection = duckdb.connect(str(marts), read_only=read_only)
    except duckdb.CatalogException:
        raise _no_key(marts) from None
    with connection:
        yield connection


def copy_marts(marts: Path, target: Path) -> None:
    """Copy a whole file of marts that is in the clear, encrypted where the settings say so."""
    if _settings_of(target).key is None:
        shutil.copyfile(marts, target)
        return
    with copying(marts, target) as connection:
        connection.execute("copy from database whole to fresh")


@contextmanager
def copying(marts: Path, target: Path) -> Generator[duckdb.DuckDBPyConnection]:
    """A file of marts as `whole`, to be read, and a new file as `fresh`, encrypted where the settings say so."""
    target.unlink(missing_ok=True)
    settings = _settings_of(target)
    with duckdb.connect() as connection:
        _attach(connection, marts, "whole", _settings_of(marts), read_only=True)
        _try(connection, target, "fresh", settings.key, read_only=False)
        yield connection
        connection.execute("checkpoint fresh")


def attach(connection: duckdb.DuckDBPyConnection, marts: Path, name: str) -> None:
    """Attach a file of marts to be read, by the keys of its own data folder."""
    _attach(connection, marts, name, _settings_of(marts), read_only=True)


def is_encrypted(folder: DataFolder) -> bool:
    """Whether what is published from now on is encrypted."""
    return load_encryption_settings(folder.root).key is not None


def is_as_set(marts: Path) -> bool:
    """Whether a file of marts was written with the key in force, or in the clear where there is none."""
    with duckdb.connect() as connection:
        try:
            _try(connection, marts, "marts", _settings_of(marts).key, read_only=True)
        except ANOTHER_KEY:
            return False
    return True


def refuse_wrong_encryption(folder: DataFolder) -> None:
    """Raise ConfigurationError unless the keys of the settings open what is published, and the machine can encrypt.

    A damaged file is not asked for its key: the kept copy takes its place (`serving`).
    """
    if is_encrypted(folder):
        with duckdb.connect() as connection:
            _load_crypto(connection)
    if folder.warehouse_file.exists():
        with suppress(duckdb.Error), opened(folder.warehouse_file):
            pass


def _settings_of(marts: Path) -> EncryptionSettings:
    """The settings of the data folder: all its files of marts are in a folder in it."""
    return load_encryption_settings(marts.absolute().parent.parent)


def _attach(
    connection: duckdb.DuckDBPyConnection,
    marts: Path,
    name: str,
    settings: EncryptionSettings,
    *,
    read_only: bool,
) -> None:
    """Attach a file that is there, by whatever key fits, or without one: what was published before may be in the clear."""
    for key in (*settings.keys, None):
        try:
            _try(connection, marts, name, key, read_only=read_only)
        except ANOTHER_KEY:
            continue
        return
    raise _no_key(marts)


def _try(
    connection: duckdb.DuckDBPyConnection,
    marts: Path,
    name: str,
    key: str | None,
    *,
    read_only: bool,
) -> None:
    options = ["read_only"] if read_only else []
    if key is not None:
        options.append(f"encryption_key '{key}'")
        if not read_only:
            _load_crypto(connection)
    listed = f" ({', '.join(options)})" if options else ""
    connection.execute(f"attach '{_quoted(marts)}' as {name}{listed}")


def _load_crypto(connection: duckdb.DuckDBPyConnection) -> None:
    try:
        connection.execute(f"load '{_quoted(CRYPTO)}'")
    except duckdb.Error:
        raise ConfigurationError(
            "settings.toml: encryption: DuckDB cannot encrypt on this machine: the package duckdb-extension-httpfs of"
            f" version {duckdb.__version__} is not there for it; leave out [encryption]"
        ) from None


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _no_key(marts: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{marts.name} is encrypted and settings.toml names no key that opens it: name the file of its key as key_file"
        " under [encryption], or as former_key_file where the next run is to publish with another key or without one"
    )
