"""Changing one service in services.toml: what is not it stays byte for byte."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trayapp.config.durations import parse_duration
from trayapp.config.load import parse
from trayapp.config.save import (
    NEW_FILE,
    CannotSave,
    Conflict,
    add_service,
    new_id,
    remove_service,
    replace_service,
    save,
    table_of,
)
from trayapp.config.schema import SCHEMA_FILE
from trayapp.core.keys import Reference
from trayapp.core.words import Service
from trayapp.probes.http import Http
from trayapp.probes.tcp import Tcp

TEXT = """\
#:schema services.schema.json
# This file is mine.
version = 1

# The public site
[services.web]   # [services.fake]
name = "Web"     # shown
interval = '60s'
# timeout = "5s"
mystery = [ 1,   # kept
  2 ]

[services.web.http]
# where it is
url = "https://example.com/"  # main
headers = { Authorization = { secret = "token" } }
spell = "kept"
# end of web

# The router in the office
# (ask Anna)
[services.router.tcp]
host = "router"
port = 22

[appearance.night]  # later
from = 02:00:00
"""


def table(text: str, service: str) -> dict[str, Any]:
    loaded = parse(text)
    assert loaded.settings is not None
    (found,) = [known for known in loaded.settings.services if known.id == service]
    return table_of(found, loaded.settings.defaults)


def test_a_service_that_says_the_same_changes_nothing() -> None:
    assert replace_service(TEXT, "web", table(TEXT, "web")) == TEXT
    assert replace_service(TEXT, "router", table(TEXT, "router")) == TEXT


def test_only_the_keys_that_differ_are_written() -> None:
    wanted = table(TEXT, "web") | {"name": "Site", "group": "Public"}
    wanted["http"] = wanted["http"] | {"url": "https://example.org/", "method": "HEAD"}
    assert replace_service(TEXT, "web", wanted) == TEXT.replace('"Web" ', '"Site" ').replace(
        "  2 ]\n", '  2 ]\ngroup = "Public"\n'
    ).replace("example.com", "example.org").replace('spell = "kept"\n', 'spell = "kept"\nmethod = "HEAD"\n')


def test_a_table_as_it_is_written_may_be_given_as_well() -> None:
    raw = tomllib.loads(TEXT)["services"]["web"]
    assert replace_service(TEXT, "web", copy.deepcopy(raw)) == TEXT
    assert replace_service(TEXT, "web", raw | {"name": "Site"}) == TEXT.replace('"Web" ', '"Site" ')


def test_what_goes_back_to_the_default_is_no_longer_said() -> None:
    text = replace_service(TEXT, "web", {"http": {"url": "https://example.com/"}})
    assert text == TEXT.replace('name = "Web"     # shown\n', "").replace(
        'headers = { Authorization = { secret = "token" } }\n', ""
    )


def test_another_kind_replaces_the_probe() -> None:
    text = replace_service(TEXT, "web", {"name": "Web", "tcp": {"host": "example.com", "port": 443}})
    assert table(text, "web") == {"name": "Web", "tcp": {"host": "example.com", "port": 443}}
    assert "# The router in the office\n# (ask Anna)\n[services.router.tcp]" in text
    assert "mystery = [ 1,   # kept" in text


def test_a_service_is_added_at_the_end() -> None:
    added = {"name": "DB", "http": {"url": "https://db/", "headers": {"A": {"env": "X"}}, "expect_status": ["200"]}}
    text = add_service(TEXT, "db", added)
    assert text == TEXT + (
        '\n[services.db]\nname = "DB"\n\n[services.db.http]\nurl = "https://db/"\n'
        'headers = {A = {env = "X"}}\nexpect_status = ["200"]\n'
    )


def test_the_first_service_makes_a_file_that_names_its_schema() -> None:
    text = add_service("", "db", {"tcp": {"host": "db", "port": 1}})
    assert text == NEW_FILE + '\n[services.db.tcp]\nhost = "db"\nport = 1\n'
    assert parse(text).faults == ()


def test_a_removed_service_takes_its_comments_and_leaves_those_of_the_next() -> None:
    text = remove_service(TEXT, "web")
    start, end = TEXT.index("# The public site"), TEXT.index("# The router in the office")
    assert text == TEXT[:start] + TEXT[end:]
    assert remove_service(text, "router") == text.replace(
        '# The router in the office\n# (ask Anna)\n[services.router.tcp]\nhost = "router"\nport = 22\n\n', ""
    )


def test_a_comment_that_touches_the_next_table_is_the_next_tables() -> None:
    text = "[services.a.tcp]\nhost = 'a'\nport = 1\n# about b\n[services.b.tcp]\nhost = 'b'\nport = 1\n"
    assert remove_service(text, "a") == text[text.index("# about b") :]


def test_the_line_that_names_the_schema_is_never_removed() -> None:
    text = "#:schema x.json\n[services.a.tcp]\nhost = 'a'\nport = 1\n"
    assert remove_service(text, "a") == "#:schema x.json\n"


def test_added_and_removed_again_leaves_no_trace() -> None:
    assert remove_service(add_service(TEXT, "db", {"tcp": {"host": "db", "port": 1}}), "db").rstrip() == TEXT.rstrip()


def test_parts_of_a_service_may_lie_apart() -> None:
    text = (
        "[services.a]\nname = 'A'\n\n# about b\n[services.b.tcp]\nhost = 'b'\nport = 1\n\n# more of a\n"
        "[services.a.tcp]\nhost = 'a'\nport = 1\n\n# about c\n[services.c.tcp]\nhost = 'c'\nport = 1\n"
    )
    assert remove_service(text, "a") == (
        "# about b\n[services.b.tcp]\nhost = 'b'\nport = 1\n\n# about c\n[services.c.tcp]\nhost = 'c'\nport = 1\n"
    )
    changed = replace_service(text, "a", {"name": "Z", "tcp": {"host": "z", "port": 1}})
    assert changed == text.replace("'A'", '"Z"').replace("host = 'a'", 'host = "z"')


@pytest.mark.parametrize(
    "text",
    [
        "services.a.tcp.host = 'a'\nservices.a.tcp.port = 1\nservices.b.tcp = { host = 'b', port = 2 }\n",
        "[services]\na.tcp.host = 'a'\na.tcp.port = 1\nb.tcp = { host = 'b', port = 2 }\n",
        "[services]\na = { tcp = { host = 'a', port = 1 } }\nb = { tcp = { host = 'b', port = 2 } }\n",
        "services = { a = { tcp = { host = 'a', port = 1 } }, b = { tcp = { host = 'b', port = 2 } } }\n",
        "[services.a]\ntcp.host = 'a'\ntcp.port = 1\n[services.b]\ntcp = { host = 'b', port = 2 }\n",
    ],
)
def test_every_way_to_write_a_service_can_be_changed_and_removed(text: str) -> None:
    changed = replace_service(text, "a", {"name": "A", "tcp": {"host": "z", "port": 1}})
    assert table(changed, "a") == {"name": "A", "tcp": {"host": "z", "port": 1}}
    assert table(changed, "b") == table(text, "b")
    removed = remove_service(text, "a")
    assert list(tomllib.loads(removed)["services"]) == ["b"]


def test_a_file_without_a_newline_at_its_end_is_continued_on_a_new_line() -> None:
    text = "[services.a.tcp]\nhost = 'a'\nport = 1"
    assert table(add_service(text, "b", {"tcp": {"host": "b", "port": 1}}), "a") == table(text, "a")
    changed = replace_service(text, "a", {"tcp": {"host": "a", "port": 2}})
    assert table(changed, "a")["tcp"]["port"] == 2


def test_line_ends_of_windows_are_kept() -> None:
    text = TEXT.replace("\n", "\r\n")
    for changed in (
        replace_service(text, "web", table(text, "web") | {"name": "Site", "group": "G"}),
        add_service(text, "db", {"tcp": {"host": "db", "port": 1}}),
        remove_service(text, "web"),
    ):
        assert changed.count("\n") == changed.count("\r\n") > 10
    assert remove_service(text, "web") == remove_service(TEXT, "web").replace("\n", "\r\n")


def test_a_service_with_a_fault_can_be_mended() -> None:
    text = TEXT.replace("'60s'", "'soon'")
    mended = replace_service(text, "web", {"name": "Web", "http": {"url": "https://example.com/"}})
    assert parse(mended).right
    assert "mystery" in mended


def test_references_stay_when_something_else_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE", "https://example.com/")
    text = TEXT.replace('"https://example.com/"', '{ env = "SITE" }')
    wanted = table(text, "web") | {"name": "Site"}
    assert replace_service(text, "web", wanted) == text.replace('"Web" ', '"Site" ')


def test_what_defaults_say_is_not_said_again() -> None:
    text = "[defaults]\ninterval = '5m'\n" + TEXT.replace("interval = '60s'\n", "").replace("version = 1\n", "")
    loaded = parse(text)
    assert loaded.settings is not None
    web = loaded.settings.services[0]
    assert "interval" not in table_of(web, loaded.settings.defaults)
    minute = parse_duration("60s")
    changed = Service(id="web", probe=web.probe, name=web.name, interval=minute)
    assert table_of(changed, loaded.settings.defaults)["interval"] == "60s"


def test_none_cannot_be_said_against_a_default() -> None:
    service = Service(id="a", probe=Tcp("a", 1))
    with pytest.raises(CannotSave, match="sets objective, and a service cannot unset it"):
        table_of(service, {"objective": 99.0})


def test_a_table_says_what_is_not_usual() -> None:
    service = Service(
        id="a",
        probe=Http("https://a/", headers={"A": Reference("secret", "x")}, expect_status=("200", "404")),
        tags=("x",),
        degraded_above=parse_duration("800ms"),
    )
    assert table_of(service) == {
        "tags": ["x"],
        "degraded_above": "800ms",
        "http": {"url": "https://a/", "headers": {"A": {"secret": "x"}}, "expect_status": ["200", "404"]},
    }


def test_a_password_in_an_address_is_never_written() -> None:
    secret = {"http": {"url": "https://bob:hunter2@example.com/"}}
    for attempt in (lambda: add_service(TEXT, "db", secret), lambda: replace_service(TEXT, "web", secret)):
        with pytest.raises(CannotSave, match="keep it in the keyring") as refused:
            attempt()
        assert "hunter2" not in str(refused.value)


def test_a_password_that_the_user_wrote_does_not_forbid_other_changes() -> None:
    text = TEXT.replace("https://", "https://bob:hunter2@")
    wanted = table(text, "web")
    wanted["http"] = wanted["http"] | {"method": "HEAD"}
    assert 'method = "HEAD"' in replace_service(text, "web", wanted)


@pytest.mark.parametrize(
    ("attempt", "reason"),
    [
        (lambda: add_service(TEXT, "web", {}), 'there is a service "web" already'),
        (lambda: replace_service(TEXT, "wbe", {}), 'there is no service "wbe" in the file'),
        (lambda: remove_service(TEXT, "wbe"), 'there is no service "wbe" in the file'),
        (lambda: remove_service("a = ", "web"), "the file must be mended first: services.toml: not valid TOML"),
        (lambda: add_service("services = 5", "web", {}), "the file must be mended first: services: must be a table"),
        (lambda: add_service("services = {}", "web", {"tcp": {}}), "edit the file by hand"),
    ],
)
def test_what_cannot_be_saved_is_said_in_a_sentence(attempt: Any, reason: str) -> None:
    with pytest.raises(CannotSave, match=reason):
        attempt()


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Twitter", "twitter"), ("Büro-Router (2. Stock)", "buro-router-2-stock"), ("日本", "service"), ("", "service")],
)
def test_an_id_is_made_from_the_name(name: str, expected: str) -> None:
    assert new_id(name, ()) == expected
    assert new_id(name, {expected, f"{expected}-2"}) == f"{expected}-3"


names = st.sampled_from(["a", "b", "c.d", "e-1"])
comments = st.sampled_from(["", "\n", "# one\n", "\n# two\n\n", "# three\n# four\n"])
values = st.sampled_from(['"x"', "5", "[1,\n # in\n 2]", '"""\n[services.no]\n"""', "{ a = 1 }"])


@st.composite
def files(draw: st.DrawFn) -> tuple[str, list[str]]:
    text, services = draw(comments), draw(st.lists(names, unique=True, min_size=1, max_size=4))
    for name in services:
        table = f'services."{name}"'
        if draw(st.booleans()):
            text += f"{draw(comments)}[{table}] # head\nname = 'N' # tail\nx = {draw(values)}\n{draw(comments)}"
        text += f"[{table}.tcp]\n{draw(comments)}host = 'h'\nport = 1\ny = {draw(values)}\n{draw(comments)}"
    return text, services


@settings(deadline=None)
@given(files(), st.data())
def test_whatever_the_file_others_keep_every_byte(file: tuple[str, list[str]], data: st.DataObject) -> None:
    text, services = file
    name = data.draw(st.sampled_from(services))
    others = [other for other in services if other != name]
    before = tomllib.loads(text)["services"]
    changed = replace_service(text, name, {"name": "New", "note": "added", "tcp": {"host": "h", "port": 2}})
    after = tomllib.loads(changed)["services"]
    assert after[name] == before[name] | {"name": "New", "note": "added", "tcp": before[name]["tcp"] | {"port": 2}}
    removed = tomllib.loads(remove_service(text, name)).get("services", {})
    assert [after[other] for other in others] == [removed[other] for other in others] == [before[o] for o in others]
    kept = [line for line in text.splitlines() if line.startswith("#")]
    assert [line for line in changed.splitlines() if line.startswith("#")] == kept


class TestFile:
    def test_a_text_is_saved_if_the_file_still_says_what_it_was_made_from(self, tmp_path: Path) -> None:
        path = tmp_path / "services.toml"
        save(path, TEXT, "")
        changed = remove_service(TEXT, "web")
        save(path, changed, TEXT)
        assert path.read_text() == changed
        assert path.stat().st_mode & 0o777 == 0o600
        assert (tmp_path / SCHEMA_FILE).exists()

    def test_a_change_by_somebody_else_is_a_conflict_that_holds_both_texts(self, tmp_path: Path) -> None:
        path = tmp_path / "services.toml"
        path.write_text("# theirs")
        with pytest.raises(Conflict) as conflict:
            save(path, TEXT, "")
        assert (conflict.value.ours, conflict.value.theirs) == (TEXT, "# theirs")
        assert path.read_text() == "# theirs"

    def test_a_file_that_vanished_is_a_conflict_too(self, tmp_path: Path) -> None:
        with pytest.raises(Conflict) as conflict:
            save(tmp_path / "services.toml", TEXT, "version = 1\n")
        assert conflict.value.theirs == ""

    def test_what_could_not_be_read_again_is_not_saved(self, tmp_path: Path) -> None:
        with pytest.raises(CannotSave, match="larger than"):
            save(tmp_path / "services.toml", "#" * 2_000_000, "")
        (tmp_path / "services.toml").write_bytes(b"\xff")
        with pytest.raises(CannotSave, match="not UTF-8"):
            save(tmp_path / "services.toml", TEXT, "")
