"""services.toml while the program runs."""

from __future__ import annotations

import os
from pathlib import Path

from trayapp.config.load import Loaded
from trayapp.config.save import write_atomically
from trayapp.config.watch import Watched

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
    path.write_text(TEXT.replace(".a.", ".b."))
    assert watched.poll() is None
    assert ids(watched.poll()) == ["b"]
    assert watched.poll() is None


def test_a_file_put_in_its_place_with_the_same_length_and_time_is_a_change(tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    path.write_text(TEXT)
    watched = Watched(path)
    watched.poll()
    status = path.stat()
    write_atomically(path, TEXT.replace(".a.", ".b."))
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert [ids(watched.poll()), ids(watched.poll())] == [None, ["b"]]


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
