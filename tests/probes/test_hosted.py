"""How people write the address of a service with a host and a port, and what is taken from it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.probes import PROBES
from trayapp.probes.ftp import Ftp
from trayapp.probes.hosted import Hosted
from trayapp.probes.imap import Imap
from trayapp.probes.pop3 import Pop3
from trayapp.probes.smtp import Smtp
from trayapp.probes.ssh import Ssh
from trayapp.probes.tls import Tls


@pytest.mark.parametrize(
    ("typed", "probe"),
    [
        ("ssh://example.org", Ssh("example.org", 22)),
        ("SSH://Example.org/", Ssh("Example.org", 22)),
        ("ssh:example.org", Ssh("example.org", 22)),
        ("ssh://[::1]:2222", Ssh("::1", 2222)),
        ("ssh:::1", Ssh("::1", 22)),
        ("example.org:22", Ssh("example.org", 22)),
        ("smtp://mail.example.org", Smtp("mail.example.org", 25)),
        ("smtp://mail.example.org:2525", Smtp("mail.example.org", 2525)),
        ("smtps://mail.example.org", Smtp("mail.example.org", 465, tls="implicit")),
        ("smtps://mail.example.org:4650", Smtp("mail.example.org", 4650, tls="implicit")),
        ("mail.example.org:25", Smtp("mail.example.org", 25)),
        ("mail.example.org:465", Smtp("mail.example.org", 465, tls="implicit")),
        ("mail.example.org:587", Smtp("mail.example.org", 587, tls="starttls")),
        ("imaps://mail.example.org", Imap("mail.example.org", 993, tls="implicit")),
        ("mail.example.org:143", Imap("mail.example.org", 143)),
        ("mail.example.org:993", Imap("mail.example.org", 993, tls="implicit")),
        ("pop3s://mail.example.org", Pop3("mail.example.org", 995, tls="implicit")),
        ("mail.example.org:995", Pop3("mail.example.org", 995, tls="implicit")),
        ("ftp://files.example.org", Ftp("files.example.org", 21)),
        ("ftps://files.example.org/", Ftp("files.example.org", 990, tls="implicit")),
        ("files.example.org:21", Ftp("files.example.org", 21)),
        ("tls://example.org", Tls("example.org", 443)),
        ("tls:example.org:8443", Tls("example.org", 8443)),
    ],
)
def test_an_address_means_a_kind_with_its_port_and_encryption(typed: str, probe: Hosted) -> None:
    assert type(probe).from_target(typed) == probe


@pytest.mark.parametrize(
    ("typed", "probe"),
    [
        ("smtp://mail.example.org:587", Smtp("mail.example.org", 587, tls="starttls")),
        ("smtp:mail.example.org:465", Smtp("mail.example.org", 465, tls="implicit")),
        ("smtps://mail.example.org:587", Smtp("mail.example.org", 587, tls="implicit")),
        ("imaps://mail.example.org:143", Imap("mail.example.org", 143, tls="implicit")),
    ],
)
def test_what_a_port_implies_holds_unless_the_word_before_it_says_otherwise(typed: str, probe: Hosted) -> None:
    assert type(probe).from_target(typed) == probe


@pytest.mark.parametrize("typed", ["example.org", "example.org:26", "imap://example.org", "a b:25", "example.org:25/x"])
def test_what_is_not_meant_for_a_kind_is_left_to_the_others(typed: str) -> None:
    assert Smtp.from_target(typed) is None


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("ssh://", 'not a host name: ""'),
        ("ssh://a b", 'not a host name: "a b"'),
        ("ssh://host/path", 'not a host name: "host/path"'),
        ("ssh:22", 'not a host name: "22"'),
        ("ssh://host:0", 'not a port from 1 to 65535: "0"'),
        ("ssh://host:", 'not a port from 1 to 65535: ""'),
        ("ssh://git@host", 'no user or password belongs here: give "ssh://host"'),
        ("ftp://me:hush:22@host:2121/", 'no user or password belongs here: give "ftp://host:2121"'),
        ("ftp://me:h@sh@host", 'no user or password belongs here: give "ftp://host"'),
    ],
)
def test_what_is_wrong_is_answered_with_a_sentence_that_tells_no_password(typed: str, sentence: str) -> None:
    kind = Ssh if typed.startswith("ssh") else Ftp
    with pytest.raises(ValueError) as caught:
        kind.from_target(typed)
    assert str(caught.value) == sentence


def test_no_two_kinds_claim_the_same_word_or_port() -> None:
    hosted = [kind for kind in PROBES.values() if issubclass(kind, Hosted)]
    words = [word for kind in hosted for word in kind.schemes or [kind.kind]]
    ports = [port for kind in hosted for port in kind.ports]
    assert len(set(words)) == len(words)
    assert len(set(ports)) == len(ports)
    for kind in hosted:
        assert kind.kind in (kind.schemes or [kind.kind])


@given(st.sampled_from([Ssh, Smtp, Tls]), st.text(max_size=30))
def test_any_text_is_a_probe_or_a_sentence_or_nobodys(kind: type[Hosted], text: str) -> None:
    try:
        probe = kind.from_target(f"{kind.kind}:{text}")
    except ValueError as error:
        assert str(error)
    else:
        assert probe is not None
        assert kind.from_target(f"{kind.kind}:{probe.target}") == probe
