"""The commands that ask once: what they print, for people and for programs, and how they exit."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from tests.cli.command import PATIENCE, Home, service
from tests.faults.table import Property, row
from tests.probes.real.memcached import MemcachedServer
from tests.servers import HttpServer, RawServer, closed_port, saying, until

STATUS_FIELDS = [
    *("id", "name", "group", "status", "reason", "since", "suspect", "flapping", "acknowledged", "maintenance"),
    *("last_check", "availability_24h", "coverage_24h", "incident"),
    *("snoozed_until", "maintenance_until", "paused_until", "when_back"),
]


def rows(text: str) -> dict[str, dict[str, Any]]:
    """The objects of `status --json` by id."""
    return {row["id"]: row for row in map(json.loads, text.splitlines())}


# check


def test_check_exits_with_the_worst_outcome_of_those_asked(home: Home) -> None:
    with HttpServer() as good, HttpServer(delay=0.3) as slow, closed_port() as port:
        home.configure(
            service("good", good.url),
            service("slow", slow.url, degraded_above="100ms"),
            service("blind", good.url, http='headers = { X = { env = "WATCHBELL_TEST_NONE" } }'),
            service("bad", f"http://127.0.0.1:{port}/"),
            service("off", f"http://127.0.0.1:{port}/", enabled=False),
        )
        expected = {"good": 0, "slow": 1, "bad": 2, "blind": 3, "off": 2}
        assert {id_: home.run("check", id_).returncode for id_ in expected} == expected
        done = home.run("check", "--json")
        assert home.run("check", "good", "--json", "bad").stdout.count("\n") == 2
        assert home.run("check", "--json", "good").stdout.count("\n") == 1
    assert done.returncode == 2
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert {result["service"]: result["outcome"] for result in results} == {
        "good": "OK",
        "slow": "WARNING",
        "blind": "UNKNOWN",
        "bad": "CRITICAL",
    }
    assert list(results[0]) == [
        *("at", "service", "outcome", "cause", "blame", "message"),
        *("latency_ms", "phases_ms", "address", "details"),
    ]
    assert not home.places.history_db.exists()


def test_check_lists_services_in_the_order_of_the_file_by_their_names(home: Home) -> None:
    with HttpServer(delay=0.2) as slow, closed_port() as port:
        home.configure(
            service("a", slow.url, name="Slow one"), service("b", f"http://127.0.0.1:{port}/", name="Bad one")
        )
        lines = home.run("check").stdout.splitlines()
    assert lines[0].startswith("✓  Slow one  OK")
    assert lines[1].startswith("✕  Bad one   CRITICAL  connection refused")


def test_with_nothing_configured_every_command_says_how_to_begin(home: Home) -> None:
    for command in ("check", "status"):
        done = home.run(command)
        assert done.returncode == 3
        assert "`watchbell add https://example.com` adds a service" in done.stdout + done.stderr


# probe


def test_probe_understands_addresses_and_keys_without_any_configuration(home: Home) -> None:
    with HttpServer(body=b"hello") as server, RawServer(saying()) as raw:
        asked = {
            f"http:127.0.0.1:{server.port}": 0,
            f"127.0.0.1:{raw.port}": 0,
            "127.0.0.1:1": 2,
        }
        assert {target: home.run("probe", target).returncode for target in asked} == asked
        assert home.run("probe", server.url, "contains=hello", "expect_status=['200']").returncode == 0
        missing = home.run("probe", server.url, "timeout=5s", "--json", "contains=goodbye")
        assert home.run("probe", server.url, "degraded_above=1ms", "timeout=5s").returncode in (0, 1)
    assert missing.returncode == 2
    assert json.loads(missing.stdout)["cause"] == "http.body"
    assert not home.places.config.exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["htp://example.org/"], 'did you mean "http"?'),
        (["http://"], 'not a URL: "http://"'),
        (["http://127.0.0.1:70000/"], "70000"),
        ([""], "no address"),
        (["http://127.0.0.1/", "contain=x"], 'did you mean "contains"?'),
        (["http://127.0.0.1/", "contains"], '"contains" is not key=value'),
        (["http://127.0.0.1/", "interval=soon"], 'interval: must be a duration such as "60s"'),
        (["http://127.0.0.1/", "headers=x"], "headers: "),
        (["tcp://user:pass@127.0.0.1:1"], ""),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_an_address_that_makes_no_sense_is_wrong_usage(home: Home, words: list[str], sentence: str) -> None:
    for command in ("probe", "add"):
        done = home.run(command, *words)
        assert (done.returncode, done.stdout) == (64, "")
        assert sentence in done.stderr
        assert "Traceback" not in done.stderr
    assert not home.places.services_toml.exists()


def test_probe_uses_a_password_of_its_address_without_a_keyring(home: Home) -> None:
    with HttpServer() as server:
        done = home.run("probe", f"http://ann:open%20sesame@127.0.0.1:{server.port}/")
        assert done.returncode == 0
        assert server.requests[-1].headers["authorization"] == "Basic YW5uOm9wZW4gc2VzYW1l"
    assert "sesame" not in done.stdout + done.stderr


# add


def test_add_writes_what_it_looked_at_and_gives_each_service_an_id_of_its_own(home: Home) -> None:
    with HttpServer() as server:
        first = home.run("add", server.url, "interval=5s", "--name", "My page", "--group", "Web", "contains=ok")
        again = home.run("add", server.url, "--name", "My page")
    assert (first.returncode, again.returncode) == (0, 0)
    assert "services.my-page " in first.stdout
    assert "services.my-page-2 " in again.stdout
    assert "Watchbell is not running" in first.stdout
    tables = tomllib.loads(home.places.services_toml.read_text())["services"]
    assert tables["my-page"] == {
        "name": "My page",
        "group": "Web",
        "interval": "5s",
        "http": {"url": server.url, "contains": "ok"},
    }
    assert list(tables) == ["my-page", "my-page-2"]
    assert home.places.services_toml.stat().st_mode & 0o777 == 0o600
    assert home.run("config", "check").returncode == 0


def test_add_proposes_the_headers_alone_of_a_page_too_long_to_be_read_each_time(
    home: Home, record_property: Property
) -> None:
    with HttpServer(body=b"ok" * 600_000) as server, row("found-T1", "add a page of 1.2 MB", record_property) as seen:
        done = home.run("add", server.url, "--name", "Long")
        home.run("add", server.url, "--name", "Whole", "read=page")
        home.run("add", server.url, "--name", "Ruled", "contains=ok")
        tables = tomllib.loads(home.places.services_toml.read_text())["services"]
        seen.seen("read", tables["long"]["http"].get("read", "page"))
    assert 'the headers alone are read from now on (read = "headers")' in done.stdout
    assert tables["long"]["http"] == {"url": server.url, "read": "headers"}
    assert tables["whole"]["http"] == {"url": server.url, "read": "page"}
    assert tables["ruled"]["http"] == {"url": server.url, "contains": "ok"}


def test_add_keeps_what_stands_in_the_file(home: Home) -> None:
    before = "# mine\nversion = 1\n[services.x]  # an id that is taken by a service with a fault\n[services.x.htpp]\n"
    home.configure(before)
    with closed_port() as port:
        done = home.run("add", f"http://127.0.0.1:{port}/", "--name", "x")
    assert done.returncode == 0
    assert "though it is not well now" in done.stdout
    text = home.places.services_toml.read_text()
    assert text.startswith(before)
    assert "[services.x-2.http]" in text


def test_add_does_not_write_a_password_into_the_file(home: Home) -> None:
    with HttpServer() as server:
        done = home.run("add", f"http://ann:sesame@127.0.0.1:{server.port}/")
    assert done.returncode == 78
    assert "nothing was written, for the password in the address has no place to go" in done.stderr
    assert not home.places.services_toml.exists()
    assert "sesame" not in done.stdout + done.stderr


def test_a_running_watchbell_takes_over_what_was_added_at_once(home: Home) -> None:
    with HttpServer() as server, home.watch() as watching:
        watching.until("started", services=0)
        until(lambda: "Nothing is watched" in home.run("status").stdout, 30)
        done = home.run("add", server.url, "--name", "New")
        assert "The running Watchbell watches it from now on." in done.stdout
        assert watching.until("check", service="new")["outcome"] == "OK"
        watching.end()


# status


def test_status_tells_the_same_from_the_running_program_and_from_history(home: Home) -> None:
    with HttpServer() as good, closed_port() as port:
        home.configure(
            service("good", good.url, name="Good one", group="Web"),
            service("bad", f"http://127.0.0.1:{port}/", failure_threshold=2),
            service("off", good.url, enabled=False),
        )
        with home.watch() as watching:
            watching.until("status", service="good", to="UP")
            incident = watching.until("notification", kind="down")["incident"]
            running = home.run("status", "--json")
            table = home.run("status")
            watching.end()
        ended = home.run("status", "--json")
        aged = home.run("status")

    for done in (running, ended):
        assert done.returncode == 2
        assert all(list(row) == STATUS_FIELDS for row in map(json.loads, done.stdout.splitlines()))
        known = rows(done.stdout)
        assert list(known) == ["good", "bad", "off"]
        assert {id_: row["status"] for id_, row in known.items()} == {"good": "UP", "bad": "DOWN", "off": "PAUSED"}
        assert (known["good"]["name"], known["good"]["group"]) == ("Good one", "Web")
        assert known["good"]["last_check"]["outcome"] == "OK"
        assert known["bad"]["incident"] == incident
        assert known["bad"]["last_check"]["cause"] == "refused"
        assert known["off"]["last_check"] is None
        assert known["good"]["availability_24h"] in (None, 1.0)
        assert all(0 <= row["coverage_24h"] <= 1 for row in known.values() if row["coverage_24h"] is not None)
    assert rows(running.stdout)["bad"]["since"] == rows(ended.stdout)["bad"]["since"]
    assert "Watchbell is not running" not in table.stdout
    assert "connection refused · down" in table.stdout
    assert aged.stdout.startswith("Watchbell is not running; this is what it knew last.")
    assert "checked" in aged.stdout


def test_status_of_some_services_exits_with_the_worst_of_these(home: Home) -> None:
    with HttpServer() as good, closed_port() as port:
        home.configure(service("good", good.url), service("bad", f"http://127.0.0.1:{port}/", failure_threshold=1))
        with home.watch() as watching:
            watching.until("status", service="good", to="UP")
            watching.until("status", service="bad", to="DOWN")
            assert home.run("status", "good").returncode == 0
            assert home.run("status", "bad").returncode == 2
            assert home.run("status").returncode == 2
            unknown = home.run("status", "goods")
            watching.end()
    assert unknown.returncode == 64
    assert 'watches no "goods"; did you mean "good"?' in unknown.stderr


def test_what_was_known_long_ago_is_unknown_now(home: Home) -> None:
    with HttpServer() as server:
        home.configure(service("web", server.url, timeout="1s", interval="1s"))
        with home.watch() as watching:
            watching.until("check")
            watching.end()
        until(lambda: home.run("status").returncode == 3, 30)  # its last result has gone stale
        done = home.run("status")
        (row,) = rows(home.run("status", "--json").stdout).values()
    assert "was up · checked" in done.stdout
    assert (row["status"], row["reason"]) == ("UNKNOWN", "not running")


# config


def test_config_path_says_where_the_file_is(home: Home) -> None:
    assert home.run("config", "path").stdout == f"{home.places.services_toml}\n"
    assert "does not exist yet" in home.run("config", "check").stdout


def test_the_schema_accepts_the_file_that_add_writes_and_refuses_what_is_wrong(home: Home) -> None:
    with HttpServer() as server:
        home.run("add", server.url, "--name", "Web", "interval=30s", "failure_threshold=2", "expect_status=['200-204']")
        home.run("add", f"tcp:127.0.0.1:{server.port}")
    schema = json.loads(home.run("config", "schema").stdout)
    document = tomllib.loads(home.places.services_toml.read_text())
    assert faults(schema, schema, document) == []
    assert faults(schema, schema, {"services": {"x": {"http": {}}}}) == ["services.x.http: url is missing"]
    assert faults(schema, schema, {"services": {"x": {"http": {"url": 3}}}}) != []
    assert faults(schema, schema, {"services": {"x": {"intervall": "1s", "http": {"url": "http://a/"}}}}) != []


def faults(schema: Mapping[str, Any], root: Mapping[str, Any], value: Any, path: str = "") -> list[str]:
    """Where a value breaks the schema: as much of JSON Schema as ours uses to describe tables."""
    if "$ref" in schema:
        return faults(root["$defs"][schema["$ref"].rpartition("/")[2]], root, value, path)
    if "anyOf" in schema:
        tried = [faults(branch, root, value, path) for branch in schema["anyOf"]]
        return [] if [] in tried else [f"{path}: fits nothing"]
    found = [fault for branch in schema.get("allOf", ()) for fault in faults(branch, root, value, path)]
    types = {"object": dict, "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list}
    if "type" in schema and not isinstance(value, types[schema["type"]]):
        return [f"{path}: not {schema['type']}"]
    if isinstance(value, list):
        return found + [f for item in value for f in faults(schema.get("items", {}), root, item, path)]
    if not isinstance(value, dict):
        return found
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    found += [f"{path}: {key} is missing" for key in schema.get("required", ()) if key not in value]
    for key, item in value.items():
        inner = f"{path}.{key}".strip(".")
        if key in known or isinstance(others, dict):
            found += faults(known.get(key, others), root, item, inner)
        elif others is False:
            found.append(f"{inner}: not known")
    return found


# secret, doctor, run


def test_a_secret_is_asked_for_and_never_an_argument(home: Home) -> None:
    assert home.run("secret", "set", "token", "value").returncode == 64
    nothing = home.run("secret", "set", "token", given="")
    assert (nothing.returncode, nothing.stderr) == (64, "watchbell: nothing was entered, nothing is changed\n")
    assert home.run("secret", "set", "no good name", given="x\n").returncode == 64
    refused = home.run("secret", "set", "token", given="s3cret\n")
    assert refused.returncode == 78
    assert "no keyring that keeps secrets safe" in refused.stderr
    assert "s3cret" not in refused.stderr


def test_secret_list_says_who_uses_what(home: Home) -> None:
    assert home.run("secret", "list").stdout == "services.toml refers to no secret.\n"
    home.configure(service("web", "http://127.0.0.1:1/", http='headers = { A = { secret = "token" } }'))
    assert home.run("secret", "list").stdout.startswith("token  (used by web): ")


def test_doctor_looks_at_every_part_and_says_what_to_do(home: Home) -> None:
    home.configure(service("web", "htp://x/"))
    done = home.run("doctor", "--json")
    parts = {row["part"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert all(list(row) == ["part", "ok", "found", "advice"] for row in parts.values())
    assert {"Watchbell", "Display", "Keyring", "Configuration", "History", "Certificates", "Clock"} <= set(parts)
    assert not parts["Display"]["ok"]
    assert not parts["Configuration"]["ok"]
    assert "services.web.http.url" in parts["Configuration"]["found"]
    assert parts["History"]["ok"]
    assert done.returncode == 1
    assert done.stderr == ""
    for line in home.run("doctor").stdout.splitlines():
        assert line.startswith(("✓ ", "! ", "   "))


@pytest.mark.parametrize("words", [["run"], []], ids=["run", "no command"])
def test_without_a_display_the_program_says_so_in_one_line_and_watches(home: Home, words: list[str]) -> None:
    with HttpServer(status=503) as server:
        home.configure(service("web", server.url, failure_threshold=2, name="Web"))
        process = home.begin(*words)
        until(lambda: len(server.requests) >= 40, 60)  # the first "down" waits for company
        process.terminate()
        said, complained = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert complained == "watchbell: there is no display, so this is `watchbell watch`; Ctrl+C ends it\n"
    lines = said.splitlines()
    assert lines[0].endswith("watches 1 service")
    assert any("** Web is down. HTTP 503" in line for line in lines)
    assert lines[-1] == "stopped: signal"


def test_without_a_display_and_with_nothing_configured_the_demo_is_shown_and_said_to_be_one(home: Home) -> None:
    process = home.begin("run", "--demo-if-empty")
    assert process.stdout is not None
    assert process.stdout.readline().endswith("watches 6 services\n")
    process.terminate()
    _, complained = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert "nothing is configured, so this is a demo; `watchbell add https://example.com` adds a service" in complained
    assert not home.places.services_toml.exists()


def test_adding_a_heartbeat_says_where_to_call(home: Home) -> None:
    done = home.run("add", "heartbeat:1d", "--name", "Backup")
    token = tomllib.loads(home.places.services_toml.read_text())["services"]["backup"]["heartbeat"]["token"]
    assert done.returncode == 0
    assert f"Have it call http://127.0.0.1:8737/beat/{token} every time" in done.stdout


def test_what_a_check_learnt_is_shown_to_people_as_to_programs(home: Home) -> None:
    with MemcachedServer() as server:
        done = home.run("probe", f"memcached://127.0.0.1:{server.port}")
    assert done.returncode == 0
    assert "version 1." in done.stdout


def test_a_text_that_looks_like_a_number_needs_no_quotation_marks(home: Home) -> None:
    with HttpServer() as server:
        done = home.run("probe", server.url, "ip=4", "contains=200", 'method="GET"')
    assert done.returncode == 2
    assert 'the page does not contain "200"' in done.stdout
