"""One owner per home, with real processes, real locks and real sockets."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from trayapp.desktop.control import NoAnswer, Refused, ask, stream
from trayapp.desktop.conversation import LONGEST_REQUEST, Answer
from trayapp.desktop.door import LONGEST_SOCKET_PATH, NotRunning, dial
from trayapp.desktop.instance import CONVERSATIONS, Owner, acquire

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="these tests speak to Unix sockets and send signals")

PROGRAM = """
import asyncio, os, sys
from pathlib import Path
from trayapp.desktop.control import ask
from trayapp.desktop.instance import acquire
lock, door = Path(sys.argv[1]), Path(sys.argv[2])
owner = acquire(lock, door)
if owner is None:
    print("raised", ask(door, {"do": "show"}, 20, starting=True)["pid"], flush=True)
    sys.exit()
async def answer(request):
    return {"pid": os.getpid(), **request}
print("owner", os.getpid(), flush=True)
asyncio.run(owner.serve(answer))
"""


@pytest.fixture(params=["unix socket", "port and token"])
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run folder, once with a short path and once with one too long for a Unix socket."""
    folder = tmp_path_factory.mktemp("run")
    if request.param == "port and token":
        folder = folder / ("x" * LONGEST_SOCKET_PATH)
        folder.mkdir()
    return folder


@contextmanager
def serving(home: Path, answer: Answer) -> Iterator[Owner]:
    """An owner that serves from a loop in a thread of its own, as the monitor's does."""
    owner = acquire(home / "lock", home / "socket")
    assert owner is not None
    loop = asyncio.new_event_loop()
    task = loop.create_task(owner.serve(answer))
    thread = threading.Thread(target=lambda: (loop.run_until_complete(asyncio.wait((task,))), loop.close()))
    thread.start()
    try:
        yield owner
    finally:
        loop.call_soon_threadsafe(task.cancel)
        thread.join(20)
        owner.release()
    assert not thread.is_alive()


async def echo(request: dict[str, Any]) -> dict[str, Any]:
    return {"you said": request}


def start(home: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(home / "lock"), str(home / "socket")], stdout=subprocess.PIPE, text=True
    )


def first_words(process: subprocess.Popen[str]) -> tuple[str, int]:
    assert process.stdout is not None
    word, pid = process.stdout.readline().split()
    return word, int(pid)


def end(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    process.send_signal(number)
    process.wait(20)
    assert process.stdout is not None
    process.stdout.close()


def test_of_twenty_processes_started_at_once_one_owns_and_the_others_raise_it(home: Path) -> None:
    processes = [start(home) for _ in range(20)]
    try:
        heard = [first_words(process) for process in processes]
    finally:
        for process in processes:
            end(process)
    owners = [pid for word, pid in heard if word == "owner"]
    assert len(owners) == 1
    assert {pid for word, pid in heard if word == "raised"} == set(owners)


def test_after_kill_9_the_next_start_owns_at_once(home: Path) -> None:
    for _ in range(5):
        process = start(home)
        assert first_words(process)[0] == "owner"
        assert ask(home / "socket", {"do": "status"}, 20)["pid"] == process.pid
        end(process)
        begun = time.monotonic()
        owner = acquire(home / "lock", home / "socket")
        assert time.monotonic() - begun < 1
        assert owner is not None
        owner.release()


def test_a_lock_file_with_a_living_process_id_in_it_is_no_lock(home: Path) -> None:
    (home / "lock").write_text(str(os.getpid()))
    owner = acquire(home / "lock", home / "socket")
    assert owner is not None
    owner.release()


def test_the_owner_is_the_only_one_until_it_releases(home: Path) -> None:
    owner = acquire(home / "lock", home / "socket")
    assert owner is not None
    assert acquire(home / "lock", home / "socket") is None
    owner.release()
    again = acquire(home / "lock", home / "socket")
    assert again is not None
    again.release()


def test_a_child_of_the_owner_does_not_inherit_the_lock(home: Path) -> None:
    owner = acquire(home / "lock", home / "socket")
    assert owner is not None
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE):
        owner.release()
        again = acquire(home / "lock", home / "socket")
        assert again is not None
        again.release()


