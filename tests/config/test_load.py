"""From the text of services.toml to services, and every fault with its place."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from trayapp.config.load import Loaded, load_file, parse
from trayapp.config.outside import outside
from trayapp.config.settings import references
from trayapp.core.keys import Duration, Key, Reference, Text
from trayapp.core.words import NOTHING, Service
from trayapp.probes import PROBES
from trayapp.probes.http import Http
from trayapp.probes.tcp import Tcp

WEB = '[services.web.http]\nurl = "https://example.com/"\n'


def service(text: str) -> Service:
    loaded = parse(text)
    assert loaded.right, loaded.faults
    assert loaded.settings is not None
    (only,) = loaded.settings.services
    return only


def said(text: str) -> list[str]:
    return [str(fault) for fault in parse(text).faults]


def ids(loaded: Loaded) -> list[str]:
    assert loaded.settings is not None
    return [service.id for service in loaded.settings.services]


def test_a_service_is_read_with_all_its_keys() -> None:
    assert service("""
        version = 1
        [services.web]
        name = "Web"
        group = "Public"
        provider = "Joyent"
        tags = ["social", "old"]
        interval = "5m"
        timeout = "800ms"
        recheck_interval = "2s"
        failure_threshold = 1
        success_threshold = 4
        degraded_above = "200ms"
        network = "vpn:tun0"
        objective = 99
        critical = true
        notify = "down"
        enabled = false
        link = "https://status.example/"
        note = "ask ops"
        [services.web.tcp]
        host = "example.com"
        port = 22
    """) == Service(
        id="web",
        probe=Tcp("example.com", 22),
        name="Web",
        group="Public",
        provider="Joyent",
        tags=("social", "old"),
        interval=Duration(300_000),
        timeout=Duration(800),
        recheck_interval=Duration(2_000),
        failure_threshold=1,
        success_threshold=4,
        degraded_above=Duration(200),
        network="vpn:tun0",
        objective=99.0,
        critical=True,
        notify="down",
        enabled=False,
        link="https://status.example/",
        note="ask ops",
    )


def test_services_keep_the_order_of_the_file() -> None:
    assert ids(parse("".join(f'[services.{name}.http]\nurl = "https://{name}/"\n' for name in "zam"))) == [
        "z",
        "a",
        "m",
    ]


def test_defaults_hold_for_services_that_say_nothing_else() -> None:
    text = '[defaults]\ninterval = "5m"\ngroup = "All"\n[services.web]\ngroup = "Mine"\n' + WEB
    assert (service(text).interval, service(text).group) == (300_000, "Mine")


def test_strings_may_stand_elsewhere(tmp_path: Path) -> None:
    secret = tmp_path / "site"
    secret.write_text("https://example.com/\n")
    secret.chmod(0o600)
    text = """
        [services.web.http]
        url = { file = "site" }
        contains = { env = "WORDS" }
        headers = { Authorization = { secret = "token" }, Cookie = { env = "COOKIE" } }
    """
    loaded = parse(text, fetch=outside({"WORDS": "hello"}, tmp_path))
    assert loaded.faults == ()
    assert loaded.settings is not None
    (web,) = loaded.settings.services
    assert isinstance(web.probe, Http)
    assert (web.probe.url, web.probe.contains) == ("https://example.com/", "hello")
    assert references(web) == {Reference("secret", "token"), Reference("env", "COOKIE")}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("interval = 0", 'must be a duration such as "60s" from 200ms to 1d, not 0'),
        ("interval = -1", 'must be a duration such as "60s" from 200ms to 1d, not -1'),
        ("interval = 60", 'must be a duration such as "60s" from 200ms to 1d, not 60'),
        ("interval = true", 'must be a duration such as "60s" from 200ms to 1d, not true'),
        ("interval = 1e99", 'must be a duration such as "60s" from 200ms to 1d, not 1e+99'),
        ("interval = nan", 'must be a duration such as "60s" from 200ms to 1d, not NaN'),
        ('interval = "soon"', 'must be a duration such as "60s" from 200ms to 1d, not "soon"'),
        ('interval = "60"', 'must be a duration such as "60s" from 200ms to 1d, not "60"'),
        ('interval = "0s"', 'must be a duration such as "60s" from 200ms to 1d, not "0s"'),
        ('interval = "-5s"', 'must be a duration such as "60s" from 200ms to 1d, not "-5s"'),
        ('interval = "1e99s"', 'must be a duration such as "60s" from 200ms to 1d, not "1e99s"'),
        ('interval = "400d"', 'must be a duration such as "60s" from 200ms to 1d, not "400d"'),
        ('interval = ["60s"]', 'must be a duration such as "60s" from 200ms to 1d, not ["60s"]'),
        ("interval = 1979-05-27", 'must be a duration such as "60s" from 200ms to 1d, not "1979-05-27"'),
        ('timeout = "2m"', "2m is longer than the interval, 60s: shorten the timeout or lengthen the interval"),
        ("failure_threshold = 0", "must be a whole number from 1 to 100, not 0"),
        ("failure_threshold = 1.5", "must be a whole number from 1 to 100, not 1.5"),
        ("failure_threshold = true", "must be a whole number from 1 to 100, not true"),
        (f"failure_threshold = 1{'0' * 400}", f"must be a whole number from 1 to 100, not 1{'0' * 58}…"),
        ("objective = 101", "must be a number from 0 to 100, not 101"),
        ("objective = nan", "must be a number from 0 to 100, not NaN"),
        ("objective = inf", "must be a number from 0 to 100, not Infinity"),
        ("critical = 1", "must be true or false, not 1"),
        ("name = 5", "must be text in quotation marks, at most 200 characters, not 5"),
        ('tags = "social"', 'must be a list in brackets, such as ["one"], not "social"'),
        ('notify = "dwn"', 'must be "all", "down" or "none", not "dwn"; did you mean "down"?'),
        ('network = "home"', 'must be "auto", "internet", "lan", "loopback" or "vpn:…", not "home"'),
        (
            'name = { secret = "name" }',
            "cannot be a secret, for it is shown on the screen; use text or { env = … }",
        ),
        ('name = { env = "NOWHERE" }', "the environment variable NOWHERE is not set"),
    ],
)
def test_a_wrong_value_is_refused_at_its_place_and_nothing_is_guessed(line: str, message: str) -> None:
    key = line.partition(" ")[0]
    loaded = parse(
        f"[services.web]\n{line}\n{WEB}[services.right.tcp]\nhost = 'a'\nport = 1\n", fetch=outside({}, Path())
    )
    assert [str(fault) for fault in loaded.faults] == [f"services.web.{key}: {message} (line 2)"]
    assert (ids(loaded), loaded.left_out) == (["right"], ("web",))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("http]\nurl = 'htp://example.com'", 'http.url: not a URL: "htp://example.com"'),
        ("http]\nurl = 'https://'", "http.url: "),
        ("http]\nurl = 'https://bob:pass@'", "http.url: "),
        ("http]\n# none", 'http.url: is missing; add url = "https://example.org/" (line 1)'),
        ("http]\nurl = 'https://a/'\nheaders = { A = 5 }", "http.headers.A: must be text in quotation marks (line 3)"),
        (
            "http]\nurl = 'https://a/'\nheaders = { A = { secret = 'a b' } }",
            'http.headers.A: must be text, { secret = "name" }, { env = "NAME" } or { file = "path" }; '
            "a secret's name has letters, digits, ., _ and - (line 3)",
        ),
        (
            "http]\nurl = 'https://a/'\nbody = { secret = 'a', env = 'b' }",
            "http.body: must have exactly one of secret, env and file (line 3)",
        ),
        ("http]\nurl = 'https://a/'\nexpect_status = ['200', 5]", "http.expect_status[1]: must be text"),
        ("http]\nurl = 'https://a/'\nexpect_status = ['2xx']", "http.expect_status[0]: not a status"),
        ("tcp]\nhost = 'a'\nport = 70000", "tcp.port: must be a whole number from 1 to 65535, not 70000 (line 3)"),
        ("htpp]\nurl = 'https://a/'", 'htpp: unknown kind of probe; did you mean "http"? (line 1)'),
        ("carrier-pigeon]\nx = 1", f"carrier-pigeon: unknown kind of probe; there are {', '.join(PROBES)} (line 1)"),
    ],
)
def test_a_wrong_probe_is_told_by_its_key(table: str, message: str) -> None:
    (fault,) = said(f"[services.web.{table}\n")
    assert fault.startswith(f"services.web.{message}")
    assert "pass" not in fault


def test_a_password_too_long_to_be_quoted_whole_is_not_quoted_in_part() -> None:
    text = f'[services.web]\nhttp.url = ["https://bob:{"hush" * 20}@example.com/"]\n'
    (fault,) = parse(text).faults
    assert "https://bob:…@example.com/" in fault.message
    assert "hush" not in str(fault)


def test_a_service_needs_one_probe() -> None:
    assert said("[services.web]\nname = 'a'\n") == [
        "services.web: does not say how to ask; add a table named after a kind, such as [services.web.http] (line 1)"
    ]
    assert said(f"{WEB}[services.web.tcp]\nhost = 'a'\nport = 1\n") == [
        "services.web.tcp: a service has one probe, and here are http and tcp; keep one (line 3)"
    ]
    assert said("[services.web]\nhttp = 'https://a/'\n") == [
        'services.web.http: must be a table [services.web.http], not "https://a/" (line 2)'
    ]


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        "[services.a]\ninterval = 0\nfailure_threshold = 0\ntags = [1, 'x', 2]\n[services.a.tcp]\nport = 0\n"
        "[services.b.http]\nurl = 5\n"
    )
    assert [fault.split(":")[0] for fault in said(text)] == [
        "services.a.interval",
        "services.a.failure_threshold",
        "services.a.tags[0]",
        "services.a.tags[2]",
        "services.a.tcp.host",
        "services.a.tcp.port",
        "services.b.http.url",
    ]


def test_unknown_keys_are_warned_of_and_disturb_nothing() -> None:
    text = (
        f"[service]\n[services.web]\nintervall = '5s'\n{WEB}timout = 1\ntimeout = '5s'\n"
        "[defaults]\nhttp.method = 'HEAD'\nnme = 'x'\n"
    )
    loaded = parse(text)
    assert loaded.right
    assert ids(loaded) == ["web"]
    assert [str(fault) for fault in loaded.faults] == [
        'service: unknown, kept and not used; did you mean "services"? (line 1)',
        'services.web.intervall: unknown key, kept and not used; did you mean "interval"? (line 3)',
        "services.web.http.timout: unknown key, kept and not used (line 6)",
        "services.web.http.timeout: unknown key, kept and not used; it belongs to [services.web] (line 7)",
        "defaults.http: a probe's keys stand with each service; kept and not used (line 9)",
        'defaults.nme: unknown key, kept and not used; did you mean "name"? (line 10)',
    ]


def test_tables_of_other_matters_are_left_alone() -> None:
    assert said("[appearance]\nx = 1\n") == []


def test_how_long_single_checks_are_kept_is_between_a_day_and_ten_years() -> None:
    def kept(text: str) -> int | None:
        settings = parse(f"[history]\nkeep_checks = {text}\n{WEB}").settings
        return settings.history.keep_checks if settings is not None else None

    assert kept("'7d'") == 7 * 86_400_000
    assert said("[history]\nkeep_checks = '7d'\n") == []
    (fault,) = said("[history]\nkeep_checks = '1h'\n")
    assert fault.startswith("history.keep_checks: ")
    assert kept("'1h'") == 30 * 86_400_000, "what is wrong is as if it were not there"


def test_a_newer_version_is_warned_of_and_read() -> None:
    loaded = parse(f"version = 2\n{WEB}")
    assert ids(loaded) == ["web"]
    assert [fault.warning for fault in loaded.faults] == [True]
    assert "version: 2 is newer than this Watchbell" in str(loaded.faults[0])
    assert said("version = '1'\n") == ['version: must be 1, not "1" (line 1)']


def test_a_wrong_default_leaves_out_only_those_who_would_take_it() -> None:
    text = f"[defaults]\ninterval = 'soon'\n[services.own]\ninterval = '5s'\nhttp.url = 'https://a/'\n{WEB}"
    loaded = parse(text)
    assert (ids(loaded), loaded.left_out) == (["own"], ("web",))
    assert [fault.path for fault in loaded.faults] == ["defaults.interval"] * 2


def test_a_usual_timeout_may_be_longer_than_a_short_interval() -> None:
    assert service(f"[services.web]\ninterval = '1s'\n{WEB}").timeout == 10_000


@pytest.mark.parametrize("name", ["a b", "ä", "", "x" * 101, "../../x", "a/b", "<b>"])
def test_an_id_is_a_plain_word(name: str) -> None:
    (fault,) = said(f'[services."{name}".http]\nurl = "https://a/"\n')
    assert 'an id has 1 to 100 letters, digits, ".", "_" and "-"' in fault


def test_an_id_may_have_dots() -> None:
    assert service('[services."a.b".http]\nurl = "https://a/"\n').id == "a.b"


@pytest.mark.parametrize("text", ["services = 5", "defaults = []", "services = [1]", "[[services]]\nx = 1"])
def test_tables_that_are_none_are_refused(text: str) -> None:
    (fault,) = said(text)
    assert "must be a table [" in fault


def depending(**parents: list[str]) -> str:
    return "".join(f"[services.{name}]\ndepends_on = {on}\nhttp.url = 'https://a/'\n" for name, on in parents.items())


def test_a_dependency_must_exist() -> None:
    loaded = parse(depending(web=["router", "dbb"], db=[], router=[]))
    assert [str(fault) for fault in loaded.faults] == [
        'services.web.depends_on[1]: there is no service "dbb"; did you mean "db"? (line 2)'
    ]
    assert (ids(loaded), loaded.left_out) == (["db", "router"], ("web",))


def test_a_circle_of_dependencies_is_named() -> None:
    loaded = parse(depending(a=["b"], b=["c"], c=["b"], d=["d"], e=["a"]))
    assert [str(fault) for fault in loaded.faults] == [
        "services.b.depends_on: goes in a circle: b → c → b; take one of these out (line 5)",
        "services.d.depends_on: goes in a circle: d → d; take one of these out (line 11)",
    ]
    assert ids(loaded) == ["a", "e"]


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 7), st.lists(st.integers(0, 7), max_size=3), max_size=8))
def test_what_is_left_after_circles_are_out_has_none(graph: dict[int, list[int]]) -> None:
    known = {name: [on for on in parents if on in graph] for name, parents in graph.items()}
    loaded = parse(depending(**{f"s{name}": [f"s{on}" for on in parents] for name, parents in known.items()}))
    left = {service.id: service.depends_on for service in loaded.settings.services} if loaded.settings else {}
    while ready := [name for name, parents in left.items() if not any(parent in left for parent in parents)]:
        for name in ready:
            del left[name]
    assert not left
    acyclic = dict(known)
    while ready := [name for name, parents in acyclic.items() if not any(parent in acyclic for parent in parents)]:
        for name in ready:
            del acyclic[name]
    assert loaded.right == (not acyclic)


def test_a_chain_of_ten_thousand_is_no_circle() -> None:
    names = [f"s{number}" for number in range(10_000)]
    assert parse(depending(**{name: [on] for name, on in pairwise(names)}, s9999=[])).right


@dataclass(frozen=True, slots=True)
class Odd:
    """A kind whose keys have the shapes that others do not."""

    kind: ClassVar[str] = "odd"
    ratio: Annotated[float, Key("Ratio", "A number.")]
    wait: Annotated[Duration | None, Key("Wait", "How long.", least=5)] = None
    answers: Annotated[tuple[Text, ...], Key("Answers", "What is said.", most=3, secret=True)] = ()
    weights: Annotated[Mapping[str, int], Key("Weights", "How much.", least=1)] = field(default_factory=lambda: NOTHING)
    code: Annotated[str, Key("Code", "A code.", pattern="[A-Z]{2}", placeholder="AB")] = ""

    def __post_init__(self) -> None:
        if self.code and self.wait:
            raise ValueError("code and wait cannot be had together")


def odd(lines: str) -> Loaded:
    kinds: Any = {"odd": Odd}
    return parse(f"[services.a.odd]\n{lines}\n", kinds)


def test_every_shape_of_key_is_read() -> None:
    loaded = odd("ratio = 1\nwait = '5ms'\nanswers = ['abc', { env = 'X' }]\nweights = { a = 1, b = 2 }")
    assert loaded.faults == ()
    assert loaded.settings is not None
    assert loaded.settings.services[0].probe == Odd(1.0, Duration(5), ("abc", Reference("env", "X")), {"a": 1, "b": 2})


def test_every_shape_of_key_is_refused_in_words() -> None:
    lines = "ratio = inf\nwait = '4ms'\nanswers = ['secret']\nweights = { a = 0 }\ncode = 'abc'"
    assert [str(fault) for fault in odd(lines).faults] == [
        "services.a.odd.ratio: must be a number, not Infinity (line 2)",
        'services.a.odd.wait: must be a duration such as "60s", at least 5ms, not "4ms" (line 3)',
        "services.a.odd.answers[0]: must be text in quotation marks, at most 3 characters (line 4)",
        "services.a.odd.weights.a: must be a whole number, at least 1, not 0 (line 5)",
        'services.a.odd.code: must be like "AB", not "abc" (line 6)',
    ]


def test_keys_that_do_not_go_together_are_told_at_their_table() -> None:
    (fault,) = odd("ratio = 1\nwait = '5ms'\ncode = 'AB'").faults
    assert str(fault) == "services.a.odd: code and wait cannot be had together (line 1)"


def test_ten_thousand_faults_are_told_in_seconds() -> None:
    text = depending(**{f"s{number}": [f"t{number}"] for number in range(10_000)})
    began = time.process_time()
    assert len(parse(text).faults) == 10_000
    assert time.process_time() - began < 20


def test_ten_thousand_services_are_read_in_two_seconds() -> None:
    text = "".join(
        f'[services.s{number}]\nname = "S {number}"\ninterval = "60s"\nhttp.url = "https://h{number}.example/"\n'
        for number in range(10_000)
    )
    began = time.process_time()
    loaded = parse(text)
    assert loaded.right
    assert len(ids(loaded)) == 10_000
    assert time.process_time() - began < 4, "it takes 0.8 s on the slow machine this was written on"


pieces = st.sampled_from(
    [
        "[services.web]", "[services.web.http]", "[[services.web]]", "[defaults]", "url = ", "interval = ", "tags = ",
        "headers = ", "depends_on = ",
        '"https://a/"', '"60s"', "5", "nan", "-1", "{ secret = 'a' }", "{}", "[]", "[", "]", "{", "}",
        '"""', "'''", "\n", "\n", "\n", " = ", ".", "#", ",", "\\", "\x00", "\u202e", "true", "1979-05-27", "\ud800",
    ]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(st.one_of(pieces, st.text(max_size=3)), max_size=25).map("".join))
