"""Faults of our own, in real processes: what the interpreter's hooks do cannot be seen from inside a test."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from trayapp.faults import Faults

BEGIN = """
import asyncio, logging, sys, threading
from pathlib import Path
from trayapp.faults import Faults
from trayapp.log import open_log
from trayapp.redaction import Redaction
log = open_log(Path(sys.argv[1]), Redaction())
faults = Faults()
faults.install()
told = []
faults.subscribe(told.append)
"""


def run(body: str, log: Path) -> subprocess.CompletedProcess[str]:
    program = BEGIN + textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", program, str(log)], capture_output=True, text=True, timeout=60, check=False
    )


def test_an_exception_in_a_thread_is_logged_counted_and_told(tmp_path: Path) -> None:
    done = run(
        """
        def work(): {}["missing"]
        thread = threading.Thread(target=work, name="history")
        thread.start(); thread.join()
        print(faults.count, told)
        """,
        tmp_path / "log",
    )
    assert done.stdout == ("1 ['Watchbell has a problem: KeyError in the history thread. The log has the details.']\n")
    assert done.stderr == ""
    (line,) = (tmp_path / "log").read_text().splitlines()
    assert "ERROR trayapp.faults: KeyError in the history thread" in line
    assert "Traceback" in line


def test_an_exception_that_ends_the_program_is_logged_and_said_without_its_message(tmp_path: Path) -> None:
    done = run("raise RuntimeError('hunter2')", tmp_path / "log")
    assert done.returncode == 1
    assert done.stderr == (
        "watchbell: Watchbell has a problem: RuntimeError in the MainThread thread. The log has the details.\n"
    )
    assert "RuntimeError: hunter2" in (tmp_path / "log").read_text()


def test_an_interrupt_is_no_fault(tmp_path: Path) -> None:
    done = run("raise KeyboardInterrupt", tmp_path / "log")
    assert "KeyboardInterrupt" in done.stderr
    assert (tmp_path / "log").read_text() == ""


def test_an_exception_in_a_destructor_is_logged_and_the_program_goes_on(tmp_path: Path) -> None:
    done = run(
        """
        class Bad:
            def __del__(self): raise OSError("gone")
        Bad()
        print(faults.count)
        """,
        tmp_path / "log",
    )
    assert (done.stdout, done.returncode) == ("1\n", 0)
    assert "OSError: gone" in (tmp_path / "log").read_text()


def test_a_callback_and_a_forgotten_task_do_not_end_the_loop(tmp_path: Path) -> None:
    done = run(
        """
        import gc
        async def broken(): raise ValueError("in a task")
        async def main():
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(faults.loop_handler)
            loop.call_soon(lambda: 1 / 0)
            task = asyncio.create_task(broken())
            await asyncio.sleep(0.01)
            del task
            gc.collect()
            await asyncio.sleep(0.01)
            print(faults.count)
        asyncio.run(main())
        """,
        tmp_path / "log",
    )
    assert (done.stdout, done.stderr) == ("2\n", "")
    text = (tmp_path / "log").read_text()
    assert "ZeroDivisionError" in text
    assert "ValueError: in a task" in text


def test_many_faults_make_one_sentence_with_a_count() -> None:
    faults = Faults()
    for _ in range(3):
        faults.record(KeyError("x"), "the scheduler")
    assert faults.sentence == (
        "Watchbell has a problem: KeyError in the scheduler, the latest of 3. The log has the details."
    )


def test_without_a_fault_there_is_nothing_to_say() -> None:
    assert Faults().sentence == ""


def test_a_subscriber_that_fails_does_not_keep_it_from_the_others(caplog: pytest.LogCaptureFixture) -> None:
    def broken(sentence: str) -> None:
        raise RuntimeError(sentence)

    faults = Faults()
    heard: list[str] = []
    faults.subscribe(broken)
    faults.subscribe(heard.append)
    faults.record(KeyError("x"), "a test")
    assert len(heard) == 1
    assert "a subscriber to faults failed itself" in caplog.text