def test_no_folder_for_the_lock_is_the_environments_fault_and_not_another_owner(home: Path) -> None:
    with pytest.raises(FileNotFoundError):
        acquire(home / "gone" / "lock", home / "gone" / "socket")


def test_whatever_stands_where_the_socket_goes_is_replaced(home: Path) -> None:
    (home / "socket").write_text("stale")
    with serving(home, echo):
        assert ask(home / "socket", {"do": "x"}, 20) == {"you said": {"do": "x"}}


def test_lock_and_socket_are_private_whatever_the_umask(home: Path) -> None:
    before = os.umask(0)
    try:
        owner = acquire(home / "lock", home / "socket")
    finally:
        os.umask(before)
    assert owner is not None
    assert {stat.S_IMODE(file.stat().st_mode) for file in home.iterdir()} == {0o600}
    owner.release()
    assert [file.name for file in home.iterdir()] == ["lock"]


def test_who_asks_before_the_owner_serves_is_answered_when_it_does(home: Path) -> None:
    owner = acquire(home / "lock", home / "socket")
    assert owner is not None
    heard: list[dict[str, Any]] = []
    asking = threading.Thread(target=lambda: heard.append(ask(home / "socket", {"do": "show"}, 20)))
    asking.start()

    async def serve_until_asked() -> None:
        serving = asyncio.create_task(owner.serve(echo))
        await asyncio.to_thread(asking.join)
        serving.cancel()

    asyncio.run(serve_until_asked())
    owner.release()
    assert heard == [{"you said": {"do": "show"}}]


def test_asking_nobody_says_so_at_once(home: Path) -> None:
    with pytest.raises(NotRunning):
        ask(home / "socket", {"do": "status"}, 20)
    with pytest.raises(NotRunning):
        next(stream(home / "socket", {"do": "events"}, 20))


def test_asking_a_dead_owner_says_that_nobody_is_there(home: Path) -> None:
    process = start(home)
    first_words(process)
    end(process)
    with pytest.raises(NotRunning):
        ask(home / "socket", {"do": "status"}, 20)


def test_waiting_for_one_that_never_starts_ends_with_the_timeout(home: Path) -> None:
    with pytest.raises(NotRunning):
        ask(home / "socket", {"do": "show"}, 0.1, starting=True)


def test_a_stopped_owner_costs_the_timeout_and_no_more(home: Path) -> None:
    process = start(home)
    first_words(process)
    process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(NoAnswer):
            ask(home / "socket", {"do": "status"}, 0.3)
    finally:
        end(process)


def test_a_large_reply_arrives_whole(home: Path) -> None:
    async def long_story(_request: dict[str, Any]) -> dict[str, Any]:
        return {"story": "ü\n" * 500_000}

    with serving(home, long_story):
        assert ask(home / "socket", {}, 20) == {"story": "ü\n" * 500_000}


