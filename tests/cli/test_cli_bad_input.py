"""What people get wrong in services.toml: each fault names its place, mends nothing, and disturbs nobody else."""

from __future__ import annotations

import pytest

from tests.cli.command import PATIENCE, Home, service
from tests.servers import HttpServer, until
from trayapp.desktop.control import ask

GOOD = service("good", "http://127.0.0.1:1/")

WRONG = {
    "no TOML": ("version = = 1\n", "services.toml: not valid TOML", 1),
    "a table twice": (f"{GOOD}[services.good]\nname = 'x'\n", "services.good: not valid TOML", 8),
    "a key twice": (
        '[services.a]\nname = "x"\nname = "y"\n',
        "services.toml: not valid TOML at column 11: the same key stands there twice",
        3,
    ),
    "services is no table": ("services = 3\n", "services: must be a table", 1),
}
"""Texts of which nothing can be used."""

FAULTY = {
    "an unknown kind": (
        '[services.x.htpp]\nurl = "http://127.0.0.1/"\n',
        'services.x.htpp: unknown kind of probe; did you mean "http"?',
        1,
    ),
    "no kind at all": ('[services.x]\nname = "x"\n', "services.x: ", 1),
    "two kinds": (
        '[services.x.http]\nurl = "http://a/"\n[services.x.tcp]\nhost = "a"\nport = 1\n',
        "services.x.tcp: a service has one probe, and here are http and tcp",
        3,
    ),
    "interval 0": (service("x", "http://a/", interval=0), "services.x.interval: ", 3),
    "interval -1s": (service("x", "http://a/", interval="-1s"), "services.x.interval: ", 3),
    "interval soon": (
        service("x", "http://a/", interval="soon"),
        'services.x.interval: must be a duration such as "60s"',
        3,
    ),
    "interval 1e99": (
        "[services.x]\ninterval = 1e99\n[services.x.http]\nurl = 'http://a/'\n",
        "services.x.interval: ",
        2,
    ),
    "interval 1e99s": (service("x", "http://a/", interval="1e99s"), "services.x.interval: ", 3),
    "port 70000": ('[services.x.tcp]\nhost = "a"\nport = 70000\n', "services.x.tcp.port: ", 3),
    "port 70000 in a URL": (service("x", "http://127.0.0.1:70000/"), "services.x.http.url: ", 6),
    "a URL without a host": (service("x", "http:///path"), 'services.x.http.url: not a URL: "http:///path"', 6),
    "a URL of no scheme": (service("x", "htp://a/"), 'services.x.http.url: not a URL: "htp://a/"', 6),
    "a threshold of 0": (service("x", "http://a/", failure_threshold=0), "services.x.failure_threshold: ", 5),
    "a wrong type": (service("x", "http://a/", enabled="yes"), "services.x.enabled: ", 5),
    "depends on nobody": (service("x", "http://a/", depends_on=["nobody"]), "services.x.depends_on", 5),
}
"""Services that are wrong beside one that is right: text, how the sentence begins, the line in the text."""


@pytest.mark.parametrize(("text", "sentence", "line"), WRONG.values(), ids=WRONG.keys())
def test_a_file_that_cannot_be_used_is_refused_with_its_place(home: Home, text: str, sentence: str, line: int) -> None:
    home.configure(text)
    for command in (["config", "check"], ["watch", "--for", "1s"]):
        done = home.run(*command)
        assert (done.returncode, done.stdout) == (78, ""), command
        assert f"watchbell: {sentence}" in done.stderr
        assert f"(line {line})" in done.stderr
        assert "Traceback" not in done.stderr
    assert home.places.services_toml.read_text() == text


def test_a_file_of_two_megabytes_is_refused(home: Home) -> None:
    home.configure(GOOD, "# filler\n" * 250_000)
    before = home.places.services_toml.read_bytes()
    done = home.run("config", "check")
    assert done.returncode == 78
    assert f"{home.places.services_toml}: cannot be read: it is larger than 1.5 MiB" in done.stderr
    assert home.run("add", "http://127.0.0.1:1/").returncode == 78
    assert home.places.services_toml.read_bytes() == before


def test_text_that_is_not_utf8_is_refused_with_its_line(home: Home) -> None:
    home.configure(GOOD)
    before = home.places.services_toml.read_bytes() + b"# caf\xe9\n"
    home.places.services_toml.write_bytes(before)
    done = home.run("check")
    assert done.returncode == 78
    assert "it is not UTF-8 text" in done.stderr
    assert "(line 8)" in done.stderr
    assert home.run("add", "http://127.0.0.1:1/").returncode == 78
    assert home.places.services_toml.read_bytes() == before


