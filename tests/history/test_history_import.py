"""Importing twice is importing once, in whatever order the lines come, and whatever else stands in them."""

from __future__ import annotations

import gzip
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.history.elsewhere import (
    DAY,
    HOUR,
    KEPT,
    MAIL,
    MINUTE,
    WEB,
    Said,
    as_csv,
    as_json,
    every_minute,
    imported,
    imported_and_gathered,
    kept,
    said,
)
from tests.history.past import NOON, WAIT, Faults, a_history
from trayapp.core.verdict import begin, fold
from trayapp.core.words import Segment, Status
from trayapp.foreign import source
from trayapp.foreign.source import Unreadable
from trayapp.history.adopting import Bequest
from trayapp.history.latency import Histogram
from trayapp.history.packing import HOUR as PACKED_HOUR
from trayapp.history.queries import Reader
from trayapp.history.reliving import at_its_pace, relive
from trayapp.history.spool import Spooled, spooling

START = NOON - 2 * DAY - NOON % HOUR
"""The beginning of an hour, young enough for single checks to be kept."""

FIGURES = ("segments", "incidents", "packed", "results", "latency_hours", "latency_days")


@st.composite
def outcomes(draw: st.DrawFn) -> str:
    """Letters of some hours of checks, with outages, doubts and gaps."""
    runs = st.tuples(st.sampled_from("OOOOCCWU "), st.sampled_from([1, 2, 3, 9, 40]))
    return "O" + "".join(letter * times for letter, times in draw(st.lists(runs, max_size=12)))