@example("a = " + "[" * 5_000)
@example("a = " + "9" * 5_000)
@example("a." * 100_000 + "a = 1")
@example('"a".' * 100_000 + "a = 1")
@example("[" + "a ." * 100_000 + "a]")
def test_whatever_is_in_the_text_there_is_a_fault_or_a_meaning(text: str) -> None:
    loaded = parse(text, PROBES)
    for fault in loaded.faults:
        assert str(fault).isprintable()
        assert fault.line is None or 1 <= fault.line <= text.count("\n") + 1
    assert (loaded.settings is None) <= (not loaded.right)


def test_no_number_is_too_large_for_words() -> None:
    assert math.isinf(float("1e999"))
    (fault,) = said(f"[services.web]\nobjective = 1e999\n{WEB}")
    assert "not Infinity" in fault


class TestFiles:
    def test_a_file_that_is_not_there_yet_is_no_fault(self, tmp_path: Path) -> None:
        loaded = load_file(tmp_path / "services.toml")
        assert (loaded.faults, loaded.text, ids(loaded)) == ((), "", [])

    def test_a_byte_order_mark_and_line_ends_of_windows_are_read(self, tmp_path: Path) -> None:
        path = tmp_path / "services.toml"
        path.write_bytes(b"\xef\xbb\xbf" + WEB.replace("\n", "\r\n").encode())
        assert ids(load_file(path)) == ["web"]
        assert "\r\n" in load_file(path).text

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"a = 1\nb = '\xff'\n", "cannot be read: it is not UTF-8 text; save it as UTF-8 in your editor (line 2)"),
            (
                "a = 1\n".encode("utf-16"),
                "cannot be read: it is not UTF-8 text; save it as UTF-8 in your editor (line 1)",
            ),
            (
                b"a = 1\n\nb\0 = 1\n",
                "cannot be read: it has a NUL byte, so it is damaged or no text; remove that (line 3)",
            ),
            (b"#" * 2_000_000, "cannot be read: it is larger than 1.5 MiB; remove what does not belong there"),
        ],
    )
    def test_what_is_no_text_is_refused_by_its_line(self, content: bytes, message: str, tmp_path: Path) -> None:
        path = tmp_path / "services.toml"
        path.write_bytes(content)
        loaded = load_file(path)
        assert loaded.settings is None
        assert [str(fault) for fault in loaded.faults] == [f"{path}: {message}"]

    def test_a_folder_and_a_pipe_are_no_file(self, tmp_path: Path) -> None:
        import os

        (tmp_path / "folder").mkdir()
        os.mkfifo(tmp_path / "pipe")
        for name in ("folder", "pipe"):
            (fault,) = load_file(tmp_path / name).faults
            assert str(fault) == f"{tmp_path / name}: cannot be read: it is not a file"

    def test_others_who_may_change_it_or_read_its_password_are_told_of(self, tmp_path: Path) -> None:
        path = tmp_path / "services.toml"
        path.write_text('[services.web.http]\nurl = "https://bob:hunter2@example.com/"\n')
        path.chmod(0o666)
        loaded = load_file(path)
        assert [fault.warning for fault in loaded.faults] == [True, True]
        assert "others may change it" in str(loaded.faults[0])
        assert "others may read it, and it has a password in a URL" in str(loaded.faults[1])
        assert "hunter2" not in str(loaded.faults)
        path.chmod(0o600)
        assert load_file(path).faults == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a = 1\na = 2\n",
            "services.toml: not valid TOML at column 6: the same key stands there twice; keep one of them (line 2)",
        ),
        (
            "[services.a]\n\n[services.a]\n",
            "services.a: not valid TOML at column 12: this table stands there twice; merge the two, "
            "or give one of them another id (line 3)",
        ),
        ('a = "x\nb = 1\n', "services.toml: not valid TOML at column 7: a string does not end on its line; close it"),
        ("a = soon\n", "services.toml: not valid TOML at column 5: this value is not understood; text stands in"),
        ("a = [1,\n", "services.toml: not valid TOML"),
        ("a 1\n", "services.toml: not valid TOML at column 3: an equals sign is missing behind the key (line 1)"),
        ("a = {b=1\n", "services.toml: not valid TOML"),
        ("a = 1 b = 2\n", "services.toml: not valid TOML at column 7: "),
    ],
)
def test_broken_toml_gives_no_settings_and_says_where(text: str, message: str) -> None:
    loaded = parse(text)
    assert loaded.settings is None
    (fault,) = loaded.faults
    assert str(fault).startswith(message)
    assert fault.line is not None
