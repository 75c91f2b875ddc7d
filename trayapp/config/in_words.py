"""What the tables beside the services mean, in words: when a maintenance is and when it is next, when nothing rings.

English, as all sentences are; times of day as the file writes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta, tzinfo
from itertools import takewhile

from trayapp.config.maintenance import Maintenance
from trayapp.config.quiet_hours import QuietHours
from trayapp.config.surroundings import Network, Retention
from trayapp.config.zones import weekday_numbers
from trayapp.core.calendar import EVERY_DAY, Once, Repeated, Rule, Window, active
from trayapp.core.instants import MONTHS
from trayapp.core.keys import Duration
from trayapp.core.wording import duration

_DAY = 86_400_000
_YEAR = 366 * _DAY
_NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_WORKDAYS = frozenset(range(5))


def maintenance_in_words(maintenance: Maintenance, now: int, local: tzinfo) -> str:
    """ "Every Sunday 02:30–04:30 Europe/Berlin; next: 29 Nov". `now` is ms UTC, `local` the zone of this computer."""
    rule = maintenance.rule(local)
    zone = f" {maintenance.zone}" if maintenance.zone else ""
    if isinstance(rule, Once):
        (window,) = rule.windows(-_DAY)
        return f"Once, {_span(window, now, rule.zone)}{zone}; {_state(rule, now, rule.zone)}"
    assert isinstance(rule, Repeated)
    when = f"{_days(maintenance)} {_hours(maintenance)}{zone}{_bounds(rule, now)}"
    return f"{when}; {_state(rule, now, rule.zone)}"


def is_over(rule: Rule, now: int) -> bool:
    """Whether it never comes again."""
    return next(rule.windows(now), None) is None


def clock_changes(rule: Rule, now: int) -> tuple[str, ...]:
    """What the changes of the zone's clock do to it within a year: one sentence for each way in which it is moved."""
    said: dict[str, str] = {}
    if isinstance(rule, Once | Repeated):
        for window in takewhile(lambda window: window.start < now + _YEAR, rule.windows(now)):
            for kind, sentence in _moved(rule, window, now):
                said.setdefault(kind, sentence)
    return tuple(said.values())


def quiet_in_words(quiet: QuietHours | None, critical: int, services: int) -> str:
    """ "Nothing rings from 22:00 to 07:00, but for services marked critical (2 of 14)."."""
    if quiet is None:
        return "It may ring at any time."
    but = f"but for services marked critical ({critical} of {services})" if critical else "and no service is critical"
    numbers = weekday_numbers(quiet.days)
    days = "" if numbers == EVERY_DAY else f" on {_and([f'{name}s' for name in _named(numbers)])}"
    zone = f" {quiet.zone}" if quiet.zone else ""
    return f"Nothing rings from {quiet.from_} to {quiet.to}{zone}{days}, {but}. Then one summary tells what happened."


def reminder_in_words(reminder: Duration) -> str:
    """How often an outage is told again."""
    if not reminder:
        return "An outage is told once, and never again."
    return f"An outage that nobody took note of is told again every {duration(reminder)}."


def retention_in_words(retention: Retention) -> str:
    """What is remembered, and for how long."""
    kept = f"Single checks are remembered for {duration(retention.keep_checks)}"
    return f"{kept}. What was up and down, every outage and how quick the answers were: for ever."


def network_in_words(network: Network) -> str:
    """Who is asked whether our own network works."""
    if network.control:
        asked = "these addresses are asked, never more than two in 5 s and never without a failure"
        return f"After a failure {asked}: if one of them answers, it is not our own network that fails."
    also = "the router and " if network.gateway else ""
    return f"Nobody outside is asked. After a failure, {also}the other services tell whether our own network works."


def _days(maintenance: Maintenance) -> str:
    if maintenance.every == "month":
        return f"Every month on the {_and([_ordinal(day) for day in maintenance.days])},"
    numbers = weekday_numbers(maintenance.days)
    if numbers == EVERY_DAY:
        return "Every day"
    return "Every Monday to Friday" if numbers == _WORKDAYS else f"Every {_and(_named(numbers))}"


