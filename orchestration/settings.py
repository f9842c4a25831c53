"""Where a deployment's data stand and what its `settings.toml` says. No behaviour lives here."""

from __future__ import annotations

import grp
import os
import re
import shlex
import tomllib
from datetime import date, time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

if TYPE_CHECKING:
    from upath import UPath

_PACKAGE = Path(__file__).resolve().parent
_IN_WHEEL = _PACKAGE / "project"
IS_INSTALLED = _IN_WHEEL.is_dir()
"""Whether this is an installed wheel: it carries in the package what a checkout has beside it (pyproject.toml)."""
PROJECT_FOLDER = _IN_WHEEL if IS_INSTALLED else _PACKAGE.parent
DBT_FOLDER = PROJECT_FOLDER / "dbt_project"
REFERENCE_FOLDER = PROJECT_FOLDER / "data" / "reference"
# What the job makes is its own; what others may read is opened one by one (`warehouse/access.py`).
PRIVATE_UMASK = 0o077
DEFAULT_HOME_AREA = "E09000003"
DEFAULT_LOOK_BACK_MONTHS = 6
AREA = re.compile(r"^[EW]\d{8}$")
AREAS = "areas"
"""The folder of a region in which each area has a data folder (orchestration/region/README.md)."""

KEY = re.compile(r"[0-9a-fA-F]{64}")
EVERYBODY = 0o007


def _key_in(path: Path) -> str:
    """The key in a file of 64 hexadecimal digits; raises ValueError."""
    try:
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        text = ""
    if not path.is_absolute() or not KEY.fullmatch(text):
        raise ValueError(
            f"{path} is not the absolute path of a file of 64 hexadecimal digits: `openssl rand -hex 32` makes some"
        )
    if path.stat().st_mode & EVERYBODY:
        raise ValueError(f"{path} can be read by everybody: run `chmod o= {path}`")
    return text


def _usable(path: Path) -> Path:
    _key_in(path)
    return path


Read = TypeVar("Read", bound=BaseModel)
KeyFile = Annotated[Path, AfterValidator(_usable)]
Months = Annotated[int, Field(ge=1, le=120)]
Address = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
StoreAddress = Annotated[str, Field(pattern=r"^s3://[^\s@?#*/]+(/[^\s@?#*/]+)+$")]


class ConfigurationError(Exception):
    """Settings or arguments that cannot be used; nothing has been touched (exit status 2)."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnnexASettings(_Section):
    look_back_months: Months | dict[str, Months] = DEFAULT_LOOK_BACK_MONTHS

    def months_for(self, area_code: str) -> int:
        """How many months lists 1-8 of this area reach back."""
        if isinstance(self.look_back_months, dict):
            return self.look_back_months.get(area_code, DEFAULT_LOOK_BACK_MONTHS)
        return self.look_back_months


class GateSettings(_Section):
    volume_check: bool = True
    volume_min_rows: Annotated[int, Field(ge=0)] = 50
    max_quarantined_share: Annotated[float, Field(ge=0, le=1)] = 0.05
    quarantine_min_rows: Annotated[int, Field(ge=0)] = 20


class BoardSettings(_Section):
    spotlight: Annotated[int, Field(ge=1)] | None = None
    """The outcome of the plan that the next board looks at; without it they take turns."""


class PracticeSettings(_Section):
    cp_visit_working_days: Annotated[int, Field(ge=1, le=60)] = 10
    """Within how many working days a child on a protection plan is to be seen: no law says it."""
    contact_follow_up_days: Annotated[int, Field(ge=0, le=28)] = 14
    """For how many days after a contact at the front door it is looked at what followed; no more than the
    month before a window, which is what its measures ask of the extracts (`history_months`)."""
    case_link: Annotated[str, Field(pattern=r"^https://[^\s]*\{id\}[^\s]*$")] | None = None
    """Where the case system shows a child; `{id}` is the local id."""


class QuietSettings(_Section):
    seconds: Annotated[float, Field(ge=0, le=600)] = 2
    """How long no file may change before it is read."""


class RetentionSettings(_Section):
    """What is said here of a source's retention rule stands in place of its contract's."""

    months: Annotated[int, Field(ge=1)] | None = None
    clock: Literal["as_at_date", "received_at"] | None = None
    basis: str | None = None
    approver: str | None = None


class LegalHold(_Section):
    """Extracts that are kept though their time has passed."""

    reason: Annotated[str, Field(min_length=1)]
    areas: tuple[str, ...] = ()
    """Without one: of all areas."""


class AccessSettings(_Section):
    group: str | None = None
    """Whose members may read the published warehouse; without one only the account of the job."""

    @field_validator("group")
    @classmethod
    def _can_be_given(cls, name: str | None) -> str | None:
        """The group, if it is there and the account may give files to it; refused before anything is published."""
        if name is None:
            return None
        try:
            gid = grp.getgrnam(name).gr_gid
        except KeyError:
            raise ValueError(f"there is no group {name} on this machine") from None
        if os.geteuid() != 0 and gid not in (os.getegid(), *os.getgroups()):
            raise ValueError(f"the account of the job is not a member of the group {name}")
        return name

    @property
    def group_id(self) -> int | None:
        """The number of the group."""
        return grp.getgrnam(self.group).gr_gid if self.group else None


class EngineSettings(_Section):
    """What computes dbt's models (orchestration/engine/README.md)."""

    name: Literal["duckdb", "spark"] = "duckdb"
    memory: Annotated[str, Field(pattern=r"^[1-9]\d*(MB|GB)$")] | None = None
    """How much of it DuckDB may take before it spills onto the disk."""
    spark: dict[str, str] = Field(default_factory=dict)
    """Spark's own properties: `"spark.master" = "spark://host:7077"`."""


