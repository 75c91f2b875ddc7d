"""What can be done about one service, as entries of a menu: the same in the tray and in the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from PySide6.QtGui import QGuiApplication

from trayapp.core.wording import acknowledged, dialled, duration, latency, plain, why
from trayapp.core.words import FOR_EVER, Incident, ServiceView
from trayapp.ui.asks import Asks
from trayapp.ui.corrections import VERDICTS, Corrections
from trayapp.ui.entries import Entry, line
from trayapp.ui.reports import Reports
from trayapp.ui.times import HOUR, MINUTE, clock, lasting, tomorrow


class ServiceActions:
    """Makes entries. `reveal` and `edit` show a service (its id) in the window or in the settings."""

    def __init__(
        self,
        asks: Asks,
        now: Callable[[], int],
        reveal: Callable[[str], None],
        edit: Callable[[str], None],
        reports: Reports,
        corrections: Corrections,
    ) -> None:
        self._asks = asks
        self._now = now
        self._reveal = reveal
        self._edit = edit
        self._reports = reports
        self._corrections = corrections

    def urgent(self, view: ServiceView) -> tuple[Entry, ...]:
        """What somebody wants who is just told that something is wrong."""
        return (
            Entry("Open", partial(self._reveal, view.service.id)),
            *self._hush(view),
            *self._link(view),
            *self._report(view, view.belief.incident),
        )

    def everything(self, view: ServiceView, needing: Sequence[ServiceView] = ()) -> tuple[Entry, ...]:
        """All there is, below the facts of the last check. `needing` are the services that need a person."""
        check = partial(self._asks.check_now, (view.service.id,))
        recent = self._reports.recent(view)
        return (
            *(Entry(said, key=f"fact {at}") for at, said in enumerate(self.facts(view))),
            line("facts"),
            Entry("Check now", check, enabled=view.service.enabled),
            *self._hush(view),
            *self.acknowledge_all(needing),
            *self._pause(view),
            line("service"),
            *self._link(view),
            Entry("Copy message", partial(self._copy, view)),
            *self._report(view, recent),
            *self._correct(view, recent),
            Entry("Settings of this service…", partial(self._edit, view.service.id)),
        )

    def facts(self, view: ServiceView) -> list[str]:
        """What is dialled how often, and how the last check went."""
        lines = [f"{dialled(view.service, 60)}, every {duration(view.service.interval)}"]
        last = view.belief.last
        if last is not None:
            took = f", {latency(last.finding.latency_ms)}" if last.finding.latency_ms is not None else ""
            said = plain(last.finding.message, 60) or last.finding.outcome.value
            lines.append(f"{clock(last.ended, self._now())}  {said}{took}")
        return lines

    def acknowledge_all(self, views: Iterable[ServiceView]) -> Iterator[Entry]:
        """One entry for all outages that nobody took note of, where there are several."""
        incidents = [
            view.belief.incident.id for view in views if view.belief.incident is not None and not acknowledged(view)
        ]
        if len(incidents) > 1:
            yield Entry(f"Acknowledge all {len(incidents)}", partial(self._acknowledge, incidents), "acknowledge all")

    def _acknowledge(self, incidents: Iterable[int]) -> None:
        for incident in incidents:
            self._asks.acknowledge(incident)

    def _hush(self, view: ServiceView) -> Iterator[Entry]:
        """What makes it quiet, and where that was done, what undoes it in the same place."""
        incident, service = view.belief.incident, view.service.id
        if acknowledged(view):
            yield Entry("Acknowledged, until it is back", key="acknowledge", checked=True)
        elif incident is not None:
            yield Entry("Acknowledge", partial(self._asks.acknowledge, incident.id), "acknowledge")
        until, now = view.telling.snoozed_until, self._now()
        if until is not None and until > now:
            yield Entry(f"End snooze ({lasting(until, now)})", partial(self._asks.snooze, service, None), "end snooze")
        else:
            yield Entry("Snooze", entries=tuple(self._snoozes(view)))
        if view.when_back:
            unwanted = partial(self._asks.tell_when_back, service, False)
            yield Entry("Tell me once when it is back", unwanted, "when back", checked=True)

    def _snoozes(self, view: ServiceView) -> Iterator[Entry]:
        service = view.service.id
        yield Entry("For 30 minutes", partial(self._snooze, service, lambda now: now + 30 * MINUTE))
        yield Entry("For 2 hours", partial(self._snooze, service, lambda now: now + 2 * HOUR))
        yield Entry("Until tomorrow morning", partial(self._snooze, service, tomorrow))
        if view.belief.incident is not None and not view.when_back:
            yield Entry("Until it is back (tell me once)", partial(self._wait_for, view))

    def _snooze(self, service: str, until: Callable[[int], int]) -> None:
        self._asks.snooze(service, until(self._now()))

    def _wait_for(self, view: ServiceView) -> None:
        """No word of this outage but that it is over."""
        if view.belief.incident is not None:
            self._asks.acknowledge(view.belief.incident.id)
        self._asks.tell_when_back(view.service.id, True)

    def _pause(self, view: ServiceView) -> Iterator[Entry]:
        service, until, now = view.service.id, view.paused_until, self._now()
        if until is not None:
            resume = partial(self._asks.pause_service, service, None)
            yield Entry(f"Resume this service (paused {lasting(until, now)})", resume, "resume")
        elif view.service.enabled:
            an_hour = partial(self._pause_for, service, HOUR)
            yield Entry(
                "Pause this service",
                entries=(
                    Entry("For 1 hour", an_hour),
                    Entry("Until I resume it", partial(self._asks.pause_service, service, FOR_EVER)),
                ),
            )

    def _pause_for(self, service: str, ms: int) -> None:
        self._asks.pause_service(service, self._now() + ms)

    def _link(self, view: ServiceView) -> Iterator[Entry]:
        link = next(filter(is_page, (view.service.link, view.service.probe.target)), None)
        if link is not None:
            yield Entry("Open link", partial(self._asks.open_link, link))

    def _report(self, view: ServiceView, incident: Incident | None) -> Iterator[Entry]:
        if incident is not None:
            which = "Copy report" if incident.end is None else "Copy report of the last outage"
            yield Entry(which, partial(self._reports.copy, view, incident), "copy report")

    def _correct(self, view: ServiceView, incident: Incident | None) -> Iterator[Entry]:
        """What an outage that is over was really; chosen again, it is unsaid."""
        if incident is None or incident.end is None:
            return
        standing = self._corrections.standing(incident.id)
        say = partial(self._corrections.say, view.service.id, incident.id)
        yield Entry(
            "The last outage was",
            entries=tuple(
                Entry(
                    words, partial(say, None if verdict == standing else verdict), verdict, checked=verdict == standing
                )
                for verdict, words in VERDICTS.items()
            ),
        )

    def _copy(self, view: ServiceView) -> None:
        lines = (plain(view.service.title), plain(why(view, self._now())), plain(view.service.probe.target))
        QGuiApplication.clipboard().setText("\n".join(lines))


def is_page(url: str) -> bool:
    """Whether a browser may be given this: a file may say what it likes, only web pages are opened."""
    return url.startswith(("https://", "http://"))
