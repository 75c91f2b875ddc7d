"""[maintenance.<id>] and [quiet_hours]: read, refused with their place, and written back."""

from __future__ import annotations

import tomllib
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.config.load import Loaded, parse
from trayapp.config.maintenance import Maintenance
from trayapp.config.quiet_hours import QuietHours
from trayapp.config.save import add_service
from trayapp.config.settings import Settings
from trayapp.config.writing import declared_table
from trayapp.core.calendar import EVERY_DAY, LAST_DAY, Once, Repeated
from trayapp.core.keys import Duration
from trayapp.core.words import Service
from trayapp.probes.tcp import Tcp

BERLIN = ZoneInfo("Europe/Berlin")
HOME = ZoneInfo("America/New_York")
WEB = '[services.web]\ngroup = "Public"\n[services.web.http]\nurl = "https://example.com/"\n'


def right(text: str) -> Settings:
    loaded = parse(text)
    assert loaded.faults == ()
    assert loaded.settings is not None
    return loaded.settings


def window(*lines: str) -> Maintenance:
    (only,) = right(WEB + "\n".join(["[maintenance.backup]", *lines])).maintenance
    return only


def refused(*lines: str) -> list[str]:
    """The faults of a maintenance, whose header is on line 5."""
    loaded = parse(WEB + "\n".join(["[maintenance.backup]", *lines]))
    assert loaded.settings is not None
    assert loaded.settings.maintenance == ()
    assert loaded.wrong == ("maintenance.backup",)
    assert [service.id for service in loaded.settings.services] == ["web"]
    return [str(fault) for fault in loaded.faults]


def quiet(text: str) -> Loaded:
    return parse(f"[quiet_hours]\n{text}")


# Read


def test_a_maintenance_that_is_once() -> None:
    kept = window(
        'services = ["web"]',
        'groups = ["Public"]',
        'start = "2026-12-01T22:00"',
        'duration = "2h"',
        'zone = "Europe/Berlin"',
        'note = "new disks"',
    )
    assert kept == Maintenance(
        id="backup",
        services=("web",),
        groups=("Public",),
        start="2026-12-01T22:00",
        duration=Duration(7_200_000),
        zone="Europe/Berlin",
        note="new disks",
    )
    assert kept.rule(HOME) == Once(datetime(2026, 12, 1, 22), 7_200_000, BERLIN)


def test_a_maintenance_with_an_end_in_the_zone_of_this_computer() -> None:
    kept = window('start = "2026-12-01T22:00"', 'end = "2026-12-02 04:00:30"')
    assert kept.rule(HOME) == Once(datetime(2026, 12, 1, 22), datetime(2026, 12, 2, 4, 0, 30), HOME)


@pytest.mark.parametrize(
    ("lines", "weekdays", "monthdays"),
    [
        (['every = "day"'], EVERY_DAY, frozenset()),
        (['every = "week"', 'days = ["mon", "sun"]'], frozenset({0, 6}), frozenset()),
        (['every = "month"', 'days = ["1", "31", "last"]'], EVERY_DAY, frozenset({1, 31, LAST_DAY})),
    ],
)
def test_a_recurring_maintenance(lines: list[str], weekdays: frozenset[int], monthdays: frozenset[int]) -> None:
    rule = window(*lines, 'at = "02:30"', 'duration = "90m"').rule(BERLIN)
    assert rule == Repeated(time(2, 30), 5_400_000, BERLIN, weekdays, monthdays)


def test_a_recurring_maintenance_may_have_a_first_and_a_last_day() -> None:
    rule = window(
        'every = "day"', 'at = "02:30"', 'duration = "1h"', 'start = "2026-12-01T00:00"', 'end = "2027-01-01T00:00"'
    ).rule(BERLIN)
    assert isinstance(rule, Repeated)
    assert (rule.first, rule.beyond) == (datetime(2026, 12, 1), datetime(2027, 1, 1))


@pytest.mark.parametrize(
    ("named", "covered"),
    [
        ({}, True),
        ({"services": ("web",)}, True),
        ({"services": ("db",)}, False),
        ({"groups": ("Public",)}, True),
        ({"groups": ("Office",)}, False),
        ({"services": ("db",), "groups": ("Public",)}, True),
    ],
)
def test_who_is_meant(named: dict[str, tuple[str, ...]], covered: bool) -> None:
    kept = Maintenance(id="backup", start="2026-12-01T22:00", duration=Duration(60_000), **named)
    assert kept.covers(Service(id="web", group="Public", probe=Tcp("a", 1))) is covered


def test_quiet_hours() -> None:
    read = quiet('from = "22:00"\nto = "07:00"\ndays = ["fri", "sat"]\nzone = "Europe/Berlin"\n').settings
    assert read is not None
    assert read.quiet_hours == QuietHours(from_="22:00", to="07:00", days=("fri", "sat"), zone="Europe/Berlin")
    assert read.quiet_hours.rule(HOME) == Repeated(time(22), time(7), BERLIN, frozenset({4, 5}))


