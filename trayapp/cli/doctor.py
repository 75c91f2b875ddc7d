"""`watchbell doctor`: what this machine gives us, and what to install for the rest."""

from __future__ import annotations

import argparse

from trayapp import events
from trayapp.cli import show
from trayapp.cli.home import places_of
from trayapp.desktop.display import has_display
from trayapp.diagnosis import examine


def main(arguments: argparse.Namespace) -> int:
    rows = examine(places_of(arguments), display=has_display())
    if arguments.json:
        for row in rows:
            print(events.line({"part": row.part, "ok": row.ok, "found": row.found, "advice": row.advice or None}))
        return 0 if all(row.ok for row in rows) else 1
    width = max(len(row.part) for row in rows)
    console = show.console()
    for row in rows:
        console.print(f"{'✓' if row.ok else '!'} ", style="green" if row.ok else "yellow", end="")
        console.print(f"{row.part:<{width}}  {row.found}")
        if row.advice:
            console.print(f"  {'':<{width}}  {row.advice}", style="bright_black")
    return 0 if all(row.ok for row in rows) else 1
