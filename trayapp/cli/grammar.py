"""What may be typed: every command with its arguments, and what its help says."""

from __future__ import annotations

import argparse
import re
import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from trayapp import __version__
from trayapp.cli import exits
from trayapp.cli.grammar_past import add_past
from trayapp.cli.grammar_reading import add_reading

DESCRIPTION = """Watchbell asks the services you depend on how they are, from where you sit,
and rings only when it matters. Without a command it starts the tray program,
or raises the window of the one that is running."""

EPILOGUE = """`watchbell COMMAND --help` tells more of each.

Exit status of check, probe and status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN,
the worst of all asked. Of every command: 0 done, 64 wrong usage, 65 what was
given to read is not what it should be, 66 what was to be read is not there,
74 what was to be written could not be, 75 Watchbell is not running where that
is needed (ack, snooze, pause, resume), or is where it must not be (history
import, restore), 78 wrong configuration."""

ACK = """Its recovery is still told. An outage that is over needs no note; the next one
rings again."""

MOMENTS = """A moment is written as:
  30m  2h  1d                     from now on for so long
  18:00  until 18:00              the next time that the clock shows it
  tomorrow  until fri 17:00       a day without a time means its morning, 08:00
  until 2026-12-24  until "2026-12-24 18:00"
  until further notice            until you end it"""

SNOOZE = f"""{MOMENTS}
  until back                      while it is down: no reminders, and one
                                  message when it is back, whatever else is set
  off                             end it now

It is checked and recorded as ever. What happened meanwhile and still holds
is told when the snooze ends.

  watchbell snooze twitter 2h
  watchbell snooze twitter office-router until fri
  watchbell snooze twitter until back"""

PAUSE = f"""Without a moment it lasts until `watchbell resume`.

{MOMENTS}
  off                             end it now, like resume

What is paused counts neither as up nor as down.

  watchbell pause                 everything
  watchbell pause 1h              everything, for an hour
  watchbell pause twitter 1h      one service"""

_MISTYPED = re.compile(r"argument (?:COMMAND|ACTION): invalid choice: '(?P<word>.*)' \(choose from (?P<known>.*)\)")


Commands: TypeAlias = "argparse._SubParsersAction[Parser]"


