"""Whatever a file looks like, changing one table beside the services says what was meant and leaves the rest."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.config.beside import SINGLE_TABLES
from trayapp.config.load import parse
from trayapp.config.maintenance import Maintenance
from trayapp.config.save_table import CannotSave, put_table, remove_table
from trayapp.core.keys import declared_keys

BLOCKS = {
    "services": '[services.web]  # the first\ngroup = "G"\n[services.web.tcp]\nhost = "h"\nport = 1\n',
    "header": '# tapes\n[maintenance.a]\nevery = "day"\nat = "02:30"  # not earlier\nduration = "1h"\nodd = { x = 1 }',
    "quoted": '[maintenance."b.c"]\nstart = "2026-12-01T22:00"\nduration = "1h"\n',
    "inline": 'maintenance.d = { every = "day", at = "02:30", duration = "1h" }\n',
    "outer": '[maintenance]\ne.start = "2026-12-01T22:00"\ne.end = "2026-12-02T22:00"\n',
    "quiet": '# when I sleep\n[quiet_hours]\nfrom = "22:00"\nto = "07:00"\n',
    "quiet inline": 'quiet_hours = { from = "22:00", to = "07:00" }\n',
    "network": '[network]\ncontrol = [  # ours\n  "https://one.example/",\n]\nodd = 2\n',
    "unknown": "[appearance]\nx = 1\n\n# the end\n",
}
PLACES = [("maintenance", id_) for id_ in ("a", "b.c", "d", "e", "new")] + [(name,) for name in SINGLE_TABLES]
TABLES = st.fixed_dictionaries(
    {},
    optional={
        "every": st.sampled_from(["day", "week", 'a "word"', 5]),
        "at": st.sampled_from(["02:30", "03:00"]),
        "days": st.lists(st.sampled_from(["mon", "tue", "ä\n"]), max_size=3),
        "from": st.sampled_from(["22:00", "23:00"]),
        "control": st.lists(st.sampled_from(["https://one.example/", "dns:two.example"]), max_size=3),
        "gateway": st.booleans(),
        "reminder": st.just("0s"),
    },
)


def documents(names: list[str]) -> str:
    """A document of these blocks: what needs no header comes first, as TOML wants it."""
    ordered = sorted(names, key=lambda name: "inline" not in name)
    return "\n".join(BLOCKS[name] for name in ordered)


def known(place: tuple[str, ...]) -> dict[str, Any]:
    return dict(declared_keys(Maintenance if place[0] == "maintenance" else SINGLE_TABLES[place[0]]))


def at(document: dict[str, Any], place: tuple[str, ...]) -> Any:
    found: Any = document
    for name in place:
        found = found.get(name, {})
    return found


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.sampled_from(list(BLOCKS)), unique=True).map(documents), st.sampled_from(PLACES), TABLES, st.booleans()
)
def test_a_changed_table_says_what_was_meant_and_all_else_stays(
    text: str, place: tuple[str, ...], table: dict[str, Any], windows: bool
) -> None:
    text = text.replace("\n", "\r\n") if windows else text
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    table = {key: value for key, value in table.items() if key in known(place)}

    try:
        after_text = put_table(text, place, table, known(place))
    except CannotSave:
        assert {"maintenance", "quiet_hours"} & before.keys()
        return

    after = tomllib.loads(after_text)
    unknown = {key: value for key, value in at(before, place).items() if key not in known(place)}
    assert at(after, place) == {**unknown, **table}
    for other in PLACES:
        assert other == place or at(after, other) == at(before, other)
    assert after.get("services") == before.get("services")
    assert after.get("appearance") == before.get("appearance")
    assert all(comment in after_text for comment in ("# the first", "# tapes", "# the end") if comment in text)
    assert parse(after_text).settings is not None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(list(BLOCKS)), unique=True).map(documents), st.sampled_from(PLACES))
def test_a_table_taken_out_is_gone_and_all_else_stays(text: str, place: tuple[str, ...]) -> None:
    try:
        before = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return

    try:
        after_text = remove_table(text, place)
    except CannotSave:
        return

    after = tomllib.loads(after_text)
    assert at(after, place) == {}
    for other in PLACES:
        assert other == place or at(after, other) == at(before, other)
    assert after.get("services") == before.get("services")
    assert after.get("appearance") == before.get("appearance")