@settings(max_examples=30, deadline=None)
@given(outcomes(), st.randoms(use_true_random=False))
def test_importing_twice_is_importing_once_in_any_order_of_the_lines(letters: str, chance: random.Random) -> None:
    lines = every_minute(START, letters) + every_minute(START + 7, letters[::-1], "mail")
    shuffled = lines + chance.sample(lines, len(lines) // 2)
    chance.shuffle(shuffled)
    with TemporaryDirectory() as folder:
        one, other = Path(folder) / "one.db", Path(folder) / "other.db"
        assert imported(one, as_json(lines)).checks == len(lines)
        assert imported(other, as_json(shuffled)).checks == len(lines)
        once = kept(one)
        assert worded(one) == worded(other)
        again = imported(one, as_json(shuffled))
        assert kept(one) == once
        assert (again.checks, again.known) == (0, len(lines))


@settings(max_examples=30, deadline=None)
@given(outcomes(), outcomes(), st.booleans())
def test_two_parts_make_the_whole_where_nothing_happens_between_them(
    before: str, after: str, older_first: bool
) -> None:
    calm = "O" * 60
    first, second = before + calm, calm + after
    cut = START + len(first) * MINUTE
    parts = [as_json(every_minute(START, first)), as_json(every_minute(cut, second))]
    with TemporaryDirectory() as folder:
        whole, parted = Path(folder) / "whole.db", Path(folder) / "parted.db"
        imported(whole, *parts)
        done = [imported(parted, part) for part in (parts if older_first else parts[::-1])]
        assert sum(each.known for each in done) == 0
        assert tilings(whole) == tilings(parted)
        assert outages(whole) == outages(parted)
        assert Reader(whole).checks("web", 0, NOON) == Reader(parted).checks("web", 0, NOON)


def test_wherever_a_past_is_cut_each_part_keeps_its_own_checks(path: Path, tmp_path: Path) -> None:
    lines = every_minute(START, "OOOCCCCCOOOWWO" * 3)
    for cut in range(1, len(lines)):
        parted = tmp_path / f"{cut}.db"
        newer_first = [imported(parted, as_json(part)).checks for part in (lines[cut:], lines[:cut])]
        assert sum(newer_first) == len(lines)
        assert [check.at for check in Reader(parted).checks("web", 0, NOON)] == [
            START + place * MINUTE for place in range(len(lines))
        ]
        spent = Reader(parted).segments("web", START, START + len(lines) * MINUTE, NOON)
        assert not [segment for segment in spent if segment.reason == "not watched"]


def test_what_is_stored_is_what_the_kept_checks_come_to(path: Path) -> None:
    imported(path, as_json(every_minute(START, "O" * 100 + "CCOOCCCCOWWWOUUO" + "O" * 200)))
    checks = Reader(path).checks("web", 0, NOON)
    service = at_its_pace(WEB, MINUTE)
    belief = begin("web", checks[0].at)
    rows = {belief.since: (belief.status, belief.reason)}
    latencies = defaultdict(list)
    for check in checks:
        belief, changes = fold(belief, service, replace(check, ended=check.at), 1)
        rows |= {change.since: (change.to_status, change.reason) for change in changes}
        if check.finding.outcome in ("OK", "WARNING"):
            latencies[check.at // PACKED_HOUR].append(check.finding.latency_ms)
    stored = kept(path)
    assert [(start, (status, reason)) for _, start, status, reason, *_ in stored["segments"][:-1]] == [
        (start, (status.value, reason)) for start, (status, reason) in sorted(rows.items())
    ]
    hours = {hour: Histogram.decode(encoded) for _, hour, encoded in stored["latency_hours"]}
    assert hours == {hour: Histogram.of(values) for hour, values in latencies.items() if hour in hours}
    assert len(hours) >= len(latencies) - 2


def test_what_is_too_old_to_be_kept_singly_is_summed_up_and_judged(path: Path) -> None:
    long_ago = NOON - 100 * DAY
    imported(path, as_json(every_minute(long_ago, "O" * 300 + "CCCC" + "O" * 300)))
    assert Reader(path).checks("web", 0, NOON) == []
    assert Reader(path).latency(["web"], long_ago - HOUR, long_ago + DAY)["web"].count == 600
    assert len(Reader(path).incidents(0, NOON)) == 1


def test_an_import_that_broke_off_left_whole_services_and_the_next_does_the_rest(path: Path, tmp_path: Path) -> None:
    lines = as_json(every_minute(START, "OOCCCCOO" * 20) + every_minute(START, "OWWO" * 20, "mail"))
    broken = imported(path, lines, most=1)
    assert broken.services == 1
    assert set(tilings(path, services=("web",))["web"]) > {Segment(START, START + 2 * MINUTE, Status.UP)}
    assert Reader(path).services() == ["web"]
    rest = imported(path, lines)
    assert (rest.checks, rest.known) == (80, 160)
    whole = tmp_path / "whole.db"
    imported(whole, lines)
    assert worded(path) == worded(whole)


def test_csv_and_json_and_gzip_say_the_same(tmp_path: Path) -> None:
    lines = [*every_minute(START, "OOCCCOOWWUUO   OO"), said(START + HOUR, "down", message='a "quoted", line')]
    given_as = {
        "json": as_json(lines),
        "csv": as_csv(lines),
        "marked": b"\xef\xbb\xbf" + as_csv(lines).replace(b"\n", b"\r\n"),
        "semicolons": as_csv([{**line, "message": ""} for line in lines]).replace(b",", b";"),
        "gzip": gzip.compress(as_json(lines)),
    }
    found = {}
    for name, content in given_as.items():
        path = tmp_path / f"{name}.db"
        assert imported(path, content).checks == len(lines)
        found[name] = worded(path)
    assert found["json"] == found["csv"] == found["marked"] == found["gzip"]
    assert tilings(tmp_path / "semicolons.db") == tilings(tmp_path / "json.db")


@pytest.mark.parametrize(
    "at", ["2026-09-20T12:00:00Z", "2026-09-20T14:00:00+02:00", 1789905600, 1789905600000, 1789905600.0]
)
def test_a_moment_is_the_same_in_any_zone_and_as_a_number(path: Path, at: object) -> None:
    imported(path, as_json([{"at": at, "service": "web", "outcome": True}]))
    imported(path.with_name("csv.db"), f"at,service,outcome\n{at},web,1\n".encode())
    for each in (path, path.with_name("csv.db")):
        assert [check.at for check in Reader(each).checks("web", 0, NOON)] == [1_789_905_600_000]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"at": "2026-09-20T12:00:00"}, "at: neither RFC 3339 with a zone"),
        ({"at": "yesterday"}, "at: neither RFC 3339 with a zone"),
        ({"at": 12}, "before the year 1990"),
        ({"at": NOON + 2 * DAY}, "lies in the future"),
        ({"at": None}, "at: missing"),
        ({"service": ""}, "service: missing"),
        ({"service": 7}, "service: Expected"),
        ({"service": "x" * 201}, "longer than 200"),
        ({"outcome": "fine"}, 'outcome: "fine" is none of'),
        ({"outcome": None}, "outcome: missing"),
        ({"latency_ms": -1}, "latency_ms: not from 0"),
        ({"latency_ms": 1e300}, "latency_ms: not from 0"),
        ({"latency_ms": "12"}, "latency_ms: Expected"),
    ],
)
def test_a_faulty_line_is_counted_and_told_with_its_number(path: Path, line: Said, why: str) -> None:
    lines = [said(START), {**said(START + MINUTE), **line}, said(START + 2 * MINUTE)]
    done, gathered = imported_and_gathered(path, as_json(lines))
    assert (done.checks, gathered.faulty) == (2, 1)
    assert gathered.told[0].startswith("given-0, line 2: ")
    assert why in gathered.told[0]