def _without_password(address: str) -> str:
    """An address of PostgreSQL as libpq reads it; raises ValueError, which quotes nothing of it."""
    import psycopg2
    from psycopg2.extensions import parse_dsn

    try:
        said = parse_dsn(address)
    except psycopg2.Error:
        raise ValueError(
            'write "service=NAME" (of ~/.pg_service.conf) or "postgresql://ACCOUNT@HOST/DATABASE"'
        ) from None
    if {"password", "sslpassword"} & said.keys():
        raise ValueError(
            "no password belongs here: put it into ~/.pgpass of the job's account, or a file that PGPASSFILE names"
        )
    return address


def area_of_region(root: Path) -> str | None:
    """The area whose data folder this is, where it is one of a region's."""
    place = root.resolve()
    return place.name if place.parent.name == AREAS and AREA.match(place.name) else None


class LedgerSettings(_Section):
    """Where the ledger's events are kept; without an address in the file `ledger/ledger.sqlite3`."""

    postgresql: Annotated[str, AfterValidator(_without_password)] | None = None
    schema_name: Annotated[str, Field(alias="schema", pattern=r"^[a-z][a-z0-9_]{0,39}$")] = "cypp"
    """Of an area of a region the area's code follows it."""

    def schema_for(self, root: Path) -> str:
        """The schema of a data folder: the settings of a region name one for all its areas."""
        area = area_of_region(root)
        return f"{self.schema_name}_{area.lower()}" if area else self.schema_name


class EncryptionSettings(_Section):
    """With which key DuckDB encrypts what is published; without one it does not."""

    key_file: KeyFile | None = None
    former_key_file: KeyFile | None = None
    """What opens the files that were published before the next run."""

    @property
    def key(self) -> str | None:
        """The key to write with; None where nothing is encrypted."""
        return _key_in(self.key_file) if self.key_file else None

    @property
    def keys(self) -> tuple[str, ...]:
        """Every key that a file may have been written with."""
        return tuple(_key_in(path) for path in (self.key_file, self.former_key_file) if path)


class StorageSettings(_Section):
    """Where files are kept that need not be in the data folder: addresses in an S3-like object store.

    Who may reach it, and where it answers, is told as its own tools are told: by profile, role or environment.
    """

    archive: StoreAddress | None = None
    raw: StoreAddress | None = None
    """What was read of the extracts."""

    @model_validator(mode="after")
    def _apart(self) -> Self:
        if self.archive and self.raw:
            one, other = f"{self.archive}/", f"{self.raw}/"
            if one.startswith(other) or other.startswith(one):
                raise ValueError("archive and raw need addresses apart, neither within the other")
        return self


