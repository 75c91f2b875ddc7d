"""Hosts and URLs that are some, and those that are not."""

from __future__ import annotations

import pytest

from trayapp.probes.addresses import check_host, check_url, without_password


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "https://example.org:8443/a/b?c=d#e",
        "https://user:pa%20ss@example.org/",
        "http://[::1]:8080/",
        "http://192.0.2.1/",
        "http://my_host.test./",
        "https://bücher.example/ä",
        f"http://{'a' * 63}.test/",
    ],
)
def test_a_right_url_passes(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "htp://example.org/",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://:80/",
        "http://example.org:0/",
        "http://example.org:70000/",
        "http://example.org:-1/",
        "http://example.org:port/",
        "http://a b/",
        "http://example.org/a b",
        "http://example.org/\n",
        "\thttp://example.org/",
        "http://exam\x00ple.org/",
        "http://[::1/",
        "http://[nonsense]/",
        "http://a..b/",
        "http://-a.test/",
        "http://💩.la/",
        f"http://{'a' * 64}.test/",
        f"http://{'a.' * 127}test/",
        "http://999.1.1.1/",
        "http://exa%6dple.org/",
        "http:\\\\example.org\\",
        f"http://example.org/{'a' * 9000}",
    ],
)
def test_a_wrong_url_is_quoted(url: str) -> None:
    with pytest.raises(ValueError, match="not a URL: ") as caught:
        check_url(url)
    shown = url if len(url) <= 80 else f"{url[:80]}…"
    assert str(caught.value) == f'not a URL: "{shown}"'


@pytest.mark.parametrize(
    "url", ["htp://me:hush@x/", "http://me:hu/sh@x:0/", "http://me:hush@", "me:hush@x", "http://h@hush@x:y/"]
)
def test_a_wrong_url_is_quoted_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match="not a URL") as caught:
        check_url(url)
    assert "hu" not in str(caught.value)


@pytest.mark.parametrize("host", ["", ".", "a b", "a/b", "a..b", "x" * 64, "1.2.3", "ex ample", "[::1", "::g", "a:b"])
def test_a_wrong_host_is_quoted(host: str) -> None:
    with pytest.raises(ValueError, match="not a host name: "):
        check_host(host)


@pytest.mark.parametrize(
    ("host", "wire"), [("Example.org", "Example.org"), ("[::1]", "::1"), ("Bücher.example", "xn--bcher-kva.example")]
)
def test_a_host_is_given_as_the_wire_wants_it(host: str, wire: str) -> None:
    assert check_host(host) == wire


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://me:hush@example.org/", "https://example.org/"),
        ("https://me@example.org", "https://example.org"),
        ("https://example.org/@me?a@b", "https://example.org/@me?a@b"),
        ("https://example.org?a@b", "https://example.org?a@b"),
    ],
)
def test_a_url_is_shown_without_its_password(url: str, shown: str) -> None:
    assert without_password(url) == shown
