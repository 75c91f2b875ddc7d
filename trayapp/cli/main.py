"""The command line: reads what was typed, and lets the file of that command answer it."""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence

from trayapp.cli import exits
from trayapp.cli.grammar import parser


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
