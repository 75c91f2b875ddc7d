"""`watchbell backup` and `restore`, as a person types them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from tests.cli.command import Home, service
from tests.cli.test_cli_history_import import NEVER, past
from trayapp.cli import exits


def filled(home: Home, *outcomes: str) -> None:
    home.configure(service("web", NEVER, interval="60s"))
    assert home.run("history", "import", "-", given=past(*outcomes)).returncode == 0


def test_a_history_comes_back_from_its_backup(home: Home, tmp_path: Path) -> None:
    filled(home, "OK", "CRITICAL", "OK")
    copy = tmp_path / "copy.db"
    backup = home.run("backup", str(copy))
    assert (backup.returncode, backup.stderr) == (0, "")
    assert " holds the whole history, 0." in backup.stdout
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    exported = home.run("history", "export").stdout
    other = Home(tmp_path / "other")
    restored = other.run("restore", str(copy))
    assert (restored.returncode, restored.stderr) == (0, "")
    assert other.run("history", "export").stdout == exported != ""
    again = other.run("restore", str(copy))
    assert "What was there before is kept as history.db.before-restore-" in again.stdout


def test_a_backup_replaces_nothing_unless_it_is_told_to(home: Home, tmp_path: Path) -> None:
    filled(home, "OK")
    copy = tmp_path / "copy.db"
    copy.write_text("mine")
    refused = home.run("backup", str(copy))
    assert refused.returncode == exits.NOT_WRITTEN
    assert "--force" in refused.stderr
    assert copy.read_text() == "mine"
    assert home.run("backup", "--force", str(copy)).returncode == 0
    assert copy.read_bytes().startswith(b"SQLite format 3")


def test_what_cannot_be_copied_or_restored_is_said_in_a_sentence(home: Home, tmp_path: Path) -> None:
    none_yet = home.run("backup", str(tmp_path / "copy.db"))
    assert (none_yet.returncode, none_yet.stderr) == (exits.NO_INPUT, "watchbell: There is no history yet.\n")
    filled(home, "OK")
    nowhere = home.run("backup", str(tmp_path / "no" / "folder" / "copy.db"))
    assert nowhere.returncode == exits.NOT_WRITTEN
    assert nowhere.stderr.endswith("copy.db cannot be written: No such file or directory\n")
    rubbish = tmp_path / "rubbish"
    rubbish.write_text("rubbish " * 1000)
    before = home.places.history_db.read_bytes()
    for file, status in ((rubbish, exits.DATA), (tmp_path / "missing", exits.NO_INPUT)):
        refused = home.run("restore", str(file))
        assert refused.returncode == status
        assert "nothing was changed" in refused.stderr
        assert "Traceback" not in refused.stderr
    assert home.places.history_db.read_bytes() == before


def test_only_a_file_is_ever_replaced(home: Home, tmp_path: Path) -> None:
    filled(home, "OK")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "folder").mkdir()
    for words in (("backup",), ("history", "export", "-o")):
        for there, why in ((pipe, "is no file"), (tmp_path / "folder", "is a folder")):
            refused = home.run(*words, str(there), "--force")
            assert (refused.returncode, refused.stdout) == (exits.NOT_WRITTEN, "")
            assert why in refused.stderr
    assert pipe.is_fifo()
    assert list((tmp_path / "folder").iterdir()) == []


def test_a_folder_is_no_backup(home: Home, tmp_path: Path) -> None:
    refused = home.run("restore", str(tmp_path))
    assert refused.returncode == exits.NO_INPUT
    assert "is a folder" in refused.stderr