class MailSettings(_Section):
    host: str
    port: Annotated[int, Field(ge=1, le=65535)] = 25
    starttls: bool = True
    """Without it nothing is encrypted on the way; a server that does not offer it is given no mail."""
    user: str | None = None
    password_file: Path | None = None
    """Relative to the data folder."""
    sender: Address
    recipients: Annotated[tuple[Address, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.user is None) != (self.password_file is None):
            raise ValueError("user and password_file belong together")
        return self


class AlertSettings(_Section):
    mail: MailSettings | None = None
    command: tuple[str, ...] = ()
    """What is started with the text on its standard input."""
    expected_by: time | None = None
    """When a run must have succeeded on each day, London time."""
    new_cases: bool = False
    """Whether new cases of data owners are told, too."""

    @field_validator("command", mode="before")
    @classmethod
    def _words(cls, command: Any) -> Any:
        return shlex.split(command) if isinstance(command, str) else command


class ScheduleSettings(_Section):
    by: Literal["dagster", "system"] = "system"
    """What starts the nightly job: Dagster's daemon, or cron or a systemd timer."""


class Target(_Section):
    """A value that somebody has agreed to reach (data/README.md, 'Targets')."""

    area: Annotated[str, Field(pattern=r"^E\d{8}$")]
    indicator: str
    valid_from: Annotated[date, Field(alias="from")]
    """First period end that is judged by it."""
    valid_to: Annotated[date | None, Field(alias="to")] = None
    target: float
    """On the printed scale."""
    near_within: Annotated[float, Field(ge=0)]
    far_within: Annotated[float, Field(ge=0)] | None = None
    origin: Literal["local", "national"] = "local"
    agreed_by: Annotated[str, Field(min_length=1)]
    agreed_on: date

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("`to` is before `from`")
        if self.far_within is not None and self.far_within <= self.near_within:
            raise ValueError("far_within reaches no further than near_within")
        return self


class Settings(_Section):
    """The keys of `settings.toml` (data/README.md, 'Settings'); an unknown key is a configuration error."""

    home_area: str | None = None
    annex_a: AnnexASettings = AnnexASettings()
    gate: GateSettings = GateSettings()
    practice: PracticeSettings = PracticeSettings()
    board: BoardSettings = BoardSettings()
    quiet: QuietSettings = QuietSettings()
    retention: dict[str, RetentionSettings] = Field(default_factory=dict)
    legal_hold: LegalHold | None = None
    access: AccessSettings = AccessSettings()
    engine: EngineSettings = EngineSettings()
    encryption: EncryptionSettings = EncryptionSettings()
    storage: StorageSettings = StorageSettings()
    ledger: LedgerSettings = LedgerSettings()
    alerts: AlertSettings = AlertSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    targets: tuple[Target, ...] = ()


class _OnlyAlerts(BaseModel):
    alerts: AlertSettings = AlertSettings()


class _OnlyEncryption(BaseModel):
    encryption: EncryptionSettings = EncryptionSettings()


class _OnlyStorage(BaseModel):
    storage: StorageSettings = StorageSettings()


class _OnlyLedger(BaseModel):
    ledger: LedgerSettings = LedgerSettings()


def load_settings(data_folder: Path) -> Settings:
    """Read `settings.toml`; raises ConfigurationError naming the key that cannot be used."""
    return _read(data_folder, Settings)


def load_alert_settings(data_folder: Path) -> AlertSettings:
    """Read who is told, though another part of `settings.toml` may be what cannot be used."""
    return _read(data_folder, _OnlyAlerts).alerts


def load_encryption_settings(data_folder: Path) -> EncryptionSettings:
    """Read with which keys published files are opened; raises ConfigurationError where one cannot be used."""
    return _read(data_folder, _OnlyEncryption).encryption


def load_storage_settings(data_folder: Path) -> StorageSettings:
    """Read where archive and raw are kept."""
    return _read(data_folder, _OnlyStorage).storage


def load_ledger_settings(data_folder: Path) -> LedgerSettings:
    """Read where the ledger is kept, though another part of `settings.toml` may be what cannot be used."""
    return _read(data_folder, _OnlyLedger).ledger


def _read(data_folder: Path, kind: type[Read]) -> Read:
    path = data_folder / "settings.toml"
    if not path.exists():
        return kind()
    try:
        return kind.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"settings.toml is not valid TOML: {error}") from None
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError("settings.toml cannot be read as a UTF-8 text file") from None
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}"
            for problem in error.errors()
        )
        raise ConfigurationError(f"settings.toml: {problems}") from None


