"""Changing one of the tables beside the services: all else stays byte for byte."""

from __future__ import annotations

import pytest

from trayapp.config.load import parse
from trayapp.config.maintenance import Maintenance
from trayapp.config.quiet_hours import QuietHours
from trayapp.config.save import NEW_FILE, CannotSave
from trayapp.config.save_table import put_table, remove_table
from trayapp.config.writing import declared_table
from trayapp.core.keys import Duration, declared_keys

TEXT = """\
# mine
[services.web.http]
url = "https://example.com/"

# every night
[maintenance.backup]  # tapes
every = "day"
at = "02:30"      # not earlier
duration = "1h"
mystery = 5

# when I sleep
[quiet_hours]
from = "22:00"
to = "07:00"

# the end
[appearance]
x = 1
"""
BACKUP = ("maintenance", "backup")
KEYS = declared_keys(Maintenance)


def backup(**changed: object) -> dict[str, object]:
    values = {"id": "backup", "every": "day", "at": "02:30", "duration": Duration(3_600_000), **changed}
    return declared_table(Maintenance(**values))


def test_a_table_that_says_the_same_changes_nothing() -> None:
    assert put_table(TEXT, BACKUP, backup(), KEYS) == TEXT
    quiet = declared_table(QuietHours(from_="22:00", to="07:00"))
    assert put_table(TEXT, ("quiet_hours",), quiet, declared_keys(QuietHours)) == TEXT


def test_only_what_differs_is_written_and_the_unknown_stays() -> None:
    text = put_table(TEXT, BACKUP, backup(every="week", days=("mon",)), KEYS)
    assert text == TEXT.replace('every = "day"', 'every = "week"').replace(
        "mystery = 5\n", 'mystery = 5\ndays = ["mon"]\n'
    )


def test_what_goes_back_to_the_usual_is_no_longer_said() -> None:
    noted = put_table(TEXT, BACKUP, backup(note="tapes"), KEYS)
    assert 'note = "tapes"' in noted
    assert put_table(noted, BACKUP, backup(), KEYS) == TEXT


def test_a_new_table_is_added_at_the_end() -> None:
    text = put_table(TEXT, ("maintenance", "disks"), {"start": "2026-12-01T22:00", "duration": "2h"}, KEYS)
    assert text == TEXT + '\n[maintenance.disks]\nstart = "2026-12-01T22:00"\nduration = "2h"\n'
    assert remove_table(text, ("maintenance", "disks")).rstrip("\n") == TEXT.rstrip("\n")
    assert put_table("", ("quiet_hours",), {"from": "22:00", "to": "07:00"}, ()) == (
        NEW_FILE + '\n[quiet_hours]\nfrom = "22:00"\nto = "07:00"\n'
    )


def test_a_removed_table_takes_its_comments_and_leaves_those_of_the_next() -> None:
    without = remove_table(TEXT, ("quiet_hours",))
    assert "when I sleep" not in without
    assert "# the end\n[appearance]" in without
    loaded = parse(remove_table(without, BACKUP)).settings
    assert loaded is not None
    assert (loaded.maintenance, loaded.quiet_hours) == ((), None)


def test_line_ends_of_windows_are_kept() -> None:
    text = TEXT.replace("\n", "\r\n")
    added = put_table(text, ("maintenance", "disks"), {"start": "2026-12-01T22:00", "duration": "2h"}, KEYS)
    assert added.count("\n") == added.count("\r\n")
    assert put_table(text, BACKUP, backup(at="03:00"), KEYS) == text.replace("02:30", "03:00")


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("a = [", BACKUP, "the file must be mended first"),
        ("maintenance = 5", BACKUP, "the file must be mended first: maintenance: must be a table"),
        ("quiet_hours = 5", ("quiet_hours",), "the file must be mended first: quiet_hours: must be a table"),
    ],
)
def test_what_cannot_be_saved_is_said_in_a_sentence(text: str, place: tuple[str, ...], reason: str) -> None:
    with pytest.raises(CannotSave, match=reason):
        put_table(text, place, {}, ())


def test_what_is_not_there_or_is_written_in_one_line_cannot_be_removed() -> None:
    with pytest.raises(CannotSave, match=r"there is no \[maintenance.disks\] in the file"):
        remove_table(TEXT, ("maintenance", "disks"))
    with pytest.raises(CannotSave, match="edit the file by hand"):
        remove_table('quiet_hours = { from = "22:00", to = "07:00" }\n', ("quiet_hours",))
