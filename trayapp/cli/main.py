"""The command line: what may be typed, and which file answers it."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import re
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from trayapp import __version__
from trayapp.cli import exits

DESCRIPTION = """Watchbell asks the services you depend on how they are, from where you sit,
and rings only when it matters. Without a command it starts the tray program,
or raises the window of the one that is running."""

EPILOGUE = """Exit status of check, probe and status: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN,
the worst of all asked. 64 wrong usage, 78 wrong configuration,
75 the program is not running where that is needed."""


_MISTYPED = re.compile(r"argument (?:COMMAND|ACTION): invalid choice: '(?P<word>.*)' \(choose from (?P<known>.*)\)")


class Usage(SystemExit):
    """Wrong usage: the sentence went to standard error already."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that exits with 64 on wrong usage, as sysexits.h has it."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {_plainly(message)}", file=sys.stderr)
        raise Usage(exits.USAGE)


def parser() -> argparse.ArgumentParser:
    """Every command with its arguments. The module trayapp.cli.<command> holds what it does."""
    top = Parser(
        prog="watchbell",
        description=DESCRIPTION,
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"Watchbell {__version__}")
    top.add_argument("--home", metavar="DIR", type=Path, help="keep everything under DIR (or set WATCHBELL_HOME)")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", parser_class=Parser)

    run = _command(commands, "run", "start the tray program")
    run.add_argument("--window", action="store_true", help="open the window at once")
    run.add_argument("--hidden", action="store_true", help="start without a window even on the first run")
    run.add_argument("--demo-if-empty", action="store_true", help="show the demo while no service is configured")

    watch = _command(commands, "watch", "watch in the terminal")
    _json(watch)
    watch.add_argument("--for", dest="seconds", metavar="30s", type=_duration, help="stop after this long")
    watch.add_argument("--notify", action="store_true", help="show desktop notifications too")

    check = _command(commands, "check", "check services once, now")
    check.add_argument("ids", metavar="ID", nargs="*", help="which services; all when none is named")
    _json(check)

    probe = _command(commands, "probe", "ask any address once, without configuration")
    probe.add_argument("target", metavar="TARGET", help="a URL, kind:target, or a host")
    probe.add_argument("keys", metavar="key=value", nargs="*", default=[], help="keys of the probe, and timeout=10s")
    _json(probe)

    add = _command(commands, "add", "look at an address and watch it from now on")
    add.add_argument("target", metavar="TARGET", help="a URL, kind:target, or a host")
    add.add_argument("keys", metavar="key=value", nargs="*", default=[], help="keys of the service or of its probe")
    add.add_argument("--name", help="what you call it")
    add.add_argument("--group", help="the heading under which it is listed")

    status = _command(commands, "status", "what is true now")
    status.add_argument("ids", metavar="ID", nargs="*", help="which services; all when none is named")
    _json(status)

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
    _json(doctor)

    demo = _command(commands, "demo", "a small world on loopback that lives through an outage")
    demo.add_argument("--terminal", action="store_true", help="watch it in the terminal instead of a window")
    _json(demo)
    return top


def _command(commands: argparse._SubParsersAction[Parser], name: str, does: str) -> Parser:
    """A command that says in its own help what the list says of it."""
    return commands.add_parser(name, help=does, description=f"{does[:1].upper()}{does[1:]}.")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    try:
        arguments = _parsed(argv)
        command = arguments.command or "run"
        if arguments.command is None:
            arguments.window, arguments.hidden, arguments.demo_if_empty = False, False, False
        _choose_encoding(for_programs=getattr(arguments, "json", False))
        status = int(importlib.import_module(f"trayapp.cli.{command}").main(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has seen enough; the interpreter's own flush must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.UNREAD
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    return status


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; IDs and key=value words may stand on both sides of an option, which argparse cannot do."""
    top = parser()
    arguments, rest = top.parse_known_args(argv)
    many = next((name for name in ("ids", "keys") if hasattr(arguments, name)), None)
    if rest and (many is None or any(word.startswith("-") for word in rest)):
        top.error(f"unrecognized arguments: {' '.join(rest)}")
    if many is not None:
        setattr(arguments, many, [*getattr(arguments, many), *rest])
    return arguments


def _choose_encoding(*, for_programs: bool) -> None:
    """JSON is UTF-8 in any locale; what is for people loses a shape rather than a line in a poor one."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        if for_programs:
            sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
        else:
            sys.stdout.reconfigure(errors="replace")


def _plainly(message: str) -> str:
    """A complaint of argparse about a mistyped command, as a person would say it; any other as it is."""
    mistyped = _MISTYPED.match(message)
    if mistyped is None:
        return message
    known = re.findall(r"[\w-]+", mistyped["known"])
    near = get_close_matches(mistyped["word"], known, n=1)
    hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(known)}"
    return f'there is no command "{mistyped["word"]}"; {hint}'


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs: one JSON object a line")


def _duration(text: str) -> float:
    """Seconds from "30s", "5m" …"""
    from trayapp.config.durations import parse_duration  # noqa: PLC0415 - only this argument needs it

    try:
        return parse_duration(text) / 1000
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None
