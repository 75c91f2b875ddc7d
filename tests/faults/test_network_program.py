"""The real program on a machine whose cable is pulled out: what `watchbell watch --json` says of it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.command import Home, Watching, service
from tests.faults.scenes import Scene, Scenes
from tests.faults.table import Row
from tests.faults.world import CONTROLS, World
from tests.probes.certificates import AUTHORITY
from tests.servers import until

SCENES = Scenes()
PACE = {"interval": "1s", "recheck_interval": "500ms", "timeout": "1s"}
TWENTY = [f"s{n}" for n in range(20)]
SILENCE = 3
"""Checks of each of the twenty that are waited for before it is said that nothing rings."""


@pytest.mark.timeout(180)
@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_the_program_tells_them_from_us(scene: Scene, played: Callable[[], None]):
    played()


def checked_again(watching: Watching, times: int) -> None:
    """Each of the twenty was checked that often from now on."""
    wanted = {id_: len(watching.of("check", service=id_)) + times for id_ in TWENTY}
    until(lambda: all(len(watching.of("check", service=id_)) >= count for id_, count in wanted.items()), 60)


@SCENES.scene("F1", "`watchbell watch`: the cable is out and back, then one is really down")
def program(world: World, row: Row) -> None:
    with tempfile.TemporaryDirectory() as folder, world.here():
        trusted = Path(folder, "authority.pem")
        AUTHORITY.cert_pem.write_to_path(str(trusted))
        home = Home(Path(folder, "home"), SSL_CERT_FILE=str(trusted))
        home.configure(
            f"[network]\ncontrol = {json.dumps(CONTROLS)}\n",
            *(service(id_, f"https://{id_}.test/", **PACE) for id_ in TWENTY),
            service("victim", "https://victim.test/", **PACE),
        )
        with home.watch() as watching:
            watching.until("status", to="UP", count=21)
            row.begin()
            world.pull_out()
            watching.until("network", state="offline")
            row.seen("UNKNOWN", "network.offline")
            watching.until("status", to="UNKNOWN", count=21)
            checked_again(watching, SILENCE)
            world.plug_in()
            watching.until("network", state="online", count=2)
            watching.until("status", to="UP", count=42)
            assert watching.of("status", to="DOWN") == watching.of("check", outcome="CRITICAL") == []
            assert watching.of("notification") == []
            world.victim.stop()
            down = watching.until("status", to="DOWN")
            assert watching.until("notification")["services"] == [down["service"]] == ["victim"]
            watching.end()
    assert {check["service"] for check in watching.of("check", outcome="CRITICAL")} == {"victim"}
    assert watching.complaints == ""
