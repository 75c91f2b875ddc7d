"""A heartbeat is called as other monitors' push addresses are; silence keeps nobody out; a restart forgets no call."""

from __future__ import annotations

import asyncio
import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from tests.faults.table import Property, row
from tests.probes.test_heartbeat import HOUR, HOURLY, PLACE, TOKEN, Office, World, status
from tests.servers import free_port, until
from tests.test_engine import Stage
from trayapp.config.places import Places
from trayapp.core.keys import Duration
from trayapp.core.words import Blame, Outcome, Status
from trayapp.engine.listening import MOST_CALLERS
from trayapp.engine.remembered_calls import RememberedCalls
from trayapp.probes.calls import MOST_BODY, Call, Says, read
from trayapp.probes.heartbeats import Heard, Heartbeats, Last

T = TOKEN.encode()

MEANT = [
    ("", Says.SUCCESS),
    ("/", Says.SUCCESS),
    ("?status=up&msg=OK&ping=12", Says.SUCCESS),
    ("?status=UP", Says.SUCCESS),
    ("/0", Says.SUCCESS),
    ("/0?rid=b3cb8a2d-0000-4000-8000-000000000000", Says.SUCCESS),
    ("?status=down&msg=disk%20full", Says.FAILURE),
    ("/1", Says.FAILURE),
    ("/255", Says.FAILURE),
    ("/fail", Says.FAILURE),
    ("/fail/", Says.FAILURE),
    ("/fail?why=disk", Says.FAILURE),
    ("/start", Says.START),
    ("/log?msg=half%20way", Says.REMARK),
]

REFUSED = [
    *("/256", "/-1", "/1000", "/failed", "/FAIL", "/up", "/down", "/start/1", "/0/0", "/%66ail"),
    *("?status=", "?status=pending", "?status=0", "?state=fail", "?status=up&status=down", "?error", "?="),
    "?" + "status=up&" * 30,
]
CONTRADICTIONS = ["/fail?status=up", "/0?status=down", "/1?status=up", "/start?status=up", "/log?status=down"]


@pytest.mark.parametrize(("rest", "says"), MEANT, ids=[rest or "alone" for rest, _ in MEANT])
def test_push_addresses_of_other_monitors_mean_here_what_they_mean_there(rest: str, says: Says) -> None:
    call = read(f"/beat/{TOKEN}{rest}".encode())
    assert call is not None
    assert (call.token, call.says) == (T, says)


@pytest.mark.parametrize("rest", [*REFUSED, *CONTRADICTIONS])
def test_whatever_else_may_be_meant_is_refused_with_a_sentence_and_is_no_success(rest: str) -> None:
    async def visit(office: Office) -> None:
        answer = await office.get(f"/beat/{TOKEN}{rest}")
        assert status(answer) == 400
        assert len(answer.partition(b"\r\n\r\n")[2].strip()) > 10
        assert (await office.check(office.probes[0])).cause == "heartbeat.waiting"

    Office().run(visit)


def test_a_real_curl_says_down_and_why(record_property: Property) -> None:
    async def visit(office: Office) -> None:
        url = f"http://127.0.0.1:{office.port}/beat/{TOKEN}"

        async def curl(*words: str) -> int:
            called = await asyncio.to_thread(subprocess.run, ["curl", "-sS", "-o", "/dev/null", *words], timeout=20)
            return called.returncode

        for rest in ("?status=down&msg=disk%20full", "/1?msg=disk%20full", "/fail?msg=disk%20full"):
            with row("found-T15", f"a heartbeat is called with {rest}", record_property) as seen:
                assert await curl(url + rest) == 0
                finding = await office.check(office.probes[0])
                seen.seen(str(finding.outcome), finding.cause)
            assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "heartbeat.failed")
            assert "disk full" in finding.message
        assert await curl("--data-binary", "line one\nline two\n" * 40, f"{url}/7") == 0
        finding = await office.check(office.probes[0])
        assert finding.message.startswith("it ended with exit status 7: line one, at ")
        assert finding.exhibit["body"].startswith("line one\nline two\n")
        with row("found-T15", "a heartbeat is called with /0", record_property) as seen:
            assert await curl(f"{url}/0") == 0
            finding = await office.check(office.probes[0])
            seen.seen(str(finding.outcome), finding.cause)
        assert finding.outcome is Outcome.OK

    Office().run(visit)


