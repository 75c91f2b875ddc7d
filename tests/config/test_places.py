"""Where things live, and that nobody else looks into it."""

from __future__ import annotations

import os
import stat
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