def test_quiet_hours_travel_along_unless_a_zone_is_written() -> None:
    read = quiet('from = "22:00"\nto = "07:00"\n').settings
    assert read is not None
    assert read.quiet_hours is not None
    assert read.quiet_hours.rule(HOME) == Repeated(time(22), time(7), HOME, EVERY_DAY)


def test_without_these_tables_there_is_the_usual() -> None:
    assert right("") == Settings()
    assert (right(WEB).maintenance, right(WEB).quiet_hours) == ((), None)


# Refused

ONCE = ('start = "2026-12-01T22:00"', 'duration = "1h"')
DAILY = ('every = "day"', 'at = "02:30"', 'duration = "1h"')


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        (
            ('duration = "1h"',),
            'start: is missing; add start = "2026-12-01T22:00", or every = "week" for a recurring maintenance (line 5)',
        ),
        (ONCE[:1], "end: write either an end or a duration (line 5)"),
        ((*ONCE, 'end = "2026-12-02T22:00"'), "end: write either an end or a duration, not both (line 8)"),
        (
            (ONCE[0], 'end = "2026-12-01T22:00"'),
            'end: "2026-12-01T22:00" is not after the start, "2026-12-01T22:00" (line 7)',
        ),
        (
            (*ONCE, 'at = "02:30"'),
            'at: belongs to a recurring maintenance; add every = "day", "week" or "month" (line 8)',
        ),
        (
            (*ONCE, 'days = ["mon"]'),
            'days: belongs to a recurring maintenance; add every = "day", "week" or "month" (line 8)',
        ),
        (
            ("start = 2026-12-01T22:00:00", 'duration = "1h"'),
            'start: must be like "2026-12-01T22:00", not "2026-12-01 22:00:00" (line 6)',
        ),
        (
            ('start = "2026-02-30T22:00"', 'duration = "1h"'),
            'start: "2026-02-30T22:00" is no day and time of any calendar; write it like "2026-12-01T22:00" (line 6)',
        ),
        (DAILY[:1] + DAILY[2:], 'at: is missing; add at = "02:30" (line 5)'),
        (DAILY[:2], 'duration: is missing; add duration = "2h" (line 5)'),
        ((*DAILY[:2], 'duration = "24h"'), "duration: must be shorter than 1d, or the maintenance never ends (line 8)"),
        (
            ('every = "week"', 'days = ["mon"]', 'at = "02:30"', 'duration = "7d"'),
            "duration: must be shorter than 7d, or the maintenance never ends (line 9)",
        ),
        ((*DAILY, 'days = ["mon"]'), 'days: belongs to every = "week" or "month"; leave one of the two out (line 9)'),
        (('every = "week"', *DAILY[1:]), 'days: is missing; add days = ["mon"] (line 5)'),
        (('every = "month"', *DAILY[1:]), 'days: is missing; add days = ["1"] (line 5)'),
        (
            ('every = "week"', *DAILY[1:], 'days = ["mon", "last"]'),
            'days: "last" is no day of a week; there are mon to sun (line 9)',
        ),
        (
            ('every = "month"', *DAILY[1:], 'days = ["tue"]'),
            'days: "tue" is no day of a month; there are 1 to last (line 9)',
        ),
        (
            ('every = "weak"', *DAILY[1:]),
            'every: must be "once", "day", "week" or "month", not "weak"; did you mean "week"? (line 6)',
        ),
        (
            (*DAILY[:1], 'at = "24:00"', *DAILY[2:]),
            'at: "24:00" is no time of day; write it from "00:00" to "23:59" (line 7)',
        ),
        (
            (*ONCE, 'zone = "Europe/Berlni"'),
            'zone: there is no time zone "Europe/Berlni"; did you mean "Europe/Berlin"? (line 8)',
        ),
        ((*ONCE, 'zone = "Europe"'), 'zone: there is no time zone "Europe"'),
        ((*ONCE, 'zone = "../etc/passwd"'), 'zone: there is no time zone "../etc/passwd"'),
        (
            ('start = "0001-01-01T00:00"', 'duration = "1h"'),
            'start: "0001-01-01T00:00" is out of reach; write a year from 2000 to 2199 (line 6)',
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_key_and_disturbs_no_service(lines: tuple[str, ...], fault: str) -> None:
    (only,) = refused(*lines)
    assert only.startswith(f"maintenance.backup.{fault}")


def test_all_that_does_not_fit_is_told_at_once() -> None:
    assert [fault.split(":")[0] for fault in refused('at = "02:30"', 'days = ["mon"]')] == [
        "maintenance.backup.start",
        "maintenance.backup.end",
        "maintenance.backup.at",
        "maintenance.backup.days",
    ]


def test_a_misspelt_key_is_a_warning_and_the_maintenance_holds() -> None:
    loaded = parse("[maintenance.backup]\n" + "\n".join(ONCE) + '\nnots = "x"\n')
    assert [str(fault) for fault in loaded.faults] == [
        'maintenance.backup.nots: unknown key, kept and not used; did you mean "note"? (line 4)'
    ]
    assert loaded.settings is not None
    assert len(loaded.settings.maintenance) == 1
    assert loaded.wrong == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('services = ["wbe", "web"]', 'services[0]: there is no service "wbe"; did you mean "web"? (line 8)'),
        ('groups = ["Public", "Pubic"]', 'groups[1]: there is no group "Pubic"; did you mean "Public"? (line 8)'),
    ],
)
def test_a_name_that_nothing_has_is_a_warning_and_the_maintenance_holds_for_the_others(line: str, said: str) -> None:
    loaded = parse(WEB + "\n".join(["[maintenance.backup]", *ONCE, line]))
    assert [str(fault) for fault in loaded.faults] == [f"maintenance.backup.{said}"]
    assert loaded.right
    assert loaded.settings is not None
    [web] = loaded.settings.services
    [kept] = loaded.settings.maintenance
    assert kept.covers(web)