def test_a_stream_gives_one_reply_after_the_other(home: Path) -> None:
    async def count(_request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        for n in range(1000):
            yield {"n": n}

    with serving(home, count):
        assert [reply["n"] for reply in stream(home / "socket", {"do": "events"}, 20)] == list(range(1000))


def test_a_stream_that_nobody_reads_any_more_ends_though_nothing_happens(home: Path) -> None:
    ended = threading.Event()

    async def one_and_then_silence(_request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        try:
            yield {"n": 1}
            await asyncio.get_running_loop().create_future()
        finally:
            ended.set()

    with serving(home, one_and_then_silence):
        events = stream(home / "socket", {"do": "events"}, 20)
        assert next(events) == {"n": 1}
        events.close()
        assert ended.wait(20)


def test_the_owner_ends_though_streams_are_open(home: Path) -> None:
    async def forever(_request: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        while True:
            yield {"padding": "x" * 10_000}

    with ExitStack() as open_streams:
        with serving(home, forever):
            for _ in range(3):
                events = stream(home / "socket", {}, 20)
                open_streams.callback(events.close)
                next(events)
            begun = time.monotonic()
        assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "line",
    [
        b"garbage\n",
        b"\n",
        b"",
        b"\x00\xff\xfe\n",
        b"[]\n",
        b"null\n",
        b'"do"\n',
        b'{"do": ' + b"[" * 30_000 + b"\n",
        b'{"n": ' + b"1" * 10_000 + b"}\n",
        b"x" * (LONGEST_REQUEST + 1),
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
    ids=lambda line: repr(line[:20]),
)
def test_garbage_is_answered_by_an_error_and_harms_nobody(tmp_path: Path, line: bytes) -> None:
    with serving(tmp_path, echo):
        with socket.socket(socket.AF_UNIX) as calling:
            calling.settimeout(20)
            calling.connect(str(tmp_path / "socket"))
            calling.sendall(line)
            calling.shutdown(socket.SHUT_WR)
            reply = json.loads(calling.makefile().readline())
        assert list(reply) == ["error"]
        assert ask(tmp_path / "socket", {"do": "x"}, 20) == {"you said": {"do": "x"}}


def test_an_endless_line_is_not_kept(tmp_path: Path) -> None:
    with serving(tmp_path, echo):
        with socket.socket(socket.AF_UNIX) as calling:
            calling.settimeout(20)
            calling.connect(str(tmp_path / "socket"))
            with pytest.raises((BrokenPipeError, ConnectionResetError)):
                for _ in range(1000):
                    calling.sendall(b"x" * 65_536)
        assert ask(tmp_path / "socket", {}, 20) == {"you said": {}}


def test_silent_callers_do_not_keep_others_waiting(tmp_path: Path) -> None:
    with serving(tmp_path, echo), ExitStack() as silent:
        for _ in range(CONVERSATIONS - 1):
            silent.enter_context(socket.socket(socket.AF_UNIX)).connect(str(tmp_path / "socket"))
        assert ask(tmp_path / "socket", {}, 20) == {"you said": {}}


def test_one_caller_too_many_is_turned_away_and_the_next_is_welcome_again(tmp_path: Path) -> None:
    with serving(tmp_path, echo):
        with ExitStack() as silent:
            for _ in range(CONVERSATIONS):
                silent.enter_context(socket.socket(socket.AF_UNIX)).connect(str(tmp_path / "socket"))
            with pytest.raises(NoAnswer):
                ask(tmp_path / "socket", {}, 20)
        deadline = time.monotonic() + 20
        while True:
            try:
                assert ask(tmp_path / "socket", {}, 20) == {"you said": {}}
                break
            except NoAnswer:
                assert time.monotonic() < deadline


def test_at_the_end_nobody_is_left_hanging(home: Path) -> None:
    with ExitStack() as callers:
        with serving(home, echo):
            silent = [callers.enter_context(dial(home / "socket", 20)[0]) for _ in range(5)]
            ask(home / "socket", {}, 20)  # it was let in after them
        assert [calling.recv(1) for calling in silent] == [b""] * 5


@pytest.mark.parametrize("shown", [{}, {"token": "guess"}, {"token": 7}, {"token": "\udcff"}])
def test_without_the_token_a_port_tells_nothing(tmp_path: Path, shown: dict[str, Any]) -> None:
    home = tmp_path / ("x" * LONGEST_SOCKET_PATH)
    home.mkdir()
    with serving(home, echo):
        port = json.loads((home / "socket").read_text())["port"]
        with socket.create_connection(("127.0.0.1", port), 20) as calling:
            calling.sendall(json.dumps({"do": "status", **shown}).encode() + b"\n")
            reply = json.loads(calling.makefile().readline())
        assert list(reply) == ["error"]


def test_the_token_is_not_handed_to_who_answers(home: Path) -> None:
    with serving(home, echo):
        assert ask(home / "socket", {"do": "x"}, 20) == {"you said": {"do": "x"}}


def failing(error: Exception) -> Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]:
    async def answer(_request: dict[str, Any]) -> dict[str, Any]:
        raise error

    return answer


def test_a_wrong_request_is_refused_in_the_words_of_who_answers(home: Path) -> None:
    no = failing(ValueError("no service has the id twiter"))
    with serving(home, no), pytest.raises(Refused, match="no service has the id twiter"):
        ask(home / "socket", {"do": "check"}, 20)


def test_a_bug_in_an_answer_is_logged_and_refused_without_its_message(
    home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    bug = failing(RuntimeError("hunter2"))
    with serving(home, bug), pytest.raises(Refused, match="Watchbell has a problem") as refused:
        ask(home / "socket", {"do": "check"}, 20)
    assert "hunter2" not in str(refused.value)
    assert "RuntimeError: hunter2" in caplog.text
