"""Where services were well survives a restart, and a file that is wrong survives nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import until
from trayapp.engine.remembered_ways import RememberedWays
from trayapp.monitor.reach import Whereabouts

KNOWN = Whereabouts({"printer": frozenset({"02:00:00:00:00:01", "02:00:00:00:00:02"})}, {"jira": "vpn:tun0"})


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "networks.json"
    ways = RememberedWays(path)
    ways.read()
    assert ways.known == Whereabouts()
    ways.keep(KNOWN)
    until(path.exists)
    again = RememberedWays(path)
    again.read()
    assert again.known == KNOWN


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"homes": 1}', b'{"tunnels": {"a": []}}', b"\xff" * 100, b'{"homes": {"\xff": []}}']
)
def test_a_file_that_is_wrong_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "networks.json"
    path.write_bytes(content)
    ways = RememberedWays(path)
    ways.read()
    assert ways.known == Whereabouts()


def test_a_disk_that_refuses_disturbs_nobody(tmp_path: Path) -> None:
    ways = RememberedWays(tmp_path / "missing" / "networks.json")
    ways.read()
    ways.keep(KNOWN)
    assert ways.known == KNOWN