def test_a_body_that_is_large_asks_first_or_never_comes_costs_no_call() -> None:
    async def visit(office: Office) -> None:
        url = f"http://127.0.0.1:{office.port}/beat/{TOKEN}"
        large = ["curl", "-fsS", "-H", "Expect: 100-continue", "--data-binary", "@-", url]
        sent = await asyncio.to_thread(subprocess.run, large, input=b"y" * 60_000, timeout=20, capture_output=True)
        assert (sent.returncode, sent.stdout) == (0, b"heard\n")
        head = b"POST /beat/%s/fail HTTP/1.1\r\nContent-Length: 9000\r\n\r\nfirst word\n" % T
        assert status(await office.send(head)) == 200
        finding = await office.check(office.probes[0])
        assert "first word" in finding.message

    Office().run(visit)


def test_what_is_kept_of_a_call_is_bounded_and_holds_neither_token_nor_controls() -> None:
    world = World()
    world.found()
    hostile = f"\x1b[31m{TOKEN} Authorization: Bearer abcdef0123456789 " + "ä" * 20_000
    world.board.call(PLACE, Call(T, Says.FAILURE, None, hostile).with_body(hostile.encode() * 3))
    finding = world.found()
    shown = repr((finding, [last for _, last in world.board.known()]))
    assert TOKEN not in shown
    assert "abcdef0123456789" not in shown
    assert "\\x1b" not in shown
    assert len(finding.message) <= 200
    assert len(Call(T).with_body(b"x" * 50_000).body) == MOST_BODY


def test_a_run_that_was_started_tells_how_long_it_took() -> None:
    world = World()
    world.found()
    world.call()
    world.board.call(PLACE, Call(T, Says.START))
    world.clocks.wait(95)
    world.board.call(PLACE, Call(T, Says.REMARK, words="half way"))
    assert world.found().details["calls"] == 1  # neither of them counts
    world.call()
    assert world.found().details == {"calls": 2, "last_call_s": 0, "took_s": 95.0, "remark": "half way"}
    world.call()
    assert "took_s" not in world.found().details


def test_a_run_that_was_started_and_never_ends_is_missed() -> None:
    world = World()
    world.found()
    world.board.call(PLACE, Call(T, Says.START))
    world.clocks.wait(HOUR + 301)
    assert world.found().cause == "heartbeat.missed"


# Over a restart


def again(world: World, path: Path) -> World:
    """Another life of the same program, whose clocks go on."""
    kept = RememberedCalls(path)
    kept.read()
    next_ = World()
    next_.clocks = world.clocks
    next_.board = Heartbeats(world.clocks, kept.of)
    next_.board.keep({HOURLY.line})
    next_.board.opened(PLACE)
    return next_


def ended(world: World, path: Path) -> None:
    kept = RememberedCalls(path)
    kept.read()
    kept.close(world.board.known(), 10)


def test_a_heartbeat_remembers_its_last_call_over_a_restart(tmp_path: Path, record_property: Property) -> None:
    world, path = World(), tmp_path / "heartbeats.json"
    world.found()
    world.call()
    ended(world, path)
    world.clocks.wait(1800)
    world = again(world, path)
    with row("found-T15", "a heartbeat was heard half an hour before a restart", record_property) as seen:
        finding = world.found()
        seen.seen(str(finding.outcome), finding.cause or "heard")
    assert finding.outcome is Outcome.OK
    assert finding.details == {"calls": 1, "last_call_s": 1800}
    assert TOKEN not in path.read_text()
    assert path.stat().st_mode & 0o77 == 0
    world.clocks.wait(1801 + 300)
    assert world.found().cause == "heartbeat.waiting"  # it may have called while nobody listened
    world.clocks.wait(HOUR)
    assert world.found().cause == "heartbeat.missed"


def test_a_failure_that_was_told_is_one_after_a_restart_until_a_success_may_have_been_missed(tmp_path: Path) -> None:
    world, path = World(), tmp_path / "heartbeats.json"
    world.found()
    world.call(failed=True)
    ended(world, path)
    world.clocks.wait(60)
    assert again(world, path).found().cause == "heartbeat.failed"
    world.clocks.wait(2 * HOUR)
    assert again(world, path).found().cause == "heartbeat.waiting"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"calls": 3}',
        '{"salt": 1}',
        '{"salt": "", "calls": {"x": {"at": "y"}}}',
        "\0" * 100,
        '{"salt":"","calls":{}}',
    ],
)
def test_a_file_that_is_wrong_forgets_and_hurts_nobody(tmp_path: Path, text: str) -> None:
    path = tmp_path / "heartbeats.json"
    path.write_text(text)
    world = again(World(), path)
    assert world.found().cause == "heartbeat.waiting"
    world.call()
    ended(world, path)
    assert again(world, path).found().outcome is Outcome.OK


