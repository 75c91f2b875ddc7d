"""Many save services.toml at the same time, each in a process of its own: nothing that was told to be there is lost."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.command import ROOT, Home
from tests.faults.storage import fill, played_as_root, small_disk
from tests.faults.table import Property, row
from tests.servers import HttpServer
from trayapp.config.files import STALE, write_atomically
from trayapp.config.load import parse
from trayapp.config.locks import saving, try_lock
from trayapp.config.save import Conflict, save

PROCESSES, EACH = 20, 10

ADDING = """
import sys
from pathlib import Path
from trayapp.adding import add, proposed
from trayapp.config.secrets import Secrets
path, number, each = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
secrets = Secrets("watchbell-nobody")
for n in range(each):
    target = "tcp://same.test:7000" if n % 2 else f"tcp://host-{number}-{n}.test:7000"
    print(add(path, proposed(path, target), secrets).service.id, flush=True)
"""


def test_two_hundred_services_added_by_twenty_programs_at_once_are_all_there(
    tmp_path: Path, record_property: Property
) -> None:
    path = tmp_path / "services.toml"
    with row("found-S1", f"{PROCESSES * EACH} services added by {PROCESSES} programs at once", record_property) as seen:
        programs = [
            subprocess.Popen(
                [sys.executable, "-c", ADDING, path, str(number), str(EACH)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(PROCESSES)
        ]
        told = [id_ for program in programs for id_ in program.communicate(timeout=100)[0].split()]
        assert [program.returncode for program in programs] == [0] * PROCESSES
        settings = parse(path.read_text()).settings
        assert settings is not None
        there = {service.id for service in settings.services}
        seen.seen(f"{len(there)} there, {len(told)} told", "one lock")
    assert len(told) == len(set(told)) == PROCESSES * EACH
    assert there == set(told)


def test_twelve_commands_that_add_the_same_address_at_once_add_it_twelve_times_or_say_why(
    tmp_path: Path, record_property: Property
) -> None:
    home = Home(tmp_path)
    with HttpServer() as server, row("found-S1", "twelve commands `add` at once", record_property) as seen:
        commands = [
            subprocess.Popen(
                [*home.program, "add", server.url], cwd=ROOT, env=home.env, stdout=subprocess.PIPE, text=True
            )
            for _ in range(12)
        ]
        outputs = [command.communicate(timeout=60)[0] for command in commands]
        added = [command.returncode for command in commands].count(0)
        settings = parse(home.places.services_toml.read_text()).settings
        assert settings is not None
        seen.seen(f"{added} said Added, {len(settings.services)} in the file", "one lock")
    assert added == len(settings.services) == sum("Added" in output for output in outputs) == 12


def test_a_save_that_was_made_from_another_text_is_a_conflict_and_not_a_loss(tmp_path: Path) -> None:
    path = tmp_path / "services.toml"
    path.write_text("version = 1\n")
    save(path, "version = 1\n# one\n", "version = 1\n")
    with pytest.raises(Conflict):
        save(path, "version = 1\n# two\n", "version = 1\n")
    assert path.read_text() == "version = 1\n# one\n"


def test_the_lock_is_one_for_all_names_of_the_file(tmp_path: Path) -> None:
    path, link = tmp_path / "real" / "services.toml", tmp_path / "services.toml"
    path.parent.mkdir()
    link.symlink_to(path)
    with saving(link) as file:
        assert file == path
        descriptor = os.open(path.with_name(".services.toml.lock"), os.O_RDWR)
        assert not try_lock(descriptor)
        os.close(descriptor)


def test_drafts_of_saves_that_were_killed_are_removed_and_those_under_way_stay(
    tmp_path: Path, record_property: Property
) -> None:
    path = tmp_path / "services.toml"
    old, new = tmp_path / ".services.toml.abc.new", tmp_path / ".services.toml.def.new"
    with row("found-S12", "a draft that a killed save left", record_property) as seen:
        for draft in (old, new):
            draft.write_text("half")
        os.utime(old, (time.time() - STALE - 60,) * 2)
        write_atomically(path, "version = 1\n")
        seen.seen("removed" if not old.exists() else "still there", "an hour old")
    assert not old.exists()
    assert new.exists()


def test_add_on_a_full_disk_says_so_with_the_status_for_it(
    request: pytest.FixtureRequest, tmp_path: Path, record_property: Property
) -> None:
    if played_as_root(request):
        return
    with (
        HttpServer() as server,
        small_disk(tmp_path / "disk") as disk,
        row("found-S12", "`add` on a full disk", record_property) as seen,
    ):
        home = Home(disk)
        home.run("status")
        fill(disk)
        done = home.run("add", server.url)
        seen.seen(f"exit {done.returncode}", "EX_IOERR")
    assert done.returncode == 74
    assert "nothing was written: No space left on device" in done.stderr
