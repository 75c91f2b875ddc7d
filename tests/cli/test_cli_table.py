"""`watchbell watch` on a terminal: a table that is redrawn in place."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import struct
import subprocess
import termios
import threading

import pytest

from tests.cli.command import PATIENCE, ROOT, Home, service
from tests.servers import HttpServer, until

pty = pytest.importorskip("pty", reason="there are no such terminals on Windows")

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


class Terminal:
    """A terminal of so many columns and rows, with a program on it."""

    def __init__(self, home: Home, *words: str, columns: int = 90, rows: int = 24) -> None:
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # The terminal says how wide it is; a variable (of the process that runs tests beside others) would overrule it.
        usual = {name: value for name, value in home.env.items() if name not in ("COLUMNS", "LINES")}
        env = {**usual, "TERM": "xterm-256color", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            [*home.program, *words], cwd=ROOT, env=env, stdin=theirs, stdout=theirs, stderr=theirs
        )
        os.close(theirs)
        self._seen = b""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def text(self) -> str:
        """Everything shown so far, without colours and cursor movements."""
        return CONTROL.sub("", self._seen.decode(errors="replace")).replace("\r", "")

    def close(self) -> int:
        """Ctrl+C; returns the exit status."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(PATIENCE)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join(PATIENCE)
            os.close(self._ours)

    def _read(self) -> None:
        try:
            while chunk := os.read(self._ours, 65536):
                self._seen += chunk
        except OSError:
            return  # so a terminal tells that its last program has ended


def test_the_table_shows_what_is_true_and_what_was_told(home: Home) -> None:
    with HttpServer() as good, HttpServer(status=503) as bad:
        home.configure(
            service("good", good.url, name="Good one", group="Web"),
            service("bad", bad.url, name="Bad one with a long name", group="Web"),
            service("odd", "htp://x/"),
        )
        terminal = Terminal(home, "watch")
        try:
            until(lambda: "Bad one with a long name is down. HTTP 503" in terminal.text, PATIENCE)
        finally:
            assert terminal.close() == 0
    last = terminal.text[terminal.text.rindex("Bad one with a long name is down\n") :].splitlines()
    assert last[1].startswith("1 down · 1 up — checked ")
    assert any('services.odd.http.url: not a URL: "htp://x/"' in line for line in last)
    assert any(re.match(r"✓  Good one +UP  ", line) for line in last), last
    assert any(line.startswith("✕  Bad one") for line in last), last
    assert any("HTTP 503 · down" in line for line in last), last
    assert [line.strip() for line in last if line.strip()][-1] == "stopped"
    assert "Traceback" not in terminal.text


def test_a_small_terminal_shows_those_in_trouble_first(home: Home) -> None:
    with HttpServer() as good:
        home.configure(
            *(service(f"good{n}", good.url) for n in range(30)),
            service("bad", "http://127.0.0.1:1/", failure_threshold=1),
        )
        terminal = Terminal(home, "watch", columns=40, rows=20)
        try:
            until(lambda: re.search(r"^✕  bad .*DOWN", terminal.text, re.MULTILINE), PATIENCE)
            until(lambda: re.search(r"… and \d+ more", terminal.text), PATIENCE)
        finally:
            assert terminal.close() == 0
    assert max(len(line) for line in terminal.text.splitlines()) <= 60


def test_the_demo_says_that_it_is_one(home: Home) -> None:
    terminal = Terminal(home, "demo", "--terminal")
    try:
        until(
            lambda: "A demo. `watchbell add https://example.com` adds something real." in terminal.text,
            PATIENCE,
        )
        until(lambda: "Town clock" in terminal.text, PATIENCE)
    finally:
        assert terminal.close() == 0
