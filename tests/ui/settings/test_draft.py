"""The draft of services.toml: what changes in the text, what stays, and what is said to be wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from tests.ui.settings.little_world import TEXT
from trayapp.config.save import CannotSave
from trayapp.probes import PROBES
from trayapp.ui.settings.draft import Draft


@pytest.fixture
def draft() -> Draft:
    return Draft(TEXT, PROBES)


def with_url(draft: Draft, url: str) -> Mapping[str, Any]:
    table = draft.services.now["twitter"]
    return {**table, "http": {**table["http"], "url": url}}


def test_an_untouched_draft_is_the_text_it_began_from(draft: Draft) -> None:
    assert draft.text() == TEXT
    assert draft.changed == ()


def test_a_changed_value_changes_one_line_and_no_comment(draft: Draft) -> None:
    draft.services.put("twitter", {**draft.services.now["twitter"], "provider": "NTT"})

    assert draft.text() == TEXT.replace('"Joyent"', '"NTT"')


def test_a_key_that_nobody_knows_survives_a_change_as_it_is_written(draft: Draft) -> None:
    draft.services.put("twitter", with_url(draft, "https://twitter.com/home"))

    assert "odd = { kept = true }" in draft.text()


def test_changing_back_leaves_no_trace(draft: Draft) -> None:
    before = draft.services.now["github"]
    draft.services.put("github", {**before, "name": "Hub"})
    draft.services.put("github", dict(before))

    assert draft.changed == ()
    assert draft.text() == TEXT


def test_a_removed_service_comes_back_where_it_was(draft: Draft) -> None:
    removed = draft.services.remove("github")
    assert "github" not in tomllib.loads(draft.text())["services"]

    draft.services.restore(removed)

    assert list(draft.services.now) == ["twitter", "github", "cache-1", "printer"]
    assert draft.text() == TEXT


def test_the_id_of_a_removed_service_is_not_free_for_another(draft: Draft) -> None:
    draft.services.remove("github")

    assert "github" in draft.services.taken


def test_a_new_service_is_written_at_the_end(draft: Draft) -> None:
    draft.services.put("db", {"name": "Database", "tcp": {"host": "db.lan", "port": 5432}})

    services = tomllib.loads(draft.text())["services"]
    assert list(services)[-1] == "db"
    assert services["db"]["tcp"] == {"host": "db.lan", "port": 5432}


def test_a_service_may_be_asked_in_another_way(draft: Draft) -> None:
    table = {key: value for key, value in draft.services.now["github"].items() if key != "http"}
    draft.services.put("github", {**table, "tcp": {"host": "github.com", "port": 443}})

    assert draft.judge().services["github"].probe.target == "github.com:443"


def test_faults_stand_at_the_path_inside_their_service(draft: Draft) -> None:
    draft.services.put("twitter", {**with_url(draft, "htp://twitter.com/"), "interval": "soon"})

    judgement = draft.judge()

    assert set(judgement.faults["services", "twitter"]) == {"http.url", "interval"}
    assert "htp://twitter.com/" in judgement.faults["services", "twitter"]["http.url"]
    assert "twitter" not in judgement.services
    assert "github" in judgement.services


def test_an_unknown_key_is_a_warning_and_no_fault(draft: Draft) -> None:
    judgement = draft.judge()

    assert set(judgement.warnings["services", "twitter"]) == {"odd"}
    assert judgement.faults == {}


def test_faults_of_other_tables_are_told_apart() -> None:
    judgement = Draft("verson = 1\n" + TEXT, PROBES).judge()

    assert len(judgement.elsewhere) == 1
    assert "verson" in judgement.elsewhere[0]


def test_a_service_with_a_dot_in_its_id_keeps_its_faults_to_itself() -> None:
    text = '[services."a.b".tcp]\nhost = "h"\nport = 70000\n[services.a.tcp]\nhost = "h"\nport = 1\n'

    assert set(Draft(text, PROBES).judge().faults) == {("services", "a.b")}


def test_a_password_in_an_address_is_never_written(draft: Draft) -> None:
    draft.services.put("twitter", with_url(draft, "https://me:hunter2@twitter.com/"))

    assert "password" in draft.judge().faults["services", "twitter"][""]
    with pytest.raises(CannotSave):
        draft.text()


def test_a_text_that_is_no_toml_has_no_services_and_says_why() -> None:
    draft = Draft('[services.twitter]\nname = "Twitter\n', PROBES)

    assert draft.services.now == {}
    assert "line 2" in str(draft.broken)


def test_hostile_names_are_shown_in_one_plain_line() -> None:
    draft = Draft('[services.x]\nname = "a\\u202eb\\nc"\n', PROBES)

    assert draft.title(("services", "x")) == "ab c"
