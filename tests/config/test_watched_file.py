"""services.toml while the program runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.faults.table import Property, row
from trayapp.config.load import Loaded, parse
from trayapp.config.save import write_atomically
from trayapp.config.watch import BELIEVED_AFTER, Watched

TEXT = "[services.a.tcp]\nhost = 'a'\nport = 1\n"


def ids(loaded: Loaded | None) -> list[str] | None:
    return None if loaded is None or loaded.settings is None else [service.id for service in loaded.settings.services]


def test_the_first_look_tells_what_is_there(tmp_path: Path) -> None:
    assert ids(Watched(tmp_path / "services.toml").poll()) == []
    (tmp_path / "services.toml").write_text(TEXT)
    watched = Watched(tmp_path / "services.toml")
    assert ids(watched.poll()) == ["a"]
    assert watched.poll() is None


def test_a_change_is_told_once_when_it_has_settled(tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    path.write_text(TEXT)
    watched = Watched(path)
    watched.poll()
    path.write_text("")
    assert watched.poll() is None, "an editor has emptied it and goes on"
    path.write_text(TEXT + TEXT.replace(".a.", ".b."))
    assert watched.poll() is None
    assert ids(watched.poll()) == ["a", "b"]
    assert watched.poll() is None


def many(*names: str) -> str:
    return "".join(TEXT.replace(".a.", f".{name}.") for name in names)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("what", "left", "gone"),
    [
        ("an empty file", "", "4 of 4"),
        ("a file of comments", "# nothing yet\n", "4 of 4"),
        ("one of four services", many("a"), "3 of 4"),
        ("four others", many("e", "f", "g", "h"), "4 of 4"),
    ],
)
def test_a_file_without_most_of_its_services_is_believed_when_it_stays_so(
    what: str, left: str, gone: str, tmp_path: Path, record_property: Property
) -> None:
    path, clock = tmp_path / "services.toml", Clock()
    path.write_text(many("a", "b", "c", "d"))
    watched = Watched(path, clock=clock)
    watched.poll()
    with row("found-T4", f"{what} is left", record_property) as seen:
        path.write_text(left)
        assert watched.poll() is None
        doubted = watched.poll()
        assert doubted is not None
        assert doubted.settings is None
        assert f"{gone} services are gone from the file" in str(doubted.faults[0])
        clock.now += BELIEVED_AFTER - 0.1
        assert watched.settling
        assert watched.poll() is None
        clock.now += 0.2
        believed = watched.poll()
        seen.seen("doubted, then believed", f"after {BELIEVED_AFTER:g} s")
    assert ids(believed) == [service.id for service in parse(left).settings.services]  # type: ignore[union-attr]
    assert not watched.settling
    assert watched.poll() is None


def test_services_that_come_back_in_time_were_never_gone(tmp_path: Path, record_property: Property) -> None:
    path, clock = tmp_path / "services.toml", Clock()
    path.write_text(many("a", "b", "c"))
    watched = Watched(path, clock=clock)
    watched.poll()
    with row("found-T4", "an editor leaves the file empty for nine seconds", record_property) as seen:
        path.write_text("")
        told = [watched.poll(), watched.poll()]
        clock.now += 9
        path.write_text(many("a", "b", "c", "d"))
        told += [watched.poll(), watched.poll()]
        clock.now += 60
        told += [watched.poll()]
        seen.seen("nothing is removed", "")
    assert [ids(one) for one in told] == [None, None, None, ["a", "b", "c", "d"], None]


def test_half_of_the_services_may_go_at_once(tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    path.write_text(many("a", "b", "c", "d"))
    watched = Watched(path)
    watched.poll()
    path.write_text(many("a", "b"))
    assert [ids(watched.poll()), ids(watched.poll())] == [None, ["a", "b"]]


def test_a_service_with_a_fault_is_not_gone(tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    path.write_text(many("a", "b"))
    watched = Watched(path)
    watched.poll()
    path.write_text(many("a", "b").replace("port = 1", "port = 0"))
    watched.poll()
    faulty = watched.poll()
    assert faulty is not None
    assert ids(faulty) == []


def test_a_file_put_in_its_place_with_the_same_length_and_time_is_a_change(tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    path.write_text(many("a", "c"))
    watched = Watched(path)
    watched.poll()
    status = path.stat()
    write_atomically(path, many("b", "c"))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert [ids(watched.poll()), ids(watched.poll())] == [None, ["b", "c"]]


def test_a_broken_file_is_told_and_mended(tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    path.write_text(TEXT)
    watched = Watched(path)
    watched.poll()
    path.write_text("[services.a")
    watched.poll()
    broken = watched.poll()
    assert broken is not None
    assert (broken.settings, len(broken.faults)) == (None, 1)
    path.write_text(TEXT)
    watched.poll()
    assert ids(watched.poll()) == ["a"]


def test_a_file_that_is_gone_is_told_as_a_fault_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    path.write_text(TEXT)
    watched = Watched(path)
    watched.poll()
    path.unlink()
    assert watched.poll() is None
    gone = watched.poll()
    assert gone is not None
    assert gone.settings is None
    assert "the file is gone" in str(gone.faults[0])
    assert watched.poll() is None
    path.write_text(TEXT)
    watched.poll()
    assert ids(watched.poll()) == ["a"]
