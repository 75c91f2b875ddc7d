"""Rules on the page and its headers: regular expressions, JSON, sizes; and what is refused when the file is read."""

from __future__ import annotations

import json
import time

import pytest

from tests.probes.asking import ask
from tests.probes.test_charset import UTF_8
from tests.servers import HttpServer, Nginx, RawServer, saying
from trayapp.config.load import parse
from trayapp.core.words import Finding, Outcome
from trayapp.probes.assertions import MOST_STEPS, WORK, matches, regular_expression
from trayapp.probes.http import MOST_BODY, Http
from trayapp.probes.http_keys import check_json_rule, check_path, check_pattern

PAGE = b'{"status": "ok", "jobs": [{"name": "a", "late": 3}, {"name": "b", "late": 0}], "errors": [], "n": 0}'


def asked(page: bytes, headers: dict[str, str] | None = None, **rules: object) -> Finding:
    with HttpServer(body=page, headers=headers) as server:
        return ask(Http(server.url, **rules))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pattern", "page", "holds"),
    [
        ("v[0-9]+[.][0-9]+", b"this is v1.25", True),
        ("v[0-9]+[.][0-9]+", b"this is v1", False),
        ("(?i)database ERROR", b"Database error", True),
        ("^ok$", b"ok", True),
        ("(?m)^ok$", b"well\nok\n", True),
        ("Gr.{1,2}e", "Grüße".encode(), True),
        ("Gr..e", "Grüße".encode("latin-1"), True),
        ("Gr..e", "Grüße".encode("utf-16"), True),
        ("end", b"\xff\xfe\x00end", False),
        ("\\x00", b"a\x00b", True),
        ("", b"anything", True),
    ],
)
def test_a_regular_expression_is_found_in_the_page_whatever_it_is_written_in(
    pattern: str, page: bytes, holds: bool
) -> None:
    finding = asked(page, matches=pattern)
    assert (finding.outcome is Outcome.OK) == holds
    if not holds:
        assert finding.cause == "http.body"
        assert finding.message.startswith(f'the page does not match "{pattern}"')


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|a)*b", "(x+x+)+y", "(.*)*\\d", "([a-zA-Z]+)*$"])
def test_a_pattern_that_never_ends_elsewhere_is_done_at_once(pattern: str) -> None:
    page = b"a" * 27 + b"!" + b"a" * (MOST_BODY - 28)
    matches(pattern, b"", UTF_8)
    before = time.thread_time()
    matches(pattern, page, UTF_8)
    assert time.thread_time() - before < 0.3


def test_the_worst_pattern_that_is_allowed_sees_no_more_than_it_can_read_in_a_moment() -> None:
    pattern = "((a{0,100}){0,10})*b"  # a whole page of it takes thirteen seconds
    steps = regular_expression(pattern).programsize
    page = b"a" * MOST_BODY
    before = time.thread_time()
    finding = asked(page, matches=pattern)
    assert time.thread_time() - before < 1.5
    assert finding.message == f'the first {WORK // steps} bytes of the page do not match "{pattern}"'
    assert matches(pattern, b"b" + page, UTF_8)


@pytest.mark.parametrize("pattern", ["(", "a{1001}", "(?=x)", "\\1", "(?<n", "[z-a]", "*"])
def test_what_is_no_pattern_is_quoted(pattern: str) -> None:
    with pytest.raises(ValueError, match="not a regular expression of RE2's kind: "):
        check_pattern(pattern)


def test_a_pattern_that_takes_too_much_work_is_refused() -> None:
    pattern = "(?:.{0,100}){0,10}Q"
    with pytest.raises(ValueError, match="takes too much work"):
        check_pattern(pattern)
    assert MOST_STEPS < 9000


@pytest.mark.parametrize(
    ("rule", "holds"),
    [
        ("status == 'ok'", True),
        ("status == 'bad'", False),
        ("jobs[?late > `2`]", True),
        ("jobs[?late > `5`]", False),
        ("length(jobs) == `2` && errors == `[]`", True),
        ("errors", False),
        ("missing", False),
        ("missing.deeper", False),
        ("n", True),
        ("n == `0`", True),
        ("@", True),
    ],
)
def test_a_json_rule_must_be_true_of_the_page(rule: str, holds: bool) -> None:
    finding = asked(PAGE, json=rule)
    assert (finding.outcome is Outcome.OK) == holds
    if not holds:
        assert (finding.cause, finding.message) == ("http.json", f'not true of the page: "{rule}"')