def test_all_faults_are_told_at_once_with_their_lines_and_the_right_service_is_checked(home: Home) -> None:
    texts = [text.replace("services.x", f"services.x{number}") for number, (text, _, _) in enumerate(FAULTY.values())]
    with HttpServer() as server:
        right = service("right", server.url)
        home.configure(*texts, right)
        said = home.run("config", "check").stderr.splitlines()
        offset = 0
        for number, (text, (_, sentence, line)) in enumerate(zip(texts, FAULTY.values(), strict=True)):
            wanted = sentence.replace("services.x", f"services.x{number}")
            told = [fault for fault in said if fault.startswith(f"watchbell: {wanted}")]
            assert any(fault.endswith(f"(line {offset + line})") for fault in told), (wanted, offset + line, said)
            offset += text.count("\n")
        checked = home.run("check", "--json")
        assert checked.returncode == 78
        assert checked.stdout.count("\n") == 1
        assert '"service":"right","outcome":"OK"' in checked.stdout
        assert home.run("check", "right").returncode == 0
        assert home.run("check", "x1").returncode == 78
        assert home.run("status", "right").returncode == 3
        with home.watch() as watching:
            watching.until("check", service="right", outcome="OK", count=2)
            watching.end()
        assert {event["service"] for event in watching.of("check")} == {"right"}
        assert "services.x0.htpp" in watching.complaints
    assert home.places.services_toml.read_text() == "".join([*texts, right])


def test_an_unknown_key_is_a_note_and_the_service_runs(home: Home) -> None:
    with HttpServer() as server:
        home.configure(service("web", server.url, intervall="5s"))
        done = home.run("config", "check")
        assert done.returncode == 0
        assert (
            'note: services.web.intervall: unknown key, kept and not used; did you mean "interval"? (line 5)'
            in done.stderr
        )
        assert "1 service, 1 note" in done.stdout
        assert home.run("check").returncode == 0


def test_no_such_service_is_wrong_usage_with_a_hint(home: Home) -> None:
    home.configure(service("website", "http://127.0.0.1:1/"))
    for command in ("check", "status"):
        done = home.run(command, "webside")
        assert done.returncode == 64
        assert 'there is no service "webside"' in done.stderr
        assert 'did you mean "website"?' in done.stderr


@pytest.mark.parametrize(
    "words",
    [["no-such-command"], ["watch", "--for", "soon"], ["check", "--wat"], ["probe"], ["config"], ["add"], ["secret"]],
    ids=" ".join,
)
def test_wrong_usage_exits_with_64(home: Home, words: list[str]) -> None:
    done = home.run(*words)
    assert done.returncode == 64
    assert done.stderr.startswith("usage: watchbell")
    assert "Traceback" not in done.stderr


SECRETS = {
    "a variable that is not set": ('{ env = "WATCHBELL_TEST_NONE" }', "WATCHBELL_TEST_NONE is not set"),
    "a file that is not there": ('{ file = "none" }', "cannot be read"),
    "a file others may read": ('{ file = "shared" }', "chmod 600"),
    "a secret that nobody kept": ('{ secret = "none" }', ""),
}


@pytest.mark.parametrize(("reference", "sentence"), SECRETS.values(), ids=SECRETS.keys())
def test_a_secret_that_is_missing_is_unknown_and_never_an_outage(home: Home, reference: str, sentence: str) -> None:
    with HttpServer() as server:
        secretive = service("web", server.url, http=f"headers = {{ Authorization = {reference} }}")
        home.configure(secretive, service("plain", server.url))
        shared = home.places.config / "shared"
        shared.write_text("s3cret")
        shared.chmod(0o644)
        with home.watch() as watching:
            check = watching.until("check", service="web", count=4)
            watching.until("status", service="plain", to="UP")
            watching.end()
    assert (check["outcome"], check["blame"]) == ("UNKNOWN", "config")
    assert check["cause"].startswith("config.")
    assert sentence in check["message"]
    assert watching.of("notification") == []
    assert {change["to"] for change in watching.of("status", service="web")} == {"UNKNOWN"}
    assert all(asked.headers.get("authorization") is None for asked in server.requests)


def test_a_file_broken_while_running_leaves_everything_as_it_was_until_it_is_mended(home: Home) -> None:
    with HttpServer() as good, HttpServer() as other:
        right = service("good", good.url)
        home.configure(right, service("other", other.url))
        with home.watch() as watching:
            watching.until("check", service="good")
            watching.until("check", service="other")

            broken = right + service("other", "htp://nowhere/", name="edited")
            home.configure(broken)  # one service is wrong: it goes on as it was
            until(lambda: "htp://nowhere/" in home.run("status").stdout, 30)
            for id_ in ("good", "other"):
                watching.until("check", service=id_, count=len(watching.of("check", service=id_)) + 2, outcome="OK")

            home.configure(right, "version = = 2\n")  # the whole file is wrong: all go on
            assert "not valid TOML" in ask(home.places.socket, {"do": "reload"}, PATIENCE)["faults"][0]
            for id_ in ("good", "other"):
                watching.until("check", service=id_, count=len(watching.of("check", service=id_)) + 2, outcome="OK")
            assert home.places.services_toml.read_text().endswith("version = = 2\n")

            mended = right + service("other", f"{other.url}mended")
            home.configure(mended)
            assert ask(home.places.socket, {"do": "reload"}, PATIENCE) == {"faults": []}
            until(lambda: any(asked.path == "/mended" for asked in other.requests), 30)
            watching.until("status", service="other", reason="changed")
            watching.until("status", service="other", to="UP", count=2)

            home.places.services_toml.unlink()
            until(lambda: "the file is gone" in home.run("status").stdout, 30)
            watching.until("check", service="good", count=len(watching.of("check", service="good")) + 2)
            watching.end()
    assert watching.of("check", outcome="CRITICAL") == []
    assert not home.places.services_toml.exists()
