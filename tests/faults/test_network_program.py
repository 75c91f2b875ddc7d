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


@SCENES.scene("found-T20", "`check`, `probe` and `add`: the cable is out", how="cable")
@SCENES.scene("found-T20", "`check`, `probe` and `add`: nothing gets beyond the router", how="silent")
@SCENES.scene("found-T20", "`check`, `probe` and `add`: the router knows no way", how="unreachable")
def commands(world: World, row: Row, how: str) -> None:
    """One check from the terminal is judged as the running program would, in its words, its JSON and its status."""
    names = {id_: f"https://{id_}.test/" for id_ in ("s1", "s2", "victim")}
    with tempfile.TemporaryDirectory() as folder, world.here():
        trusted = Path(folder, "authority.pem")
        AUTHORITY.cert_pem.write_to_path(str(trusted))
        home = Home(Path(folder, "home"), SSL_CERT_FILE=str(trusted))
        numbered = '[services.numbered]\ntimeout = "1s"\n[services.numbered.tcp]\nhost = "198.51.100.1"\nport = 22\n'
        pages = (service(id_, url, interval="5s", recheck_interval="5s", timeout="1s") for id_, url in names.items())
        home.configure(f"[network]\ncontrol = {json.dumps(CONTROLS)}\n", numbered, *pages)
        assert home.run("check").returncode == 0
        world.victim.stop()
        down = home.run("check", "--json")
        assert {check["service"]: check["outcome"] for check in map(json.loads, down.stdout.splitlines())} == {
            **dict.fromkeys((*names, "numbered"), "OK"),
            "victim": "CRITICAL",
        }
        probed = home.run("probe", "https://victim.test/")
        assert (down.returncode, probed.returncode) == (2, 2), probed.stdout
        row.begin()
        if how == "cable":
            world.pull_out()
        else:
            world.cut_uplink(how)
        lost = home.run("check", "--json")
        told = [json.loads(line) for line in lost.stdout.splitlines()]
        row.seen(", ".join({check["outcome"] for check in told}), ", ".join(sorted({one["cause"] for one in told})))
        assert [check["service"] for check in told if check["outcome"] != "UNKNOWN"] == [], told
        assert lost.returncode == 3
        probed = home.run("probe", "--json", "https://s2.test/", "timeout=1s")
        assert (json.loads(probed.stdout)["outcome"], probed.returncode) == ("UNKNOWN", 3)
        added = home.run("add", "https://s3.test/", "timeout=1s")
        assert (added.returncode, "UNKNOWN" in added.stdout) == (0, True), added.stdout