@pytest.mark.parametrize(
    "rule", ["length(n) > `1`", "sort(jobs)", "max_by(jobs, &name.x)", "nothing(@)", "join(', ', jobs)", "keys(jobs)"]
)
def test_a_json_rule_that_does_not_suit_the_page_is_told_without_quoting_the_page(rule: str) -> None:
    finding = asked(PAGE, json=rule)
    assert finding.cause == "http.json"
    assert finding.message == f'the page\'s JSON is not such that "{rule}" can be told'


@pytest.mark.parametrize("rule", ["status ==", "a[", "foo bar", "(" * 900 + "a" + ")" * 900, "a |"])
def test_what_is_no_json_rule_is_quoted(rule: str) -> None:
    with pytest.raises(ValueError, match="not a JMESPath expression: "):
        check_json_rule(rule)


def test_numbers_beyond_all_bounds_in_a_rule_are_no_bug_of_ours() -> None:
    assert asked(b'{"a": 1e300, "b": "1e999"}', json="ceil(to_number(b)) > a").cause == "http.json"


def test_a_header_must_be_there_and_say_so() -> None:
    headers = {"Content-Type": "Text/HTML; charset=utf-8", "X-Version": "1.25"}
    good = {"content-type": "text/html", "X-Version": "1.", "Connection": ""}
    assert asked(b"", headers, expect_header=good).outcome is Outcome.OK
    missing = asked(b"", headers, expect_header={"X-Cache": ""})
    assert (missing.cause, missing.message) == ("http.header", "the answer has no header X-Cache")
    other = asked(b"", headers, expect_header={"Content-Type": "json"})
    assert (other.cause, other.message) == ("http.header", 'the header Content-Type does not contain "json"')


@pytest.mark.parametrize(
    ("size", "rules", "message"),
    [
        (10, {"min_bytes": 10, "max_bytes": 10}, ""),
        (9, {"min_bytes": 10}, "the page has 9 bytes, fewer than 10"),
        (11, {"max_bytes": 10}, "the page has more than 10 bytes"),
        (0, {"max_bytes": 0}, ""),
        (1, {"max_bytes": 0}, "the page has more than 0 bytes"),
        (MOST_BODY + 1, {"max_bytes": MOST_BODY}, f"the page has more than {MOST_BODY} bytes"),
        (MOST_BODY + 1, {"min_bytes": MOST_BODY}, ""),
    ],
)
def test_a_page_has_the_size_that_it_should(size: int, rules: dict[str, int], message: str) -> None:
    finding = asked(b"x" * size, **rules)
    assert (finding.message, finding.cause) == (message, "http.size" if message else "")


@pytest.mark.parametrize(
    ("rules", "cause"),
    [
        ({"max_bytes": 9000}, "http.size"),
        ({"max_bytes": 100_000}, "http.size"),
        ({"min_bytes": 100_000}, "http.size"),
        ({"min_bytes": 9000}, ""),
        ({"json": "@"}, "http.json"),
    ],
)
def test_a_page_in_too_many_pieces_is_judged_by_what_is_known_of_it(rules: dict[str, object], cause: str) -> None:
    chunks = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\n1\r\n" * 20_000 + b"0\r\n\r\n"
    with RawServer(saying(chunks)) as server:
        finding = ask(Http(f"http://127.0.0.1:{server.port}/", **rules))  # type: ignore[arg-type]
    assert finding.cause == cause
    assert finding.details["truncated"]
    assert "100000" not in finding.message


def test_ten_good_pages_are_ok_and_ten_bad_ones_are_not_over_a_real_nginx() -> None:
    good = [f"<p>What are you doing?</p> id={n}" for n in range(10)]
    bad = [
        *("Database error", "", "<p>What are you doing?</p> id=", "id=1", "Fatal Error: What are you doing? id=2"),
        *("<h1>It works!</h1>", "parked domain id=3", "what are you doing? id=4", "What are you", "rror id=5"),
    ]
    places = "".join(f'location = /{n} {{ return 200 "{page}"; }}' for n, page in enumerate([*good, *bad]))
    with Nginx(places) as nginx:
        found = [
            ask(Http(f"{nginx.url}{n}", contains="What are you doing?", not_contains="rror", matches="id=[0-9]+"))
            for n in range(20)
        ]
    assert [finding.outcome for finding in found] == [Outcome.OK] * 10 + [Outcome.CRITICAL] * 10
    assert {finding.cause for finding in found[10:]} == {"http.body"}


