"""The command line: what may be typed, and which file answers it."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence
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


class Usage(SystemExit):
    """Wrong usage: the sentence went to standard error already."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that exits with 64 on wrong usage, as sysexits.h has it."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        print(f"{self.prog}: {message}", file=sys.stderr)
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

    run = commands.add_parser("run", help="start the tray program")
    run.add_argument("--window", action="store_true", help="open the window at once")
    run.add_argument("--hidden", action="store_true", help="start without a window even on the first run")
    run.add_argument("--demo-if-empty", action="store_true", help="show the demo while no service is configured")

    watch = commands.add_parser("watch", help="watch in the terminal")
    _json(watch)
    watch.add_argument("--for", dest="seconds", metavar="30s", type=_duration, help="stop after this long")
    watch.add_argument("--notify", action="store_true", help="show desktop notifications too")

    check = commands.add_parser("check", help="check services once, now")
    check.add_argument("ids", metavar="ID", nargs="*", help="which services; all when none is named")
    _json(check)

    probe = commands.add_parser("probe", help="ask any address once, without configuration")
    probe.add_argument("target", metavar="TARGET", help="a URL, kind:target, or a host")
    probe.add_argument("keys", metavar="key=value", nargs="*", help="keys of the probe, and timeout=10s")
    _json(probe)

    add = commands.add_parser("add", help="look at an address and watch it from now on")
    add.add_argument("target", metavar="TARGET", help="a URL, kind:target, or a host")
    add.add_argument("keys", metavar="key=value", nargs="*", help="keys of the service or of its probe")
    add.add_argument("--name", help="what you call it")
    add.add_argument("--group", help="the heading under which it is listed")

    status = commands.add_parser("status", help="what is true now")
    status.add_argument("ids", metavar="ID", nargs="*", help="which services; all when none is named")
    _json(status)

    config = commands.add_parser("config", help="the configuration file")
    which = config.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    which.add_parser("check", help="say every fault of services.toml, with its line")
    which.add_parser("path", help="where services.toml is")
    which.add_parser("schema", help="print the JSON Schema of services.toml, for editors")

    secret = commands.add_parser("secret", help="passwords and tokens, kept in the keyring")
    which = secret.add_subparsers(dest="action", metavar="ACTION", required=True, parser_class=Parser)
    keep = which.add_parser("set", help="ask for a value and keep it")
    keep.add_argument("name", metavar="NAME")
    which.add_parser("list", help="the secrets that services.toml names, and whether they are there")
    drop = which.add_parser("delete", help="forget a value")
    drop.add_argument("name", metavar="NAME")

    doctor = commands.add_parser("doctor", help="what this machine offers, and what to install")
    _json(doctor)

    demo = commands.add_parser("demo", help="a small world on loopback that lives through an outage")
    demo.add_argument("--terminal", action="store_true", help="watch it in the terminal instead of a window")
    _json(demo)
    return top


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


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="for programs: one JSON object a line")


def _duration(text: str) -> float:
    """Seconds from "30s", "5m" …"""
    from trayapp.config.durations import parse_duration  # noqa: PLC0415 - only this argument needs it

    try:
        return parse_duration(text) / 1000
    except ValueError as fault:
        raise argparse.ArgumentTypeError(str(fault)) from None