class Usage(SystemExit):
    """Wrong usage: the sentence went to standard error already."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that exits with 64 on wrong usage, as sysexits.h has it."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {_plainly(message)}", file=sys.stderr)
        raise Usage(exits.USAGE)


class _List(argparse.RawDescriptionHelpFormatter):
    """Help with room for the longest command: argparse forgets that the commands of its list are indented."""

    def __init__(self, prog: str, **more: Any) -> None:
        super().__init__(prog, **more)
        self._action_max_length = 13


def parser() -> argparse.ArgumentParser:
    """All of it. The module trayapp.cli.<command> holds what a command does."""
    top = Parser(
        prog="watchbell",
        description=DESCRIPTION,
        epilog=EPILOGUE,
        formatter_class=_List,
    )
    top.add_argument("--version", action="version", version=f"Watchbell {__version__}")
    top.add_argument("--home", metavar="DIR", type=Path, help="keep everything under DIR (or set WATCHBELL_HOME)")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)
    _add_watching(commands)
    _add_asking(commands)
    _add_telling(commands)
    add_reading(commands, _command, _json)
    _add_keeping(commands)
    add_past(commands, _command)
    return top


def _add_watching(commands: Commands) -> None:
    run = _command(commands, "run", "start the tray program")
    run.add_argument("--window", action="store_true", help="open the window at once")
    run.add_argument("--hidden", action="store_true", help="start without a window even on the first run")
    run.add_argument("--demo-if-empty", action="store_true", help="show the demo while no service is configured")

    watch = _command(commands, "watch", "watch in the terminal")
    _json(watch)
    watch.add_argument("--for", dest="seconds", metavar="30s", type=_duration, help="stop after this long")
    watch.add_argument("--notify", action="store_true", help="show desktop notifications too")

    demo = _command(commands, "demo", "a small world on loopback that lives through an outage")
    demo.add_argument("--terminal", action="store_true", help="watch it in the terminal instead of a window")
    _json(demo)


def _add_asking(commands: Commands) -> None:
    check = _command(commands, "check", "check services once, now")
    check.add_argument("ids", metavar="ID", nargs="*", help="which services; all when none is named")
    _json(check)

    probe = _command(commands, "probe", "ask any address once, without configuration")
    probe.add_argument("target", metavar="TARGET", help="a URL, kind:target, or a host")
    probe.add_argument("keys", metavar="key=value", nargs="*", default=[], help="keys of the probe, and timeout=10s")
    _json(probe)

    status = _command(commands, "status", "what is true now")
    status.add_argument("ids", metavar="ID", nargs="*", help="which services; all when none is named")
    _json(status)


def _add_telling(commands: Commands) -> None:
    ack = _command(commands, "ack", "take note of an outage: no more reminders", ACK)
    ack.add_argument("ids", metavar="ID", nargs="*", help="which services; all that are down when none is named")

    for name, does, usage, more in (
        ("snooze", "tell nothing of a service for a while", "ID… WHEN", SNOOZE),
        ("pause", "check nothing for a while, or some services not", "[ID…] [WHEN]", PAUSE),
    ):
        command = _command(commands, name, does, more)
        command.usage = f"watchbell {name} [-h] {usage}"
        command.add_argument("words", metavar=usage, nargs="*", help="which services, and for how long or until when")

    resume = _command(commands, "resume", "check again what was paused")
    resume.add_argument("ids", metavar="ID", nargs="*", help="which services; everything when none is named")


def _add_keeping(commands: Commands) -> None:
    add = _command(commands, "add", "look at an address and watch it from now on")
    add.add_argument("target", metavar="TARGET", help="a URL, kind:target, or a host")
    add.add_argument("keys", metavar="key=value", nargs="*", default=[], help="keys of the service or of its probe")
    add.add_argument("--name", help="what you call it")
    add.add_argument("--group", help="the heading under which it is listed")

    config = _command(commands, "config", "the configuration file")
    which = config.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    _command(which, "check", "say every fault of services.toml, with its line")
    _command(which, "path", "where services.toml is")
    _command(which, "schema", "print the JSON Schema of services.toml, for editors")

    secret = _command(commands, "secret", "passwords and tokens, kept in the keyring")
    which = secret.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    keep = _command(which, "set", "ask for a value and keep it")
    keep.add_argument("name", metavar="NAME")
    _command(which, "list", "the secrets that services.toml names, and whether they are there")
    drop = _command(which, "delete", "forget a value")
    drop.add_argument("name", metavar="NAME")

    doctor = _command(commands, "doctor", "what this machine offers, and what to install")
    doctor.add_argument(
        "--network", action="store_true", help="ask everybody, now, who would be asked after a failure; else nobody is"
    )
    _json(doctor)


def _command(commands: Commands, name: str, does: str, more: str = "") -> Parser:
    """A command that says in its own help what the list says of it, and more below the arguments."""
    return commands.add_parser(
        name,
        help=does,
        description=f"{does[:1].upper()}{does[1:]}.",
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _plainly(message: str) -> str:
    """A complaint of argparse about a mistyped command, as a person would say it; any other as it is."""
    mistyped = _MISTYPED.match(message)
    if mistyped is None:
        return message
    known = [word.strip(" '\"") for word in mistyped["known"].split(",")]
    near = get_close_matches(mistyped["word"], known, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
    return f'there is no command "{mistyped["word"]}"; {hint}'


def _json(command: argparse._ActionsContainer) -> None:
    command.add_argument("--json", action="store_true", help="for programs: one JSON object a line")


def _duration(text: str) -> float:
    """Seconds from "30s", "5m" …"""
    from trayapp.config.durations import parse_duration  # noqa: PLC0415 - only this argument needs it

    try:
        return parse_duration(text) / 1000
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None
