"""The words of a report for statuses, figures and incidents."""

from __future__ import annotations

from collections.abc import Mapping

from trayapp.core.objective import Budget
from trayapp.core.timeline import Tally, percent
from trayapp.core.wording import duration, latency, plain, reason_sentence
from trayapp.core.words import Status
from trayapp.report.moments import day, offset, time_of_day
from trayapp.report.values import Chapter, Report, Told, Took

STATUS = {
    Status.UP: "up",
    Status.DEGRADED: "degraded",
    Status.DOWN: "down",
    Status.UNKNOWN: "not observed",
    Status.MAINTENANCE: "in maintenance",
    Status.PAUSED: "paused",
}


def counted(number: int, word: str, many: str = "") -> str:
    """ "1 service", "2 services"."""
    return f"{number} {word if number == 1 else many or word + 's'}"


def observed(tally: Tally) -> str:
    """ "41 % observed"; what was meant to be watched and was is "fully observed"."""
    share = tally.coverage
    if share is None:
        return "not watched"
    if share in (0, 1):
        return "fully observed" if share else "not observed"
    return f"{percent(share)} observed"


def shares(tally: Tally) -> str:
    """ "down 41 min, not observed 9 h, up 14 h 19 min"."""
    order = (Status.DOWN, Status.DEGRADED, Status.MAINTENANCE, Status.PAUSED, Status.UNKNOWN, Status.UP)
    return ", ".join(f"{STATUS[status]} {duration(tally.of(status))}" for status in order if tally.of(status))


def between(least: float | None, most: float | None) -> str:
    """What availability may have been, whatever happened while nobody looked."""
    return f"between {percent(least)} and {percent(most)} whatever happened unobserved"


def fastness(took: Took) -> str:
    """ "212 / 940 ms": half and 95 of a hundred answers were faster."""
    if took.p50 is None or took.p95 is None:
        return "—"
    fast, slow = latency(took.p50), latency(took.p95)
    unit = f" {slow.rsplit(' ', 1)[1]}"
    return f"{fast.removesuffix(unit)} / {slow}"


def verdict(chapter: Chapter) -> tuple[Status, str]:
    """How the whole time looks in one shape, and in words."""
    tally = chapter.tally
    if chapter.down_at_the_end:
        return Status.DOWN, "down at the end"
    if chapter.objective is not None and not chapter.fell_short and (tally.down or tally.degraded):
        return Status.UP, "met its objective"  # what somebody set himself is what matters to him
    for status, word in ((Status.DOWN, "was down"), (Status.DEGRADED, "was degraded"), (Status.UP, "no outage seen")):
        if tally.of(status):
            return status, word
    if tally.maintenance:
        return Status.MAINTENANCE, "in maintenance"
    return (Status.PAUSED, "paused") if tally.paused and not tally.unknown else (Status.UNKNOWN, "not observed")


def objective(share: float) -> str:
    """ "99.5 %" """
    return f"{share:.12g} %"


def left(budget: Budget) -> str:
    """What is left of an error budget: "62 %", or "−38 %" where more was spent than allowed."""
    if not budget.overspent:
        return percent(budget.left)
    if not budget.allowed:
        return "none"
    over = budget.spent / budget.allowed - 1
    # Ten times as much and more is a number that nobody reads; how much was spent of what stands below.
    return f"−{percent(over)}" if over < 1 else f"−{int(over * 100)} %" if over < 10 else "none"


def spent(budget: Budget) -> str:
    """ "down 41 min of the 3 h 36 min allowed" """
    return f"down {duration(budget.spent)} of the {duration(budget.allowed)} allowed"


def made(report: Report) -> str:
    """When and by what it was made, and how long that was watching."""
    when = f"{day(report.made, report.zone)} at {time_of_day(report.made, report.zone)}"
    made = f"Made by Watchbell {report.version} on {when} ({offset(report.made, report.zone)})."
    if report.ran is None:
        return made
    return f"{made} It ran for {duration(report.ran)} of these {duration(report.until - report.since)}."


def ended(told: Told) -> str:
    """How an incident ended, where that is not simply that it recovered."""
    if told.open:
        return "not over at the end of this report"
    if told.incident.closing == "changed":
        return "its settings were changed"
    if told.incident.closing == "removed":
        return "no longer watched"
    if told.incident.closing == "unseen":
        return "nobody looked any more"
    return "came back unseen: at most this long" if told.incident.end_uncertain else ""


def corrected(told: Told) -> str:
    """What was said of it afterwards, or nothing. The note with it is the user's own and told to nobody."""
    if told.correction is None:
        return ""
    return "afterwards found to be " + ("a false alarm" if told.correction.verdict == "false alarm" else "maintenance")


def notes(told: Told) -> list[str]:
    """What else there is to say of an incident: what came out, how it ended, and whether to believe any of it."""
    damaged = "its record was damaged" if told.damaged else ""
    return [note for note in (corrected(told), ended(told), damaged) if note]


def trouble(told: Told) -> str:
    """What went wrong, in a line."""
    return plain(told.incident.message) or plain(told.incident.cause.replace(".", " ")) or "it failed"


def why_blind(blind: Mapping[str, int]) -> list[tuple[str, int]]:
    """The reasons for which it was not observed, the longest first, as sentences that follow "because"."""
    said: dict[str, int] = {}
    for reason, ms in blind.items():
        sentence = _BECAUSE.get(reason) or reason_sentence(reason)
        said[sentence] = said.get(sentence, 0) + ms
    return sorted(said.items(), key=lambda pair: -pair[1])


_BECAUSE = {
    "": "it is not known why",
    "new": "it was not checked yet",
    "changed": "its settings had changed and it was not checked yet",
    "not watched": "nobody watched it",
    "stale": "no result came in time",
    "removed": "it was removed",
    "asleep": "the computer that watched was asleep",
    "network.offline": "the computer that watched was offline",
    "network.portal": "a login page stood before the internet",
    "network.vpn": "the VPN was down",
}