@pytest.mark.parametrize(
    ("at", "why"),
    [("0001-01-01T00:00:00+14:00", "before the year 1990"), ("9999-12-31T23:59:59-14:00", "in the future")],
)
def test_a_moment_at_either_end_of_time_is_called_what_it_is(path: Path, at: str, why: str) -> None:
    for lines in (as_json([said(START) | {"at": at}]), f"at,service,outcome\n{at},web,OK\n".encode()):
        _, gathered = imported_and_gathered(path, lines)
        assert [told.endswith(why) for told in gathered.told] == [True]


@pytest.mark.parametrize(
    "line",
    [
        b'{"at": NaN}',
        b'{"at": 1e999}',
        b"{",
        b"[]",
        b"null",
        b'{"service": "\\ud800"}',
        b'{"service": "\xff"}',
        b'{"x": ' + b"[" * 60_000,
        b'{"message": "' + b"x" * 70_000 + b'"}',
        b"\x00",
    ],
    ids=lambda line: line[:12].decode(errors="replace"),
)
def test_a_hostile_line_is_a_faulty_one(path: Path, line: bytes) -> None:
    good = as_json([said(START)]), as_json([said(START + MINUTE)])
    done, gathered = imported_and_gathered(path, good[0] + line + b"\n" + good[1])
    assert (done.checks, gathered.faulty) == (2, 1)


@pytest.mark.parametrize(
    "row",
    [
        "nan",
        "2026-09-20,web,OK",
        ",web,OK",
        "2026-09-20T12:00:00Z,web,OK,1_0",
        "2026-09-20T12:00:00Z,web,OK,nan",
        "2026-09-20T12:00:00Z,web,OK,inf",
        "0001-01-01T00:00:00+14:00,web,OK",
        f"1,web,{'x' * 70_000}",
        '1,"a"b,OK',
    ],
    ids=lambda row: row[:40],
)
def test_a_faulty_row_of_csv_is_told_too(path: Path, row: str) -> None:
    good = [f"{timestamp},web,OK,1,fine\n" for timestamp in (START, START + MINUTE)]
    content = f"at,service,outcome,latency_ms,message\n{good[0]}{row}\n{good[1]}"
    done, gathered = imported_and_gathered(path, content.encode())
    assert (done.checks, gathered.faulty) == (2, 1)
    assert gathered.told[0].startswith("given-0, line 3: ")


@pytest.mark.parametrize(
    "content", [b'[{"at": 1}]', b"hello\nworld\n", b"at,service\n", b"\x89PNG\r\n", b"\n" * 2000], ids=repr
)
def test_a_file_of_another_kind_is_refused_as_a_whole(path: Path, content: bytes) -> None:
    with pytest.raises(Unreadable, match="it "):
        imported(path, content)


def test_a_packed_file_that_unpacks_to_one_endless_line_is_given_up_on(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "NO_LINES", 1 << 20)
    bomb = gzip.compress(as_json([said(START)]) + b"\x00" * (4 << 20))
    with pytest.raises(Unreadable, match="no lines"):
        imported(path, bomb)


