"""The command line: reads what was typed, and lets the file of that command answer it."""

from __future__ import annotations

import argparse
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence

from trayapp.cli import exits
from trayapp.cli.grammar import parser
from trayapp.cli.grammar_past import joined

_NO_ROOM = frozenset({errno.ENOSPC, errno.EFBIG, errno.EIO, getattr(errno, "EDQUOT", errno.ENOSPC)})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    try:
        arguments = _parsed(argv)
        command = arguments.command or "run"
        if arguments.command is None:
            arguments.window, arguments.hidden, arguments.demo_if_empty = False, False, False
        _choose_encoding(for_programs=getattr(arguments, "json", False) or getattr(arguments, "csv", False))
        status = int(importlib.import_module(f"trayapp.cli.{command.replace(' ', '_')}").main(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read us has seen enough; the interpreter's own flush must not complain either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.UNREAD
    except KeyboardInterrupt:
        return exits.INTERRUPTED
    except OSError as fault:
        if not _keeps_us_from_printing(fault):
            raise
        from trayapp.cli.show import complain  # noqa: PLC0415 - needed for a full disk alone

        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        complain(f"cannot write: {fault.strerror}")
        return exits.NOT_WRITTEN
    return status


def _keeps_us_from_printing(fault: OSError) -> bool:
    """No room where the output goes. A file that has a name is told of by the command that writes it."""
    return fault.filename is None and fault.errno in _NO_ROOM


def _parsed(argv: Sequence[str] | None) -> argparse.Namespace:
    """The arguments; IDs and key=value words may stand on both sides of an option, which argparse cannot do."""
    top = parser()
    arguments, rest = top.parse_known_args(joined(sys.argv[1:] if argv is None else argv))
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
