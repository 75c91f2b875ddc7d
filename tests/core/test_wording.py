"""What a person reads: calm sentences, and nothing hostile in them."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.core.traces import CRITICAL, LOCKED, NO_DNS, OK, WARNING, watched
from trayapp.core import wording
from trayapp.core.words import (
    Belief,
    CheckResult,
    Finding,
    Incident,
    Outcome,
    ServiceView,
    Sight,
    Snapshot,
    Status,
    Telling,
)

NOW = 1_000_000_000
MINUTE = 60_000


def seen(
    name: str, status: Status, finding: Finding | None = None, reason: str = "", **believed: object
) -> ServiceView:
    """A view of a service whose last check ended 4 s ago."""
    last = None if finding is None else CheckResult(name, NOW - 4_031, NOW - 4_000, finding)
    belief = replace(Belief(name, status, 0, reason, last=last), **believed)
    return ServiceView(watched(id=name.lower(), name=name), belief, Telling(name))


def outage(start: int = NOW - 4 * MINUTE, **more: object) -> Incident:
    return replace(Incident(17, "twitter", start, start + 20_000, "http.status", "HTTP 503"), **more)


DOWN = seen("Twitter", Status.DOWN, CRITICAL, incident=outage())
UP = [seen(name, Status.UP, OK) for name in ("GitHub", "Mashable", "Jira", "Cache", "Printer")]
SLOW = seen("Tweets", Status.DEGRADED, WARNING)


def said(*views: ServiceView, **more: object) -> tuple[str, str]:
    return wording.headline(replace(Snapshot(1, NOW, tuple(views)), **more))


def test_the_headline_names_what_is_down_and_counts_the_rest() -> None:
    assert said(DOWN, SLOW, *UP) == ("Twitter is down", "1 down · 1 degraded · 5 up — checked 4 s ago")


def test_the_headline_of_a_good_day() -> None:
    assert said(*UP) == ("All 5 services are up", "5 up — checked 4 s ago")


@pytest.mark.parametrize(
    ("views", "sentence"),
    [
        ([UP[0]], "GitHub is up"),
        ([SLOW, *UP], "Tweets is degraded"),
        ([DOWN, seen("X", Status.DOWN), *UP], "2 services are down: Twitter and X"),
        ([seen(name, Status.DOWN) for name in "XYZ"], "3 services are down: X, Y and Z"),
        ([seen(name, Status.DOWN) for name in "VWXYZ"], "5 services are down: V, W and 3 others"),
        ([seen("Jira", Status.UNKNOWN, NO_DNS, "dns.failed"), *UP], "Jira could not be checked"),
        (
            [seen("X", Status.UNKNOWN, reason="stale"), seen("Y", Status.UNKNOWN, reason="asleep"), *UP],
            "2 services could not be checked: X and Y",
        ),
        ([seen("X", Status.UNKNOWN, reason="new"), *UP], "X is not checked yet"),
        ([seen(name, Status.UNKNOWN, reason="new") for name in "XYZ"], "Nothing is checked yet"),
        ([seen("X", Status.PAUSED, reason="paused"), *UP], "All 5 watched services are up"),
        ([seen("X", Status.PAUSED, reason="paused")], "Watching is paused"),
        ([seen("X", Status.MAINTENANCE)], "X is in maintenance"),
        ([], "What do you want to watch?"),
    ],
)
def test_the_headline_is_the_verdict_as_a_sentence(views: list[ServiceView], sentence: str) -> None:
    assert said(*views)[0] == sentence


def test_what_is_not_known_is_never_said_to_be_up() -> None:
    assert "All" not in said(*UP, seen("X", Status.UNKNOWN, reason="stale"))[0]


def test_a_pause_of_everything_is_the_headline() -> None:
    assert said(DOWN, paused_until=NOW + 1)[0] == "Watching is paused"


def test_before_the_first_check_no_age_is_told() -> None:
    assert said(seen("X", Status.UNKNOWN, reason="new"))[1] == "1 unknown"


def test_a_check_that_ended_this_moment_was_just_now() -> None:
    assert said(*UP, at=NOW - 3_900)[1].endswith("checked just now")


@pytest.mark.parametrize(
    ("view", "line"),
    [
        (DOWN, "HTTP 503 · down 4 min"),
        (replace(DOWN, telling=Telling("Twitter", 17, 17)), "HTTP 503 · down 4 min · acknowledged"),
        (replace(DOWN, telling=Telling("Twitter", 17, 16)), "HTTP 503 · down 4 min"),
        (
            seen("X", Status.DOWN, replace(CRITICAL, message="HTTP 500"), incident=outage()),
            "HTTP 500 · down 4 min",
        ),
        (seen("X", Status.DOWN, OK, incident=outage(), successes=1), "answering again · down 4 min"),
        (seen("X", Status.DOWN, CRITICAL, incident=outage(NOW - 400)), "HTTP 503 · down just now"),
        (seen("X", Status.UP, OK), "182 ms"),
        (seen("X", Status.UP, Finding(Outcome.OK)), "up"),
        (seen("X", Status.UP, CRITICAL, failures=1), "HTTP 503 · checking again"),
        (seen("X", Status.UNKNOWN, CRITICAL, "stale", failures=1), "HTTP 503 · checking again"),
        (SLOW, "912 ms, slower than 800 ms"),
        (seen("X", Status.UNKNOWN, reason="new"), "not checked yet"),
        (seen("X", Status.UNKNOWN, OK, "stale"), "no result in time"),
        (seen("X", Status.UNKNOWN, NO_DNS, "dns.failed"), "no resolver answers"),
        (seen("X", Status.UNKNOWN, LOCKED, "config.secret_locked"), "the keyring is locked"),
        (seen("X", Status.UNKNOWN, NO_DNS, "asleep"), "this computer was asleep"),
        (seen("X", Status.UNKNOWN, NO_DNS, "stale", incident=outage(), unseen=True), "no result in time · was down"),
        (seen("X", Status.UNKNOWN, reason="never.heard_of"), "never heard of"),
        (seen("X", Status.PAUSED, OK, "paused"), "paused"),
        (seen("X", Status.MAINTENANCE, OK), "in maintenance"),
    ],
)
def test_a_row_says_why_in_one_line(view: ServiceView, line: str) -> None:
    assert wording.why(view, NOW) == line


def test_the_notifications_of_an_outage() -> None:
    service, incident = watched(), outage()
    assert wording.down(service, incident, incident.start + 20_031) == ("Twitter is down", "HTTP 503 for 20 s")
    assert wording.still_down(service, incident, NOW) == ("Twitter is still down", "HTTP 503 for 4 min")
    over = replace(incident, end=NOW, closing="recovered")
    assert wording.recovered(service, over, NOW + MINUTE) == ("Twitter is back", "It was down for 4 min (HTTP 503)")


def test_an_outage_told_at_once_has_not_lasted_yet() -> None:
    assert wording.down(watched(), outage(), outage().start + 31)[1] == "HTTP 503"


def test_an_end_that_nobody_saw_is_told_as_the_most_it_can_have_been() -> None:
    over = outage(end=NOW, closing="recovered", end_uncertain=True)
    assert (
        wording.recovered(watched(), over, NOW)[1] == "It was down for at most 4 min (HTTP 503), and came back unseen"
    )


def test_an_outage_without_a_message_is_told_by_its_cause() -> None:
    incident = outage(message="", cause="timeout.first_byte")
    assert wording.down(watched(), incident, NOW)[1] == "timeout first byte for 4 min"


def test_a_long_message_leaves_room_for_how_long_it_lasts() -> None:
    assert wording.down(watched(), outage(message="x" * 10_000), NOW)[1].endswith("x… for 4 min")


def test_a_hostile_name_is_tamed_in_every_title() -> None:
    title, _ = wording.down(watched(name="\u202eevil\x07\n" + "n" * 10_000), outage(), NOW)
    assert title.startswith("evil nnn")
    assert len(title) < 80


def test_the_tooltip_is_the_headline_with_a_trouble_of_our_own_below() -> None:
    assert wording.tooltip(Snapshot(1, NOW, (DOWN,))) == "Twitter is down"
    troubled = Snapshot(1, NOW, (DOWN,), problems=("The disk is full",), faults=("services.x: no probe",))
    assert wording.tooltip(troubled) == "Twitter is down\nThe disk is full"
    assert wording.tooltip(Snapshot(1, NOW)) == "Watchbell watches nothing yet"


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (-5, "0 ms"),
        (300, "300 ms"),
        (999, "999 ms"),
        (1_000, "1 s"),
        (59_999, "59 s"),
        (4 * MINUTE + 59_000, "4 min"),
        (60 * MINUTE, "1 h"),
        (125 * MINUTE, "2 h 5 min"),
        (24 * 60 * MINUTE, "1 d"),
        (76 * 60 * MINUTE, "3 d 4 h"),
    ],
)
def test_a_duration_in_words(ms: int, text: str) -> None:
    assert wording.duration(ms) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [(0.44, "0.4 ms"), (1.19, "1.1 ms"), (94.0, "94 ms"), (182.9, "182 ms"), (1_290.0, "1.2 s"), (12_000, "12 s")],
)
def test_a_latency_in_words(ms: float, text: str) -> None:
    assert wording.latency(ms) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("HTTP 503", "HTTP 503"),
        ("two\r\nlines\tand a tab", "two lines and a tab"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("ze\u200bro\u200d\ufeff", "zero"),
        ("nul\x00 bell\x07 c1\x9b", "nul bell c1"),
        ("\ud800lone", "lone"),
        ("\u2028line\u2029end", "line end"),
        ("\u3164", ""),
        ("<b>Zoë</b> & 東京 🐦", "<b>Zoë</b> & 東京 🐦"),
    ],
)
def test_a_text_from_outside_becomes_one_visible_line(text: str, shown: str) -> None:
    assert wording.plain(text) == shown


def test_a_long_text_is_cut_with_an_ellipsis() -> None:
    assert wording.plain("x" * 201) == "x" * 199 + "…"
    assert wording.plain("x" * 200) == "x" * 200
    assert wording.plain("four and", 6) == "four…"


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters()), st.integers(1, 50))
@example("\x1b\x1b[m[31m", 20)
def test_what_is_shown_is_bounded_visible_and_stays_as_it_is(text: str, limit: int) -> None:
    shown = wording.plain(text, limit)
    assert len(shown) <= limit
    assert all(c == " " or unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in shown)
    assert wording.plain(shown, limit) == shown


def test_no_sentence_shouts() -> None:
    sentences = [*said(DOWN, SLOW, *UP), wording.why(DOWN, NOW), wording.tooltip(Snapshot(1, NOW, (DOWN,)))]
    sentences += [*wording.down(watched(), outage(message="Broken!"), NOW)]
    assert not any("!" in sentence for sentence in sentences)


# What blinds us, what we wait for, what comes and goes


def sight(state: str, network: str = "internet") -> Sight:
    return Sight(network, state, "", NOW - MINUTE)


@pytest.mark.parametrize(
    ("blind", "sentence"),
    [
        (sight("offline"), "You are offline"),
        (sight("offline", "lan"), "The local network cannot be seen"),
        (sight("portal"), "You are behind a login page"),
        (sight("vpn_down", "vpn:tun0"), "The VPN tun0 is down"),
        (sight("blocked"), "Something keeps Watchbell from the network"),
    ],
)
def test_what_blinds_us_is_the_headline_and_not_whom_we_cannot_see(blind: Sight, sentence: str) -> None:
    unseen = seen("X", Status.UNKNOWN, reason="network.offline")
    assert said(unseen, *UP, sights=(sight("online", "loopback"), blind))[0] == sentence
    assert said(DOWN, unseen, sights=(blind,))[0] == "Twitter is down"


def test_offline_comes_before_what_is_merely_slow() -> None:
    unseen = seen("X", Status.UNKNOWN, reason="network.offline")
    assert said(SLOW, unseen, sights=(sight("offline"),))[0] == "You are offline"
    assert said(SLOW, unseen, sights=(sight("online"),))[0] == "Tweets is degraded"


def test_of_several_networks_the_internet_is_missed_first() -> None:
    unseen = seen("X", Status.UNKNOWN, reason="network.vpn")
    assert said(unseen, sights=(sight("vpn_down", "vpn:tun0"), sight("offline")))[0] == "You are offline"


@pytest.mark.parametrize(
    ("state", "beside"),
    [("online", "you are online"), ("offline", "you are offline"), ("portal", "you are behind a login page")],
)
def test_beside_an_outage_stands_whether_it_is_us(state: str, beside: str) -> None:
    assert said(DOWN, sights=(sight(state),)) == ("Twitter is down", f"1 down — {beside}, checked 4 s ago")
    told = wording.tooltip(Snapshot(1, NOW, (DOWN,), sights=(sight(state),)))
    assert told == f"Twitter is down\n{beside.capitalize()}"


def test_what_the_headline_says_of_us_is_not_said_again() -> None:
    unseen = seen("X", Status.UNKNOWN, reason="network.offline")
    assert said(unseen, sights=(sight("offline"),)) == ("You are offline", "1 unknown")
    assert wording.tooltip(Snapshot(1, NOW, (unseen,), sights=(sight("offline"),))) == "You are offline"


def test_a_good_day_needs_no_word_of_us_in_the_tooltip() -> None:
    assert wording.tooltip(Snapshot(1, NOW, (UP[0],), sights=(sight("online"),))) == "GitHub is up"


def test_outages_that_were_acknowledged_are_counted_as_such() -> None:
    noted = replace(DOWN, telling=Telling("Twitter", 17, 17))
    assert said(noted, *UP)[1] == "1 down (acknowledged) · 5 up — checked 4 s ago"
    assert said(noted, DOWN, *UP)[1] == "2 down (1 acknowledged) · 5 up — checked 4 s ago"


def test_blindness_that_concerns_nobody_is_no_headline() -> None:
    assert said(*UP, sights=(sight("offline"),))[0] == "All 5 services are up"
    asleep = seen("X", Status.UNKNOWN, reason="asleep")
    assert said(asleep, *UP, sights=(sight("offline"),))[0] == "X could not be checked"
    unseen = seen("X", Status.UNKNOWN, reason="network.offline")
    assert said(unseen, *UP, sights=(sight("online"),))[0] == "X could not be checked"


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ("dependency", "what it depends on is not seen to work"),
        ("network.offline", "this computer is offline"),
        ("network.portal", "a login page stands before the internet"),
        ("network.vpn", "the VPN is down"),
        ("network.dns", "no name server answers"),
        ("network.changed", "the network changed during the check"),
        ("self.late", "this computer was too busy to check it"),
        ("self.slept", "this computer slept during the check"),
        ("self.clock_step", "the clock was set during the check"),
    ],
)
def test_new_reasons_are_sentences(reason: str, sentence: str) -> None:
    assert wording.reason_sentence(reason) == sentence


def test_maintenance_says_how_much_longer() -> None:
    view = seen("X", Status.MAINTENANCE, reason="maintenance")
    assert wording.why(view, NOW) == "in maintenance"
    assert wording.why(replace(view, maintenance_until=NOW + 90 * MINUTE), NOW) == "in maintenance for 1 h 30 min more"


def test_a_flapping_service_says_so_beside_its_status() -> None:
    assert wording.why(seen("X", Status.UP, OK, flapping=True), NOW) == "182 ms · keeps failing and coming back"


def test_flapping_is_told_with_how_many_failed() -> None:
    assert wording.flapping(watched(), (True, False, True, False)) == (
        "Twitter keeps failing and coming back",
        "2 of the last 4 checks failed",
    )


@pytest.mark.parametrize(
    ("status", "title"),
    [
        (Status.UP, "Twitter is stable again"),
        (Status.DEGRADED, "Twitter is stable, and degraded"),
        (Status.DOWN, "Twitter is down and stays down"),
        (Status.UNKNOWN, "Twitter goes to and fro no more"),
    ],
)
def test_the_end_of_flapping_says_how_it_ended(status: Status, title: str) -> None:
    assert wording.stable(watched(), status) == (title, "It no longer fails and comes back")


@pytest.mark.parametrize(
    ("verify", "sentence"), [(True, "https://a.test/"), (False, "https://a.test/ · certificate not verified")]
)
def test_a_service_whose_certificate_is_not_verified_is_marked(verify: bool, sentence: str) -> None:
    @dataclass(frozen=True)
    class Page:
        verify: bool
        kind: str = "http"
        target: str = "https://a.test/"

    assert wording.dialled(replace(watched(), probe=Page(verify))) == sentence
