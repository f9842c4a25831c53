"""Tell what has not been told: each matter once on each way, again only where it did not arrive."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace

from filelock import FileLock

from orchestration.alerts.kept import Alert, keep, kept
from orchestration.alerts.matters import Matter, matters_of, message_of
from orchestration.alerts.new_cases import new_cases
from orchestration.alerts.ways import NotDelivered, Send, ways_of
from orchestration.ledger.chain import now
from orchestration.operator.status import current_status
from orchestration.settings import DataFolder, load_alert_settings

LOCK = ".alerts.lock"
LOCK_SECONDS = 300
NOT_KEPT = "it could not be kept, so it will be sent again"
TEST = Matter(
    "test", "a test, nothing has failed", "This is a test. A night that fails looks like this: The night of 2025-04-01 failed, nothing was published: "
    "No space left on device: /srv/cypp/data/warehouse."
)  # fmt: skip


def is_anybody_told(folder: DataFolder) -> bool:
    """Whether the settings name a way; raises ConfigurationError."""
    return bool(ways_of(load_alert_settings(folder.root), folder.root))


def tell(folder: DataFolder, failure: str | None = None) -> list[Alert]:
    """Send what is news, and keep that it was sent; returns it. `failure`: why a night has just failed.

    Raises ConfigurationError where the part of the settings that names who is told cannot be used.
    """
    settings = load_alert_settings(folder.root)

    def standing() -> list[Matter]:
        more = new_cases(folder) if settings.new_cases else []
        return [*matters_of(current_status(folder), failure), *more]

    return tell_matters(folder, standing)


def tell_matters(folder: DataFolder, standing: Callable[[], list[Matter]]) -> list[Alert]:
    """The same of matters that somebody else has found; nobody looks for them where nobody is told."""
    ways = ways_of(load_alert_settings(folder.root), folder.root)
    if not ways:
        return []
    with _one_at_a_time(folder):
        known = {
            (alert.way, key) for alert in kept(folder) if not alert.problem for key in alert.matters
        }
        return list(_told(folder, ways, standing(), known))


def tell_test(folder: DataFolder) -> list[Alert]:
    """Send the alert of a failed night on every way; it is not kept, as nothing has failed."""
    ways = ways_of(load_alert_settings(folder.root), folder.root)
    return [_sent(folder, way, send, [TEST]) for way, send in ways.items()]


def _told(
    folder: DataFolder, ways: dict[str, Send], standing: list[Matter], known: set[tuple[str, str]]
) -> Iterator[Alert]:
    for way, send in ways.items():
        news = [matter for matter in standing if (way, matter.key) not in known]
        if news:
            yield _kept(folder, _sent(folder, way, send, news))


def _sent(folder: DataFolder, way: str, send: Send, matters: Iterable[Matter]) -> Alert:
    told = list(matters)
    alert = Alert(now(), way, {matter.key: matter.text for matter in told})
    more = f" (and {len(told) - 1} more)" if len(told) > 1 else ""
    try:
        send(f"cypp: {told[0].title}{more}", message_of(told, folder))
    except NotDelivered as error:
        return replace(alert, problem=str(error))
    return alert


def _kept(folder: DataFolder, alert: Alert) -> Alert:
    try:
        keep(folder, alert)
    except OSError as error:
        reason = f"{NOT_KEPT} ({error.strerror})"
        return replace(alert, problem="; ".join(filter(None, (alert.problem, reason))))
    return alert


@contextmanager
def _one_at_a_time(folder: DataFolder) -> Generator[None]:
    """So that nothing is told twice by two who look at the same moment."""
    with ExitStack() as held:
        # A disk that is full or cannot be written is what has to be told, too.
        with suppress(OSError):
            held.enter_context(FileLock(folder.root / LOCK, timeout=LOCK_SECONDS))
        yield
