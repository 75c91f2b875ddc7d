"""The log: rotating, private, a record a line."""

from __future__ import annotations

import logging
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from trayapp.log import LONGEST_RECORD, TALKATIVE, OneLine, RotatingLog, open_log
from trayapp.redaction import Redaction


@pytest.fixture(autouse=True)
def levels_as_before() -> Iterator[None]:
    loggers = [logging.getLogger(), *map(logging.getLogger, TALKATIVE)]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture
def redaction() -> Redaction:
    return Redaction()


@pytest.fixture
def log(tmp_path: Path, redaction: Redaction) -> Iterator[RotatingLog]:
    opened = open_log(tmp_path / "watchbell.log", redaction)
    yield opened
    opened.close()


def lines(log: RotatingLog) -> list[str]:
    return Path(log.baseFilename).read_text("utf-8").splitlines()


def test_a_record_is_one_line_with_time_level_and_place(log: RotatingLog) -> None:
    logging.getLogger("trayapp.monitor").warning("late by %d ms", 700)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING trayapp.monitor: late by 700 ms", *lines(log))


def test_line_breaks_control_and_bidi_characters_are_escaped(log: RotatingLog) -> None:
    logging.getLogger("x").error("a\nb\r\x00\x1b[31m\u202eevil\u2028c – ü")
    assert lines(log)[0].endswith(r"x: a\nb\r\x00\x1b[31m\u202eevil\u2028c – ü")


def test_a_traceback_stays_on_its_line(log: RotatingLog) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("x").exception("it broke")
    assert len(lines(log)) == 1
    assert "ValueError: two" in lines(log)[0]


def test_lone_surrogates_can_be_logged(tmp_path: Path, redaction: Redaction) -> None:
    log = RotatingLog(tmp_path / "watchbell.log", redaction)
    log.handle(logging.makeLogRecord({"msg": "name \udcff", "name": "x", "levelname": "INFO"}))
    log.close()
    assert lines(log)[0].endswith(r"name \udcff")


def test_secrets_are_hidden_in_messages_arguments_and_tracebacks(log: RotatingLog, redaction: Redaction) -> None:
    redaction.hide("hunter2hunter2")
    try:
        raise ValueError("wrong: hunter2hunter2")
    except ValueError:
        logging.getLogger("x").exception("asked https://me:open-sesame@host/ with %s", "hunter2hunter2")
    text = Path(log.baseFilename).read_text("utf-8")
    assert "hunter2" not in text
    assert "open-sesame" not in text


def test_a_huge_record_loses_its_middle(log: RotatingLog) -> None:
    logging.getLogger("x").error("begin %s end", "y" * 1_000_000)
    assert len(lines(log)[0]) < LONGEST_RECORD + 100
    assert lines(log)[0].endswith("y end")


def test_requests_are_not_logged_by_httpx(log: RotatingLog) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET https://me:pw@host/")
    logging.getLogger("httpcore.connection").info("connect_tcp.started")
    assert lines(log) == []


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_the_files_are_private_whatever_the_umask_and_before(tmp_path: Path, redaction: Redaction) -> None:
    path = tmp_path / "watchbell.log"
    path.touch(0o644)
    before = os.umask(0)
    try:
        log = RotatingLog(path, redaction, size=200)
        for _ in range(20):
            log.handle(logging.makeLogRecord({"msg": "x" * 100, "name": "x", "levelname": "INFO"}))
    finally:
        os.umask(before)
    log.close()
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_there_are_never_more_than_three_files(tmp_path: Path, redaction: Redaction) -> None:
    log = RotatingLog(tmp_path / "watchbell.log", redaction, size=1000)
    for n in range(200):
        log.handle(logging.makeLogRecord({"msg": f"record {n} {'x' * 50}", "name": "x", "levelname": "INFO"}))
    log.close()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["watchbell.log", "watchbell.log.1", "watchbell.log.2"]
    assert "record 199" in (tmp_path / "watchbell.log").read_text("utf-8")
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 3000


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX's")
def test_a_full_disk_is_said_once_and_disturbs_nobody(tmp_path: Path) -> None:
    program = """if True:
        import logging, resource, sys
        from pathlib import Path
        from trayapp.log import open_log
        from trayapp.redaction import Redaction
        log = open_log(Path(sys.argv[1]), Redaction())
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        for n in range(5):
            logging.info("record %d %s", n, "x" * 200)
        print("still here")
    """
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "log")], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout == "still here\n"
    assert done.stderr.count("cannot write the log") == 1


def test_a_log_that_cannot_be_opened_says_so_and_changes_nothing(tmp_path: Path, redaction: Redaction) -> None:
    handlers = list(logging.getLogger().handlers)
    with pytest.raises(OSError, match="no-such-folder"):
        open_log(tmp_path / "no-such-folder" / "watchbell.log", redaction)
    assert logging.getLogger().handlers == handlers


def test_times_are_utc(redaction: Redaction) -> None:
    record = logging.makeLogRecord({"created": 0.25, "msecs": 250, "msg": "x", "name": "n", "levelname": "INFO"})
    assert OneLine(redaction).format(record) == "1970-01-01T00:00:00.250Z INFO n: x"
