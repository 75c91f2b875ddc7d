"""The help lists every command on one line, and none of it is wider than a terminal."""

from __future__ import annotations

import pytest

from tests.cli.command import Home

COMMANDS = (
    "", "run", "watch", "demo", "check", "probe", "status", "ack", "snooze", "pause", "resume", "history",
    "history import", "history export", "incidents", "correct", "mark", "markers", "report", "add", "config", "secret",
    "doctor", "backup", "restore",
)  # fmt: skip


def test_every_command_stands_beside_what_it_does(home: Home) -> None:
    listed = home.run("--help").stdout.partition("COMMAND\n")[2].partition("\n\n")[0].splitlines()
    assert len(listed) > 15
    for line in listed:
        name, _, does = line.strip().partition("  ")
        assert " " not in name, line
        assert does.strip(), line


@pytest.mark.parametrize("command", COMMANDS)
def test_no_line_of_the_help_is_wider_than_80_columns(home: Home, command: str) -> None:
    done = home.run(*command.split(), "--help", COLUMNS="80")
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if len(line) > 80] == []


def test_the_help_names_what_is_said_by_two_words_and_every_exit_status(home: Home) -> None:
    said = home.run("--help").stdout
    assert "history import" in said.partition("options:")[0]
    for status in ("64", "65", "66", "74", "75", "78"):
        assert f"{status} " in said.partition("Exit status")[2]
    inner = home.run("history", "--help").stdout
    assert "`watchbell history import`" in inner
    assert "`watchbell history export`" in inner
