"""services.toml is empty for a few seconds, as an editor on a slow disk leaves it, while an outage is open."""

from __future__ import annotations

import time
from pathlib import Path

from tests.cli.command import Home, service
from tests.faults.table import Property, row
from tests.servers import HttpServer, until


def test_an_outage_goes_on_while_an_editor_saves(tmp_path: Path, record_property: Property) -> None:
    home = Home(tmp_path)
    with HttpServer(status=503) as shop, HttpServer() as blog:
        text = service("shop", shop.url) + service("blog", blog.url)
        home.configure(text)
        with (
            home.watch() as watching,
            row("found-T4", "an empty services.toml during an outage", record_property) as seen,
        ):
            down = watching.until("status", service="shop", to="DOWN")
            home.configure("")
            time.sleep(6)  # longer than any look at the file, shorter than it takes to be believed
            checks = len(watching.of("check", service="shop"))
            home.configure(text)
            until(lambda: len(watching.of("check", service="shop")) > checks)
            shop.status = 200
            watching.until("notification", kind="recovered")
            told = [event["kind"] for event in watching.of("notification")]
            watching.end()
            seen.seen(", ".join(told), "doubted for 10 s")
        assert told == ["down", "recovered"]
        (incident,) = home.incidents()
        assert incident.id == down["incident"]
        assert incident.closing == "recovered"