def _named(numbers: frozenset[int]) -> list[str]:
    return [_NAMES[number] for number in sorted(numbers)]


def _ordinal(day: str) -> str:
    if day == "last":
        return "last day"
    endings = {"1": "st", "2": "nd", "3": "rd"}
    return day + ("th" if day in {"11", "12", "13"} else endings.get(day[-1], "th"))


def _and(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _hours(maintenance: Maintenance) -> str:
    lasting = maintenance.duration or 0
    if lasting >= _DAY:
        return f"from {maintenance.at} for {duration(lasting)}"
    end = datetime.combine(datetime.min, time.fromisoformat(maintenance.at)) + timedelta(milliseconds=lasting)
    return f"{maintenance.at}–{_clock(end)}"


def _bounds(rule: Repeated, now: int) -> str:
    first, beyond = rule.first, rule.beyond
    coming = first is not None and first > _wall(now, rule.zone).replace(tzinfo=None)
    since = f", from {_date(first, now, rule.zone)} on" if first is not None and coming else ""
    return since + (f", until {_date(beyond, now, rule.zone)}" if beyond is not None else "")


def _state(rule: Rule, now: int, zone: tzinfo) -> str:
    """Whether it goes on, comes, or is over."""
    today = _wall(now, zone).date()
    window = active([rule], now)
    if window is not None:
        end = _wall(window.end, zone)
        return f"going on until {_clock(end) if end.date() == today else f'{_date(end, now, zone)} {_clock(end)}'}"
    window = next(rule.windows(now), None)
    if window is None:
        return "it is over"
    if isinstance(rule, Once):
        return f"in {duration(window.start - now)}"
    begin = _wall(window.start, zone)
    days = (begin.date() - today).days
    return f"next: {('today', 'tomorrow')[days] if days < 2 else _date(begin, now, zone)}"


def _span(window: Window, now: int, zone: tzinfo) -> str:
    begin, end = _wall(window.start, zone), _wall(window.end, zone)
    last = "" if begin.date() == end.date() else f" {_weekday(end)} {_date(end, now, zone)} "
    return f"{_weekday(begin)} {_date(begin, now, zone)} {_clock(begin)}{' –' if last else '–'}{last}{_clock(end)}"


def _moved(rule: Once | Repeated, window: Window, now: int) -> Iterator[tuple[str, str]]:
    """Ways in which a window is elsewhere than its wall-clock times say, each with a sentence."""
    begin, end = _wall(window.start, rule.zone), _wall(window.end, rule.zone)
    meant = rule.at if isinstance(rule, Repeated) else rule.begin.time()
    on = f"On {_date(begin, now, rule.zone)} the clock"
    if _clock(begin) != _clock(meant):
        yield "skips", f"{on} skips {_clock(meant)}: it begins at {_clock(begin)} and ends at {_clock(end)}."
    elif begin.replace(fold=1).utcoffset() != begin.utcoffset():
        yield "shows twice", f"{on} shows {_clock(meant)} twice: it begins the first time, and only then."
    elif isinstance(rule.lasting, int) and begin.utcoffset() != end.utcoffset():
        yield "changes", f"{on} changes meanwhile: it ends at {_clock(end)}."


def _wall(moment: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(moment / 1000, zone)


def _clock(wall: datetime | time) -> str:
    return f"{wall.hour:02}:{wall.minute:02}"


def _weekday(wall: datetime) -> str:
    return _NAMES[wall.weekday()][:3]


def _date(wall: datetime, now: int, zone: tzinfo) -> str:
    """ "29 Nov"; with its year where that is another than this one."""
    year = "" if wall.year == _wall(now, zone).year else f" {wall.year}"
    return f"{wall.day} {MONTHS[wall.month - 1]}{year}"
