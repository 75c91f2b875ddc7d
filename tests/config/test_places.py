"""Where things live, and that nobody else looks into it."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

import pytest

from trayapp.config.places import Places


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_one_home_holds_everything(tmp_path: Path) -> None:
    places = Places.under(tmp_path / "home")
    files = (places.services_toml, places.history_db, places.log_file, places.socket, places.lock)
    assert [str(file.relative_to(tmp_path / "home")) for file in files] == [
        "config/services.toml",
        "data/history.db",
        "log/watchbell.log",
        "run/control.sock",
        "run/lock",
    ]


def test_the_option_goes_before_the_variable_and_both_before_the_standard(tmp_path: Path) -> None:
    environ = {"WATCHBELL_HOME": str(tmp_path / "variable")}
    assert Places.chosen(str(tmp_path / "option"), environ).home == tmp_path / "option"
    assert Places.chosen(None, environ).home == tmp_path / "variable"
    assert Places.chosen(None, {"WATCHBELL_HOME": ""}) == Places.standard()


def test_a_relative_home_does_not_move_with_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Places.under(Path("home")).config == tmp_path / "home/config"


def test_the_standard_follows_the_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert Places.standard().services_toml == tmp_path / "watchbell/services.toml"


def test_folders_are_made_for_their_owner_alone(tmp_path: Path) -> None:
    places = Places.under(tmp_path / "home")
    places.prepare()
    folders = (tmp_path / "home", places.config, places.data, places.log, places.run)
    assert [mode(folder) for folder in folders] == [0o700] * 5


def test_open_folders_are_closed_and_closed_ones_kept(tmp_path: Path) -> None:
    places = Places.under(tmp_path)
    places.config.mkdir(mode=0o755)
    places.prepare()
    places.prepare()
    assert mode(places.config) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_somebody_elses_folder_is_refused(tmp_path: Path) -> None:
    places = Places.under(tmp_path)
    places.run.mkdir()
    os.chown(places.run, 12345, 12345)
    with pytest.raises(PermissionError, match="belongs to another user"):
        places.prepare()


def test_secrets_of_different_homes_have_different_names_in_the_keyring(tmp_path: Path) -> None:
    assert Places.standard().keyring_service == "watchbell"
    assert Places.under(tmp_path).keyring_service == f"watchbell {tmp_path}"


def test_where_nothing_can_be_made_the_lock_is_elsewhere_and_for_everybody_the_same() -> None:
    places = Places.under(Path("/proc/nowhere/home"))
    reached, again = places.within_reach(), Places.under(Path("/proc/nowhere/home")).within_reach()
    other = Places.under(Path("/proc/nowhere/else")).within_reach()
    if os.geteuid() == 0:  # who is root may write there, says the system
        assert reached == places
    else:
        assert reached.run.parent == Path(tempfile.gettempdir())
        assert (reached, reached.history_db) == (again, places.history_db)
        assert other.run != reached.run


def test_what_can_be_prepared_is_and_the_rest_is_a_sentence(tmp_path: Path) -> None:
    assert Places.under(tmp_path / "home").prepare_what_can_be() is None
    nowhere = Path("/proc/nowhere")
    places = Places(tmp_path / "config", nowhere / "data", nowhere / "log", tmp_path / "run")
    assert places.prepare_what_can_be() == (
        f"{places.data} can not be written to: settings can not be saved there, and history is kept in memory"
    )
    assert mode(places.run) == 0o700
    places.config.rmdir()
    places.config.touch()
    with pytest.raises(FileExistsError):
        places.prepare_what_can_be()
    with pytest.raises(FileNotFoundError):
        Places.under(nowhere).prepare_what_can_be()
