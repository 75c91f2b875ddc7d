"""A services.toml to look at, and a program that answers as it is told to."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from trayapp.core.words import CheckResult, Finding, Outcome, Service
from trayapp.ui.asks import ApplyResult
from trayapp.ui.settings.machine_rows import Row

TEXT = """\
version = 1

# what everybody looks at
[services.twitter]
name = "Twitter"
group = "Public web"
provider = "Joyent"  # until the move
degraded_above = "800ms"
odd = { kept = true }
[services.twitter.http]
url = "https://twitter.com/"
contains = "What are you doing?"
headers = { Authorization = { secret = "twitter-token" }, Accept = "text/html" }

[services.github]
name = "GitHub"
group = "Public web"
[services.github.http]
url = "https://github.com/"

[services.cache-1]
name = "memcached cache-1"
group = "Office LAN"
notify = "down"
[services.cache-1.tcp]
host = "cache-1.lan"
port = 11211

[services.printer]
name = "Print server"
group = "Office LAN"
enabled = false
notify = "none"
[services.printer.tcp]
host = "printer.lan"
port = 631
"""

PLANNED = (
    TEXT.replace('name = "Twitter"', 'name = "Twitter"\ncritical = true')
    + """
# tapes
[maintenance.backup]
note = "Backup of the databases"
services = ["cache-1", "printer"]
groups = ["Public web"]
every = "week"
days = ["sun"]
at = "02:30"  # not earlier
duration = "2h"
zone = "Europe/Berlin"
odd = 1

[maintenance.patches]
every = "month"
days = ["1", "15", "last"]
at = "21:00"
duration = "90m"
zone = "Europe/Berlin"

[maintenance.move]
note = "Move to the new rack"
groups = ["Office LAN"]
start = "2025-10-01T22:00"
end = "2025-10-02T04:00"

# when I sleep
[quiet_hours]
from = "22:00"
to = "07:00"
"""
)

GOOD = Finding(
    Outcome.OK,
    latency_ms=45.2,
    phases_ms={"dns": 1.0, "connect": 4.1, "tls": 12.0, "first_byte": 27.9, "body": 0.2},
    address="192.0.2.7",
    answered=True,
)


class Program:
    """Asks that are answered at once or when the test says so. `file` is what the disk holds."""

    def __init__(self, text: str = TEXT) -> None:
        self.file = text
        self.faults: tuple[str, ...] = ()
        self.tried: list[tuple[Service, Future[CheckResult]]] = []
        self.secrets: list[tuple[str, str, str, Future[None]]] = []

    def settings_text(self) -> str:
        return self.file

    def apply(self, text: str, basis: str) -> ApplyResult:
        if self.file != basis:
            return ApplyResult(saved=False, conflict=self.file)
        if self.faults:
            return ApplyResult(saved=False, faults=self.faults)
        self.file = text
        return ApplyResult(saved=True)

    def try_out(self, service: Service) -> Future[CheckResult]:
        future: Future[CheckResult] = Future()
        self.tried.append((service, future))
        return future

    def answer(self, finding: Finding = GOOD) -> None:
        """End the last check that was tried."""
        service, future = self.tried[-1]
        future.set_result(CheckResult(service.id, 1_762_351_200_000, 1_762_351_200_045, finding))

    def set_secret(self, name: str, value: str, origin: str) -> Future[None]:
        future: Future[None] = Future()
        self.secrets.append((name, value, origin, future))
        return future

    def check_now(self, services: Collection[str] | None) -> None:
        raise AssertionError("the settings check nothing but what is tried")

    def acknowledge(self, incident: int) -> None:
        raise AssertionError("the settings acknowledge nothing")

    def snooze(self, service: str, until: int | None) -> None:
        raise AssertionError("the settings snooze nothing")

    def pause(self, until: int | None) -> None:
        raise AssertionError("the settings pause nothing")

    def pause_service(self, service: str, until: int | None) -> None:
        raise AssertionError("the settings pause nothing")

    def tell_when_back(self, service: str, wanted: bool) -> None:
        raise AssertionError("the settings ask for no news")

    def open_link(self, url: str) -> None:
        raise AssertionError("the settings open no page")

    def quit(self) -> None:
        raise AssertionError("the settings end nothing")


@dataclass(frozen=True)
class Seen:
    """A row about the machine."""

    part: str
    ok: bool
    found: str
    advice: str = ""


def seen(*rows: Row) -> Future[Sequence[Row]]:
    """Rows that were found out already."""
    future: Future[Sequence[Row]] = Future()
    future.set_result(rows)
    return future


def desktop_rows() -> Future[Sequence[Row]]:
    return seen(
        Seen("Notifications", True, "dunst 1.9.0 shows them, with buttons."),
        Seen("Fallback", True, "Where it does not answer, the tray icon says it, and at last the window."),
    )


def history_rows() -> Future[Sequence[Row]]:
    return seen(Seen("History", True, "history.db, 61.4 MB; single checks since 23 October."))


def machine_rows() -> Future[Sequence[Row]]:
    return seen(
        Seen("Tray", True, "StatusNotifier: the panel shows the icon."),
        Seen("Keyring", False, "It is locked.", "Unlock it, or log in with your password."),
        Seen("SQLite", True, "3.40.1, write-ahead log."),
        Seen("Ping", False, "Not allowed.", "sudo sysctl net.ipv4.ping_group_range='0 2147483647'"),
    )