def test_a_packed_file_that_is_cut_short_is_refused(path: Path) -> None:
    with pytest.raises(Unreadable, match="to its end"):
        imported(path, gzip.compress(as_json(every_minute(START, "O" * 500)))[:-20])
    assert Reader(path).services() == []


def test_names_that_nobody_knows_are_counted_and_not_taken(path: Path) -> None:
    done, gathered = imported_and_gathered(path, as_json([said(START, service=name) for name in ("wbe", "wbe", "x")]))
    assert (done.checks, dict(gathered.unknown)) == (0, {"wbe": 2, "x": 1})


def test_of_two_checks_at_one_moment_the_first_stays(path: Path) -> None:
    imported(path, as_json([said(START, message="first"), said(START, "CRITICAL", message="second")]))
    (check,) = Reader(path).checks("web", 0, NOON)
    assert check.finding.message == "first"


def test_words_that_would_command_a_terminal_are_not_kept(path: Path) -> None:
    imported(path, as_json([said(START, "CRITICAL", message="a\x1b[31mb\nc\u202ed" + "x" * 5000)]))
    (check,) = Reader(path).checks("web", 0, NOON)
    assert check.finding.message.startswith("ab cdxxx")
    assert len(check.finding.message) == 200


def test_records_of_other_kinds_are_passed_over(path: Path) -> None:
    lines = [{"record": "incident", "id": 3}, {"record": "check", **said(START)}, {"record": "marker", "text": "x"}]
    done, gathered = imported_and_gathered(path, as_json(lines))
    assert (done.checks, gathered.others, gathered.faulty) == (1, 2, 0)


def test_checks_of_the_next_day_are_left_out_and_counted(path: Path) -> None:
    done = imported(path, as_json(every_minute(NOON - 2 * MINUTE, "O" * 10)))
    assert (done.checks, done.ahead) == (2, 8)
    assert max(start for _, start, *_ in kept(path)["segments"]) <= NOON


def test_a_spool_that_was_left_lying_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / "spool"
    left.write_bytes(b"rubbish")
    with spooling(left) as spool:
        spool.add([(0, START, 0, None, "")])
        assert left.stat().st_mode & 0o777 == 0o600
        assert spool.spans()[0].checks == 1
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fails_while_a_service_is_adopted_leaves_nothing_of_it(path: Path, faults: Faults) -> None:
    imported(path, as_json(every_minute(START, "OO", "mail")))
    before = kept(path, FIGURES)
    checks: list[Spooled] = [(START + n * HOUR, code, 1, None) for n, code in enumerate([0, 2, 2, 2, 0])]
    piece = relive(at_its_pace(WEB, HOUR), iter(checks), str, NOON)
    assert piece is not None

    def torn() -> Iterator[Spooled]:
        yield from checks
        raise OSError(5, "Input/output error")

    history = a_history(path, faults)
    with pytest.raises(OSError, match="Input/output"):
        history.adopt([Bequest(piece, torn, str)], 30 * DAY).result(WAIT)
    assert history.close(WAIT)
    assert kept(path, FIGURES) == before
    history = a_history(path, faults)
    for _ in range(2):  # a success that never became known is tried again
        history.adopt([Bequest(piece, lambda: iter(checks), str)], 30 * DAY).result(WAIT)
    assert history.close(WAIT)
    assert len(Reader(path).incidents(0, NOON)) == 1
    assert len(Reader(path).checks("web", 0, NOON)) == 5


def worded(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """All that was imported, without the numbers that stand for words; checks as they are read."""
    tables = kept(path, [table for table in KEPT if table not in ("results", "packed")])
    checks = {service.id: Reader(path).checks(service.id, 0, NOON) for service in (WEB, MAIL)}
    return {**tables, **{key: [(check,) for check in found] for key, found in checks.items()}}


def tilings(path: Path, services: tuple[str, ...] = ("web", "mail")) -> dict[str, list[Segment]]:
    return Reader(path).timelines(services, START - HOUR, NOON, NOON)


def outages(path: Path) -> list[tuple[int, int | None, str]]:
    return sorted((one.start, one.end, one.closing) for one in Reader(path).incidents(0, NOON))