def test_moments_that_cannot_be_are_made_possible(tmp_path: Path) -> None:
    world, path = World(), tmp_path / "heartbeats.json"
    world.found()
    world.call()
    ended(world, path)
    kept = json.loads(path.read_text())
    for at in (-(10**30), 10**30, 1 << 70):
        (name,) = kept["calls"]
        kept["calls"][name] |= {"at": at, "said": "\x1b[1m" * 50}
        path.write_text(json.dumps(kept))
        assert again(world, path).found().outcome in (Outcome.OK, Outcome.UNKNOWN)


def test_who_is_not_expected_for_a_while_is_not_forgotten(tmp_path: Path) -> None:
    kept = RememberedCalls(tmp_path / "heartbeats.json")
    kept.keep([(HOURLY.line, Last(at=5))])
    kept.keep([])
    assert kept.of(HOURLY.line) == Last(at=5)
    assert kept.of(replace(HOURLY, token="another-token-of-the-same").line) is None


def test_the_running_program_remembers_calls_over_its_restart(tmp_path: Path) -> None:
    port = free_port()
    for life in range(2):
        stage = Stage(Places.under(tmp_path / "home"))
        stage.configure(
            f'[services.backup]\ninterval = "200ms"\ntimeout = "200ms"\n'
            f'[services.backup.heartbeat]\nevery = "1h"\ntoken = "{TOKEN}"\nport = {port}\n'
        )
        with stage.running():
            if not life:
                until(lambda stage=stage: stage.checks("backup"))
                url = f"http://127.0.0.1:{port}/beat/{TOKEN}"
                assert subprocess.run(["curl", "-fsS", url], capture_output=True, timeout=20, check=True).stdout
            until(lambda stage=stage: stage.status_of("backup") is Status.UP)
    assert stage.checks("backup")[0]["outcome"] == "OK"


# Crowds


def test_forty_that_say_nothing_keep_no_caller_out(record_property: Property) -> None:
    async def visit(office: Office) -> None:
        crowd = [await asyncio.open_connection("127.0.0.1", office.port) for _ in range(40)]
        await asyncio.sleep(0.05)
        with row("found-S7", "40 silent connections, then a call", record_property) as seen:
            answer = await office.get(f"/beat/{TOKEN}")
            finding = await office.check(office.probes[0])
            seen.seen(str(finding.outcome), answer.partition(b"\r\n")[0].decode())
        assert status(answer) == 200
        assert finding.outcome is Outcome.OK
        for _, writer in crowd:
            writer.transport.abort()

    Office().run(visit)


def test_who_says_something_keeps_his_place_before_those_who_are_silent() -> None:
    async def visit(office: Office) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", office.port)
        writer.write(b"POST /beat/%s HTTP/1.1\r\nContent-Length: 5\r\n\r\nall" % T)
        await asyncio.sleep(0.05)
        crowd = [await asyncio.open_connection("127.0.0.1", office.port) for _ in range(MOST_CALLERS * 2)]
        await asyncio.sleep(0.05)
        writer.write(b" ok")
        assert status(await asyncio.wait_for(reader.read(), 10)) == 200
        for _, other in [*crowd, (reader, writer)]:
            other.transport.abort()

    Office().run(visit)


def test_while_callers_were_turned_away_a_missing_call_is_nobodys_outage(record_property: Property) -> None:
    world = World()
    world.found()
    world.call()
    world.clocks.wait(HOUR)
    world.board.turned_away(PLACE)
    world.clocks.wait(301)
    with row("found-S7", "a call is missing, and callers were turned away", record_property) as seen:
        finding = world.found()
        seen.seen(str(finding.outcome), finding.cause)
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.UNKNOWN, "heartbeat.crowded", Blame.SELF)
    world.clocks.wait(HOUR + 301)
    assert world.found().cause == "heartbeat.missed"


def test_more_at_once_than_there_are_places_is_noticed_and_silence_that_lasts_is_not() -> None:
    async def visit(office: Office) -> None:
        (probe,) = office.probes
        crowd = [await asyncio.open_connection("127.0.0.1", office.port) for _ in range(MOST_CALLERS)]
        await asyncio.sleep(1.1)
        crowd += [await asyncio.open_connection("127.0.0.1", office.port)]
        await asyncio.sleep(0.05)
        standing = office.board.standing(probe.line, TOKEN)
        assert standing is not None
        assert standing.crowded is None  # who went had been silent long enough
        crowd += [await asyncio.open_connection("127.0.0.1", office.port) for _ in range(MOST_CALLERS)]
        await asyncio.sleep(0.05)
        standing = office.board.standing(probe.line, TOKEN)
        assert standing is not None
        assert standing.crowded is not None
        for _, writer in crowd:
            writer.transport.abort()

    Office(replace(HOURLY, grace=Duration(0))).run(visit)


def test_a_token_that_is_not_at_hand_yet_is_early_also_with_a_body() -> None:
    world = World()
    assert world.board.expects(PLACE, T) is Heard.EARLY