def test_an_id_of_a_maintenance_is_a_plain_word() -> None:
    loaded = parse('[maintenance."a b"]\n' + "\n".join(ONCE))
    assert "an id has 1 to 100 letters" in str(loaded.faults[0])
    assert loaded.wrong == ('maintenance."a b"',)


def test_a_group_of_the_defaults_and_of_a_service_with_a_fault_exists() -> None:
    text = '[defaults]\ngroup = "All"\n[services.web]\ngroup = "Odd"\n[maintenance.a]\ngroups = ["All", "Odd"]\n'
    text += 'services = ["web"]\n' + "\n".join(ONCE)
    loaded = parse(text)
    assert [fault.path for fault in loaded.faults] == ["services.web"]
    assert loaded.wrong == ()


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('from = "22:00"', 'quiet_hours.to: is missing; add to = "07:00" (line 1)'),
        ('to = "22:00"', 'quiet_hours.from: is missing; add from = "22:00" (line 1)'),
        ('from = "7:00"\nto = "07:00"', 'quiet_hours.from: must be like "22:00", not "7:00" (line 2)'),
        ('from = "22:00"\nto = "23:60"', 'quiet_hours.to: "23:60" is no time of day; write it from "00:00" to "23:59"'),
        ('from = "07:00"\nto = "07:00"', "quiet_hours.to: is the same as from, so nothing would ever ring"),
        ('from = "22:00"\nto = "07:00"\ndays = ["Mon"]', 'quiet_hours.days[0]: must be like "mon", not "Mon"'),
        ('from = "22:00"\nto = "07:00"\ndays = "mon"', 'quiet_hours.days: must be a list in brackets, such as ["mon"]'),
    ],
)
def test_quiet_hours_that_are_wrong_are_none(text: str, fault: str) -> None:
    loaded = quiet(text)
    (only,) = loaded.faults
    assert str(only).startswith(fault)
    assert loaded.settings is not None
    assert loaded.settings.quiet_hours is None
    assert loaded.wrong == ("quiet_hours",)


@pytest.mark.parametrize("text", ["quiet_hours = 5", "[maintenance]\nbackup = 5", "maintenance = 5"])
def test_what_is_no_table_is_refused(text: str) -> None:
    (fault,) = parse(text).faults
    assert "must be a table [" in str(fault)


# Written back, and I18


words = st.sampled_from(
    [
        'start = "2026-12-01T22:00"', 'end = "2026-12-02T04:00"', 'duration = "1h"', 'every = "day"', 'every = "week"',
        'every = "month"', 'days = ["mon"]', 'days = ["1", "last"]', 'days = [5]', 'at = "02:30"', 'at = "99:99"',
        'zone = "Europe/Berlin"', 'zone = "Mars"', 'services = ["web"]', 'services = ["nobody"]', 'note = 7',
    ]
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.lists(words, max_size=7, unique_by=lambda line: line.split(" ")[0]))
def test_whatever_a_maintenance_says_the_services_are_untouched_and_what_is_right_is_written_back(
    lines: list[str],
) -> None:
    loaded = parse(WEB + "\n".join(["[maintenance.backup]", *lines]))
    assert loaded.settings is not None
    assert loaded.settings.services == right(WEB).services
    assert bool(loaded.wrong) == (not loaded.right) == (not loaded.settings.maintenance)
    for kept in loaded.settings.maintenance:
        kept.rule(BERLIN)
        again = add_service("", "web", {"group": "Public", "http": {"url": "https://example.com/"}})
        again += "\n[maintenance.backup]\n" + "".join(
            f"{key} = {_toml(v)}\n" for key, v in declared_table(kept).items()
        )
        assert tomllib.loads(again)
        read = parse(again).settings
        assert read is not None
        assert read.maintenance == (kept,)


def test_quiet_hours_are_written_back_by_their_names_in_the_file() -> None:
    written = declared_table(QuietHours(from_="22:00", to="07:00"))
    assert written == {"from": "22:00", "to": "07:00"}


def _toml(value: str | list[str]) -> str:
    return str(value) if isinstance(value, list) else f'"{value}"'
