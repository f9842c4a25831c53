"""The end of `cypp rekey`: the new key takes the place of the old one, and what was hashed with the old one goes.

All that is made under the new key is kept next to what there was until the ledger names it, at one moment. One that was
killed before is undone, one that was killed after is finished, by whoever works in the data folder next. How it is made:
`upkeep/rekey.py`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestration.durable import put, put_folder, sync_everything
from orchestration.intake.kept.first_keys import remove_unnamed_first_keys
from orchestration.intake.kept.mending import remove_unnamed
from orchestration.intake.keys import KEY_FILE, NEXT_KEY_FILE, key_check, read_secret
from orchestration.ledger.ledger import Ledger
from orchestration.settings import DataFolder

# Of what DfE's rules have said, the copy under the new key.
REKEYED = ".rekeyed"
# Rows under the old key that nothing reads any more.
LEFT_BEHIND = ("damaged", "taking_in", "extracted")


def next_key(folder: DataFolder) -> Path:
    """Where the new key is until it takes the place of the old one: while it is there, a rotation is under way."""
    return folder.restricted / NEXT_KEY_FILE


def name_of_rotation(secret: bytes) -> str:
    """What the files are called by that a rotation to a key writes anew."""
    return key_check(secret)[:12]


def settle_rekey(folder: DataFolder, ledger: Ledger) -> None:
    """Finish a rotation of the key that the ledger knows; undo one that it does not know."""
    coming = next_key(folder)
    if not coming.exists():
        return
    secret = read_secret(coming)
    is_entered = key_check(secret) == ledger.key_checks()[-1]
    _settle_said(folder, is_entered=is_entered)
    for path in _issues_of_no_event(folder, ledger):
        if is_entered or name_of_rotation(secret) in path.name:
            path.unlink()
    remove_unnamed(folder, ledger)
    remove_unnamed_first_keys(folder, ledger)
    for name in LEFT_BEHIND:
        shutil.rmtree(folder.work / name, ignore_errors=True)
    sync_everything()
    # Last: until then everybody sees that it is under way.
    if is_entered:
        put(coming, folder.restricted / KEY_FILE)
    else:
        coming.unlink()


def _settle_said(folder: DataFolder, *, is_entered: bool) -> None:
    for fresh in (folder.quality / "statutory").glob(f"*{REKEYED}"):
        if is_entered:
            put_folder(fresh, fresh.with_suffix(""))
        else:
            shutil.rmtree(fresh)


def _issues_of_no_event(folder: DataFolder, ledger: Ledger) -> list[Path]:
    named = {folder.ledger / name for name in ledger.kept_files()}
    return [path for path in (folder.ledger / "issues").glob("*.parquet") if path not in named]
