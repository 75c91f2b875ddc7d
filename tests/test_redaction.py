"""What never reaches a log."""

from __future__ import annotations

import time

import pytest

from trayapp.redaction import HIDDEN, Redaction


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("GET https://ops:hunter2@example.org/ failed", "hunter2"),
        ("GET https://ops:hun@ter2@example.org/ failed", "ter2"),
        ("GET https://glpat-0123456789@example.org/ failed", "glpat"),
        ("redis://:s3cretpw@cache:6379/0", "s3cretpw"),
        ("https://example.org/?page=2&access_token=abcdef123", "abcdef123"),
        ("https://example.org/?X-Amz-Signature=abcdef123&y=1", "abcdef123"),
        ("Authorization: Bearer abc.def.ghi", "abc.def"),
        ("authorization:Basic dXNlcjpwYXNz", "dXNl"),
        ("headers {'Authorization': 'Bearer abc.def', 'Accept': '*/*'}", "abc.def"),
        ("headers [(b'Authorization', b'Bearer abc.def')]", "abc.def"),
        ('{"Proxy-Authorization": "Digest username=\\"x\\", response=\\"6629\\""}', "6629"),
        ("Cookie: session=abc; other=def", "def"),
        ("Set-Cookie: session=abc; Path=/", "abc"),
        ("X-Api-Key: abcdef", "abcdef"),
        ("X-Auth-Token = abcdef", "abcdef"),
    ],
)
def test_what_looks_like_a_credential_is_hidden(text: str, secret: str) -> None:
    cleaned = Redaction().clean(text)
    assert secret not in cleaned
    assert HIDDEN in cleaned


@pytest.mark.parametrize(
    "text",
    [
        "GET https://example.org:8443/a/b?page=2#top answered 200",
        "ask ops@example.org about it",
        "{secret = twitter-token} is missing",
        "unexpected token, expected a value",
        "services.twitter.http.url: not a URL",
    ],
)
def test_ordinary_sentences_stay_as_they_are(text: str) -> None:
    assert Redaction().clean(text) == text


def test_neighbours_of_a_credential_stay_readable() -> None:
    cleaned = Redaction().clean("GET https://ops:hunter2@example.org/health?x=1&token=abc&y=2 took 3 ms")
    assert cleaned == "GET https://***@example.org/health?x=1&token=***&y=2 took 3 ms"


@pytest.mark.parametrize(
    "text", ["{}", "send {}!", "/?q={quoted}", "{json}", "{representation}", "body was {{'key': {representation}}}"]
)
def test_a_revealed_secret_is_hidden_in_every_way_it_is_written(text: str) -> None:
    secret = 'p&ss "wörd"\t\\x'
    redaction = Redaction()
    redaction.hide(secret)
    written = text.format(
        secret,
        quoted="p%26ss%20%22w%C3%B6rd%22%09%5Cx",
        json='p&ss \\"w\\u00f6rd\\"\\t\\\\x',
        representation=repr(secret),
    )
    assert "rd" not in redaction.clean(written)


def test_the_lines_of_a_long_secret_are_hidden_one_by_one() -> None:
    redaction = Redaction()
    redaction.hide("-----BEGIN KEY-----\nabcdefgh\nijklmnop\n-----END KEY-----\n")
    assert redaction.clean("line 2 is ijklmnop") == "line 2 is ***"


def test_of_two_secrets_the_longer_one_is_hidden_whole() -> None:
    redaction = Redaction()
    redaction.hide("hunter")
    redaction.hide("hunter2-and-more")
    assert redaction.clean("x hunter2-and-more y hunter z") == "x *** y *** z"


def test_very_short_values_do_not_star_out_the_whole_log() -> None:
    redaction = Redaction()
    redaction.hide("a")
    redaction.hide("")
    assert redaction.clean("a banana") == "a banana"


@pytest.mark.parametrize(
    "hostile", ["a." * 50_000, "x-" * 50_000, "://" * 50_000, "http://" + "@" * 100_000, "?a" * 50_000]
)
def test_hostile_text_is_cleaned_in_reasonable_time(hostile: str) -> None:
    begun = time.monotonic()
    Redaction().clean(hostile)
    assert time.monotonic() - begun < 5