TABLE = """
[services.page.http]
url = "https://example.org/"
{line}
"""


def faults(line: str) -> list[str]:
    return [str(fault) for fault in parse("version = 1\n" + TABLE.format(line=line)).faults]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('matches = "("', "not a regular expression of RE2's kind"),
        ('json = "status =="', "not a JMESPath expression"),
        ('expect_header = { "a b" = "x" }', "not a header name"),
        ('auth = { user = "me" }', "write { user"),
        ('auth = { user = "m:e", password = "x" }', "no colon"),
        ('auth = { secret = "token" }', "write { user"),
        ('ip = "5"', "auto"),
        ('ca_file = "office.pem"', "not a whole path"),
        ('client_key = "/etc/ssl/key.pem"', "client_key needs a client_certificate"),
        ("certificate_days = -1", "0"),
        ("min_bytes = 3\nmax_bytes = 2", "max_bytes is less than min_bytes"),
        ('proxy = "ftp://proxy"', "not a proxy"),
        ('proxy = "http://me:hush@proxy:1"', "write proxy_auth for it"),
        ('proxy = "system"\nip = "4"', "leave ip out"),
        ('auth = { token = "x" }\nheaders = { authorization = "y" }', "keep one of them"),
    ],
)
def test_what_is_wrong_is_said_when_the_file_is_read(line: str, said: str) -> None:
    found = faults(line)
    assert len(found) == 1
    assert said in found[0]
    assert "hush" not in found[0]


def test_all_keys_together_are_read() -> None:
    line = """
        matches = "ok"
        json = "a"
        expect_header = { Server = "nginx" }
        auth = { user = "me", password = { secret = "page" } }
        ip = "auto"
        ca_file = "/etc/ssl/office.pem"
        client_certificate = "~/me.pem"
        client_key = "~/me.key"
        client_passphrase = { secret = "me" }
        certificate_days = 30
        min_bytes = 1
        max_bytes = 10
        proxy = "socks5://localhost:1080"
        proxy_auth = { user = "me", password = { secret = "proxy" } }
    """
    assert faults(line) == []


@pytest.mark.parametrize("path", ["office.pem", "./x", "../x", "~x/y"])
def test_a_path_from_nowhere_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="not a whole path"):
        check_path(path)


NOT_JSON = {
    "200,000 deep": (b"[" * 200_000 + b"]" * 200_000, "too deep"),
    "200,000 deep and cut": (b'{"a":' * 200_000, "too deep"),
    "an integer of 5,000 digits": (b"9" * 5000, "out of range"),
    "NaN": (b'{"a": NaN}', "invalid"),
    "infinity": (b'{"a": 1e999}', "out of range"),
    "half a character": (b'{"a": "\\ud800 and other words"}', "surrogate"),
    "half a character at the end": (b'"\\ud800"', ""),
    "UTF-16": (json.dumps({"a": 1}).encode("utf-16"), "not UTF-8"),
    "not UTF-8": (b'{"a": "\xff"}', "not UTF-8"),
    "HTML": (b"<html>", "invalid"),
    "nothing": (b"", ""),
    "two of them": (b"{} {}", "trailing"),
    "more than a megabyte": (b'"' + b"x" * (MOST_BODY + 1) + b'"', "too large"),
}


@pytest.mark.parametrize("what", NOT_JSON)
def test_what_is_no_json_that_can_be_trusted_is_one_typed_finding(what: str) -> None:
    page, said = NOT_JSON[what]
    finding = asked(page, json="@")
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "http.json")
    assert said in finding.message


@pytest.mark.parametrize(
    ("page", "rule"),
    [
        (b"\xef\xbb\xbf" + PAGE, "status == 'ok'"),
        (b'{"a": 1, "a": 2}', "a == `2`"),
        (b'{"a": "\\u0000"}', "a"),
        (b"[" * 500 + b"1" + b"]" * 500, "@"),
    ],
)
def test_odd_json_is_judged_by_the_rule(page: bytes, rule: str) -> None:
    assert asked(page, json=rule).outcome is Outcome.OK
