"""What the screen may ask for (`ui.asks.Asks`, `ui.strips.Past`), passed on to the engine that runs now.

After the demo that is another one than before, and the home that is read is another one too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future

from trayapp.adding import text_of
from trayapp.config.load import parse
from trayapp.config.save import CannotSave, Conflict, save
from trayapp.core.evidence import Evidence
from trayapp.core.words import CheckResult, Correction, Incident, Segment, Service
from trayapp.engine.engine import Engine
from trayapp.history.queries import Reader
from trayapp.ui.asks import ApplyResult
from trayapp.watching import Watching


class Wishes:
    """Used in the GUI thread; nothing here waits. `open_page` shows a URL, `quit_` ends the program."""

    def __init__(self, watching: Watching, open_page: Callable[[str], object], quit_: Callable[[], object]) -> None:
        self._watching = watching
        self._open_page = open_page
        self._quit = quit_

    # Of the engine

    def check_now(self, services: Collection[str] | None) -> None:
        self._engine.check_now(services)

    def acknowledge(self, incident: int) -> None:
        self._engine.acknowledge(incident)

    def snooze(self, service: str, until: int | None) -> None:
        self._engine.snooze(service, until)

    def tell_when_back(self, service: str, wanted: bool) -> None:
        self._engine.tell_when_back(service, wanted)

    def pause(self, until: int | None) -> None:
        self._engine.pause(until)

    def pause_service(self, service: str, until: int | None) -> None:
        self._engine.pause_service(service, until)

    def try_out(self, service: Service) -> Future[CheckResult]:
        return self._engine.try_out(service)

    def set_secret(self, name: str, value: str, origin: str) -> Future[None]:
        return self._engine.keep_secret(name, value, origin)

    def correct(self, incident: int, verdict: str | None) -> Future[None]:
        return self._engine.correct(incident, verdict)

    # Of services.toml

    def settings_text(self) -> str:
        return text_of(self._watching.places.services_toml)

    def apply(self, text: str, basis: str) -> ApplyResult:
        before = {str(fault) for fault in parse(basis).faults}
        loaded = parse(text)
        fresh = tuple(str(fault) for fault in loaded.faults if not fault.warning and str(fault) not in before)
        if loaded.settings is None or fresh:
            return ApplyResult(False, fresh or tuple(map(str, loaded.faults)))
        try:
            save(self._watching.places.services_toml, text, basis)
        except Conflict as conflict:
            return ApplyResult(False, conflict=conflict.theirs)
        except (CannotSave, OSError) as fault:
            return ApplyResult(False, (str(fault),))
        self._engine.reload()
        return ApplyResult(True, tuple(map(str, loaded.faults)))

    # Of history

    def timelines(self, services: Sequence[str], since: int, until: int, now: int) -> Mapping[str, Sequence[Segment]]:
        return self._past.timelines(services, since, until, now)

    def incidents(self, since: int, until: int, service: str | None = None) -> Sequence[Incident]:
        return self._past.incidents(since, until, service)

    def corrections(self, incidents: list[int]) -> Mapping[int, Sequence[Correction]]:
        return self._past.corrections(incidents)

    def evidence(self, incident: int) -> tuple[Evidence | None, Evidence | None]:
        return self._past.evidence(incident)

    # Of the desktop

    def open_link(self, url: str) -> None:
        self._open_page(url)

    def quit(self) -> None:
        self._quit()

    @property
    def _engine(self) -> Engine:
        return self._watching.engine

    @property
    def _past(self) -> Reader:
        return Reader(self._watching.places.history_db)
