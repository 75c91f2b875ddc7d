"""Who we say that we are, to whom, and what a refusal means; and how long a server asks to be left alone."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.probes.asking import ask
from tests.servers import HttpServer, Nginx
from trayapp.core.keys import Reference
from trayapp.core.words import Blame, Outcome
from trayapp.probes.http import Http
from trayapp.probes.http_keys import check_credentials, check_proxy_credentials
from trayapp.probes.judging import asked_patience

ME = {"user": "ann", "password": "pä:ss hush"}


def basic(words: str) -> str:
    return "Basic " + base64.b64encode(words.encode()).decode()


def test_user_and_password_and_token_are_said_as_they_should_be() -> None:
    with HttpServer() as server:
        for _ in range(2):
            ask(Http(server.url, auth=ME))
        ask(Http(server.url, auth={"token": " abc.def "}))
        said = [asked.headers.get("authorization") for asked in server.requests]
    assert said == [None, basic("ann:pä:ss hush"), basic("ann:pä:ss hush"), "Bearer abc.def"]


def test_a_real_nginx_is_satisfied_with_the_right_password_and_refuses_another(tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.write_text("ann:{PLAIN}hush\n")
    users.chmod(0o644)
    tmp_path.chmod(0o755)
    (tmp_path / "page").write_text("inside")
    place = f'location / {{ root {tmp_path}; auth_basic "staff"; auth_basic_user_file {users}; }}'
    with Nginx(place) as nginx:
        url = nginx.url + "page"
        right = ask(Http(url, contains="inside", auth={"user": "ann", "password": "hush"}))
        wrong = ask(Http(url, auth={"user": "ann", "password": "xyzzy"}))
        none = ask(Http(url))
    assert right.outcome is Outcome.OK, right.message
    assert (wrong.outcome, wrong.cause) == (Outcome.CRITICAL, "auth")
    assert wrong.message == "HTTP 401: it refuses these credentials"
    assert "xyzzy" not in repr(wrong)
    assert (none.cause, none.message) == ("http.status", "HTTP 401")


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize(
    "keys",
    [
        {"auth": ME},
        {"auth": {"token": "hush"}},
        {"headers": {"AUTHORIZATION": "hush"}},
    ],
)
def test_a_refusal_of_our_credentials_is_told_from_any_other_status(status: int, keys: dict[str, object]) -> None:
    with HttpServer(status) as server:
        finding = ask(Http(server.url, **keys))  # type: ignore[arg-type]
    assert (finding.outcome, finding.cause, finding.blame) == (Outcome.CRITICAL, "auth", Blame.SERVICE)
    assert finding.message == f"HTTP {status}: it refuses these credentials"
    assert finding.details["status"] == status
    assert "hush" not in repr(finding)


@pytest.mark.parametrize("challenge", ['Digest realm="x", nonce="y"', 'Basic realm="x"'])
def test_one_try_is_made_and_no_other(challenge: str) -> None:
    with HttpServer(401, headers={"WWW-Authenticate": challenge}) as server:
        assert ask(Http(server.url, auth=ME)).cause == "auth"
        assert ["authorization" in asked.headers for asked in server.requests] == [False, True]


def test_a_refusal_by_another_site_that_knows_nothing_of_us_is_just_a_status() -> None:
    with HttpServer(403) as other, HttpServer(302, headers={"Location": other.url}) as first:
        finding = ask(Http(first.url, auth=ME))
        assert "authorization" not in other.requests[0].headers
    assert finding.cause == "http.status"
    assert finding.message == "HTTP 403: it redirects to another site, where the credentials are not sent"


def test_a_refusal_that_is_expected_is_none() -> None:
    with HttpServer(401) as server:
        assert ask(Http(server.url, auth=ME, expect_status=("401",))).outcome is Outcome.OK


def test_a_secret_that_is_missing_is_asked_with_by_nobody() -> None:
    with HttpServer() as server:
        finding = ask(Http(server.url, auth={"user": "ann", "password": Reference("secret", "page")}))
        assert server.accepted == 0
    assert (finding.cause, finding.blame) == ("config.secret_missing", Blame.CONFIG)


def test_a_token_that_is_no_word_is_refused_without_being_told() -> None:
    finding = ask(Http("http://site.test/", auth={"token": "hush\r\nX-Evil: 1"}))
    assert finding.cause == "config.invalid"
    assert "hush" not in finding.message


@pytest.mark.parametrize(
    "auth", [{"user": "a"}, {"password": "b"}, {"secret": "x"}, {"token": "t", "user": "a", "password": "b"}, {"": ""}]
)
def test_credentials_are_a_user_and_a_password_or_a_token(auth: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"write \{ user = "):
        check_credentials(auth)
    with pytest.raises(ValueError, match=r"write \{ user = "):
        check_proxy_credentials({**auth, "token": "t"})


@pytest.mark.parametrize(("status", "cause"), [(429, "turned_away"), (503, "http.status")])
def test_how_long_a_server_asks_to_be_left_alone_is_told_up_to_a_quarter_of_an_hour(status: int, cause: str) -> None:
    with Nginx(f'location / {{ add_header Retry-After 86400 always; return {status} "busy"; }}') as nginx:
        finding = ask(Http(nginx.url))
    assert finding.cause == cause
    assert f"HTTP {status}" in finding.message
    assert finding.details["retry_after_s"] == 900


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("900", 900),
        ("901", 900),
        ("9" * 5000, 900),
        ("-1", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 900),
        ("Fri, 31 Dec 9999 23:59:59 -2300", 900),
        ("Sat, 30 Jun 2012 23:59:60 GMT", None),
        ("Mon, 99 Foo 2020 99:99:99 GMT", None),
        ("x" * 60_000, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nonsense(said: str, seconds: int | None) -> None:
    assert asked_patience(said) == seconds


def test_a_date_to_come_is_as_many_seconds_away() -> None:
    assert asked_patience(format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)) in (98, 99, 100)


def test_what_is_well_does_not_ask_to_be_left_alone() -> None:
    with HttpServer(headers={"Retry-After": "10"}) as server:
        assert "retry_after_s" not in ask(Http(server.url)).details