class DataFolder:
    """The paths under one data folder (data/README.md); creates the private ones with mode 0700."""

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()
        self.landing = self.root / "landing"
        self.ledger = self.root / "ledger"
        self.raw = self.root / "raw"
        """What dbt is told about a run, and `tables` where they are not in an object store."""
        self.quality = self.root / "quality"
        self.restricted = self.root / "restricted"
        self.identifiers = self.restricted / "identifiers"
        """The identifier of each key, by source and area."""
        self.warehouse = self.root / "warehouse"
        self.work = self.root / ".work"
        self.building_file = self.work / "build.duckdb"
        """Where dbt builds the marts: `dbt_project/profiles.yml` says the same, relative to `root`."""
        self.layers_file = self.work / "layers.duckdb"
        """Where dbt builds the layers below the marts, kept until the next run: see the same profile."""
        self.spark = self.work / "spark"
        """Where Spark builds the models, if it does: `dbt_project/macros/engines.sql` says the same."""
        self.candidate_file = self.work / "candidate.duckdb"
        """The build with its public lines, verified: what `publish` puts in place of what serves."""
        self.candidate_figures = self.work / "figures.duckdb"
        self.pages = self.work / "pages"
        """The reports of the candidate."""
        self.warehouse_file = self.warehouse / "warehouse.duckdb"
        self.figures_file = self.warehouse / "figures.duckdb"
        """The same without a row about a child."""
        self.parquet = self.warehouse / "parquet"
        self.outputs = self.root / "outputs"
        self.lock_file = self.root / ".run.lock"

    @cached_property
    def storage(self) -> StorageSettings:
        """What the settings say of archive and raw."""
        return load_storage_settings(self.root)

    @cached_property
    def archive(self) -> Path | UPath:
        """The copies of accepted versions."""
        return self._kept("archive", self.storage.archive)

    @cached_property
    def tables(self) -> Path | UPath:
        """What was read of the extracts, by source and table."""
        return self._kept("raw", self.storage.raw)

    def _kept(self, name: str, address: str | None) -> Path | UPath:
        if address is None:
            return self.root / name
        from upath import UPath

        # What another step has written meanwhile must be seen.
        place = UPath(address, use_listings_cache=False)
        # The areas of a region read the region's settings.
        area = area_of_region(self.root)
        return place / area if area else place

    def name_of(self, place: Path | UPath) -> str:
        """What a file is called wherever it is kept: its path within the data folder."""
        if isinstance(place, Path):
            return place.relative_to(self.root).as_posix()
        name, kept = next(
            (name, kept)
            for name, kept in (("archive", self.archive), ("raw", self.tables))
            if str(place).startswith(f"{kept}/")
        )
        return f"{name}/{str(place).removeprefix(f'{kept}/')}"

    def create(self) -> None:
        """Make every folder that does not exist yet, but for the landing of a data folder in use.

        That one may be a share: a new folder in its place would look as if nothing had been sent.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        begins = () if self.ledger.exists() else (self.landing,)
        here = (self.archive,) if isinstance(self.archive, Path) else ()
        private = (
            *begins, *here, self.ledger, self.raw, self.quality, self.restricted, self.work, self.warehouse,
        )  # fmt: skip
        for folder in private:
            folder.mkdir(mode=0o700, exist_ok=True)


def data_folder(given: Path | None) -> DataFolder:
    """`--data-dir`, else CYPP_DATA_DIR, else the checkout's `data/`; of an installed wheel, `./data`."""
    default = Path("data") if IS_INSTALLED else PROJECT_FOLDER / "data"
    chosen = given or os.environ.get("CYPP_DATA_DIR") or default
    return DataFolder(Path(chosen))
