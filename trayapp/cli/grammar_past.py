"""What may be typed to bring a past along and to take it away."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from trayapp.cli.grammar_reading import stretch

if TYPE_CHECKING:
    from trayapp.cli.grammar import Commands, Parser

IMPORT = """A line is one check, as a JSON object or as CSV under a first line that names
the columns; which of both, the content says. It may be packed with gzip.

  at          when: 2026-11-22T18:30:00Z, any zone, or a number since 1970:
              below 100,000,000,000 it is seconds, else milliseconds
  service     an id of services.toml, or another name with --as
  outcome     OK, WARNING, CRITICAL or UNKNOWN; up, 1 and true mean OK,
              down, 0 and false mean CRITICAL
  latency_ms  how long the answer took; may be missing
  message     what it said; may be missing

Only what lies before Watchbell's own past, and between earlier imports, is
taken: what it saw itself never changes, and importing twice is importing once.
A moment at which two lines speak of one service belongs to the first of them.
Outages are judged with the thresholds of services.toml, at the pace that the
lines have. Nothing rings for them. Meanwhile some 25 bytes of free disk are
needed for each line.

  watchbell history import past.jsonl
  watchbell history import --as "Twitter (main)=twitter" 2025.csv 2026.csv.gz
  zcat *.gz | watchbell history import -"""

EXPORT = """Prints the single checks that are still known, in the format that
`watchbell history import` reads. With --all every line is a JSON object with
the key "record":

  check       at, service, outcome, latency_ms, message
  segment     service, start, end, status, reason: the timeline, as it reads
              with the corrections that stand
  incident    id, service, start, confirmed, end, end_uncertain, closing, cause,
              message, doubtful
  correction  incident, verdict, note, at, undone_at
  marker      id, at, text, services

An import of such a file takes its checks.

  watchbell history export -o past.jsonl
  watchbell history export web --since 30d --format csv > web.csv"""

BACKUP = """Watchbell may go on running. The copy is one file that nobody else may read,
checked once it is complete. `watchbell restore` takes it back."""

RESTORE = """Watchbell must not be running. The history that is there now is kept beside the
new one, as history.db.before-restore-…"""


class Command(Protocol):
    """Adds one command: its name, what the list of commands says of it, and more for its own help."""

    def __call__(self, commands: Commands, name: str, does: str, more: str = "") -> Parser: ...


def add_past(commands: Commands, command: Command) -> None:
    taking = _of_history(commands, "import", "Bring along what another program saw.", IMPORT)
    taking.add_argument("files", metavar="FILE", nargs="+", help='JSON lines or CSV; "-" is standard input')
    taking.add_argument(
        "--as", dest="renamed", metavar="OLD=NEW", action="append", default=[], type=_renamed,
        help="the service that is called OLD there is NEW here; may be given often",
    )  # fmt: skip
    taking.add_argument("--skip-faulty", action="store_true", help="import the rest although some lines are faulty")

    giving = _of_history(commands, "export", "Print the checks that are still known.", EXPORT)
    giving.add_argument("ids", metavar="ID", nargs="*", help="which services; all when none is named")
    stretch(giving, "all there is")
    giving.add_argument("--format", choices=("jsonl", "csv"), default="jsonl", help="jsonl unless given")
    giving.add_argument("--all", dest="everything", action="store_true", help="segments, incidents and markers too")
    giving.add_argument("-o", "--output", metavar="FILE", type=Path, help="where to; else standard output")
    giving.add_argument("--force", action="store_true", help="replace FILE where it exists")

    backup = command(commands, "backup", "copy the history to a file", BACKUP)
    backup.add_argument("file", metavar="FILE", type=Path, help="where to")
    backup.add_argument("--force", action="store_true", help="replace FILE where it exists")

    restore = command(commands, "restore", "take the history back from a copy", RESTORE)
    restore.add_argument("file", metavar="FILE", type=Path, help="what `watchbell backup` wrote")


def joined(words: Sequence[str]) -> list[str]:
    """What was typed, with "history import" and "history export" as one word each: they are commands of their own."""
    place = next((place for place, word in enumerate(words) if not _of_home(words, place, word)), len(words))
    match list(words[place : place + 2]):
        case ["history", "import" | "export" as second]:
            return [*words[:place], f"history {second}", *words[place + 2 :]]
    return list(words)


def _of_home(words: Sequence[str], place: int, word: str) -> bool:
    return word.startswith("--home") or (place > 0 and words[place - 1] == "--home")


def _of_history(commands: Commands, name: str, does: str, more: str) -> Parser:
    """A command whose first word is "history"; the list of commands shows that one."""
    return commands.add_parser(
        f"history {name}",
        prog=f"watchbell history {name}",
        description=does,
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _renamed(text: str) -> tuple[str, str]:
    old, equals, new = text.rpartition("=")
    if not (old and equals and new):
        raise argparse.ArgumentTypeError(f'"{text}" is not OLD=NEW')
    return old, new
