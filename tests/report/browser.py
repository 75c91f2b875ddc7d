"""A real browser, headless and without any network, that opens a report and tells what it did."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.cli.command import without_network

PATIENCE = 60.0


class Browser:
    """`chromium-headless-shell`, with everything it writes kept under `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._netlog = folder / "net.json"

    def open(self, page: Path, *options: str) -> str:
        """Opens the page; what the browser printed. Afterwards `asked` tells what it wanted to load."""
        command = [
            *(without_network() or ()),
            "chromium-headless-shell",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            "--hide-scrollbars",
            f"--user-data-dir={self._folder / 'profile'}",
            f"--log-net-log={self._netlog}",
            *options,
            page.as_uri(),
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True)
        return done.stdout

    def asked(self) -> list[str]:
        """The address of every request but for files, wherever in the browser it began, answered or not."""
        log: dict[str, Any] = json.loads(self._netlog.read_text())
        kinds = log["constants"]["logEventTypes"]
        wanted = {kinds[name] for name in ("URL_REQUEST_START_JOB", "REQUEST_ALIVE", "CORS_REQUEST") if name in kinds}
        events = [event for event in log["events"] if event["type"] in wanted]
        return [event["params"]["url"] for event in events if "url" in event.get("params", {})]
