"""What people type, and which probe they mean by it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.probes import PROBES, probe_for
from trayapp.probes.base import Kind
from trayapp.probes.http import Http
from trayapp.probes.imap import Imap
from trayapp.probes.smtp import Smtp
from trayapp.probes.ssh import Ssh
from trayapp.probes.tcp import Tcp
from trayapp.probes.tls import Tls


@pytest.mark.parametrize(
    ("typed", "probe"),
    [
        ("https://x/", Http("https://x/")),
        ("HTTPS://Example.org/A?b=1", Http("https://Example.org/A?b=1")),
        ("  http://example.org  ", Http("http://example.org")),
        ("http:example.org", Http("http://example.org")),
        ("http:https://example.org/", Http("https://example.org/")),
        ("example.org", Http("https://example.org/")),
        ("example.org/status?x=1", Http("https://example.org/status?x=1")),
        ("example.org:80", Http("http://example.org:80/")),
        ("example.org:443", Http("https://example.org:443/")),
        ("example.org:9000/health", Http("http://example.org:9000/health")),
        ("localhost", Http("http://localhost/")),
        ("localhost:8000", Http("http://localhost:8000/")),
        ("localhost:3000", Http("http://localhost:3000/")),
        ("localhost:5000", Http("http://localhost:5000/")),
        ("192.0.2.7", Http("https://192.0.2.7/")),
        ("::1", Http("https://[::1]/")),
        ("[::1]:8080", Http("http://[::1]:8080/")),
        ("tcp://host:22", Tcp("host", 22)),
        ("TCP://host:22/", Tcp("host", 22)),
        ("tcp:host:22", Tcp("host", 22)),
        ("tcp:[::1]:22", Tcp("::1", 22)),
        ("tcp:example.org:443", Tcp("example.org", 443)),
        ("host:7000", Tcp("host", 7000)),
        ("[2001:db8::1]:7000", Tcp("2001:db8::1", 7000)),
        ("bücher.example:7000", Tcp("xn--bcher-kva.example", 7000)),
        ("host:22", Ssh("host", 22)),
        ("[2001:db8::1]:22", Ssh("2001:db8::1", 22)),
        ("mail.example.org:25", Smtp("mail.example.org", 25)),
        ("mail.example.org:993", Imap("mail.example.org", 993, tls="implicit")),
        ("smtps://mail.example.org", Smtp("mail.example.org", 465, tls="implicit")),
        ("tls://example.org", Tls("example.org", 443)),
    ],
)
def test_an_address_means_a_probe(typed: str, probe: Kind) -> None:
    assert probe_for(typed) == probe


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "no address: give one such as https://example.org/ or example.org:22"),
        ("   ", "no address: give one such as https://example.org/ or example.org:22"),
        ("a b", 'not an address: "a b"; give one such as https://example.org/ or example.org:22'),
        ("qqq://", f'no kind of probe is called "qqq" (there are {", ".join(PROBES)})'),
        ("htp://example.org", 'no kind of probe is called "htp" (did you mean "http"?)'),
        ("htps://example.org", 'no kind of probe is called "htps" (did you mean "https"?)'),
        ("pcp:host:22", 'no kind of probe is called "pcp" (did you mean "tcp"?)'),
        ("http://", 'not a URL: "http://"'),
        ("https://example.org:70000/", 'not a URL: "https://example.org:70000/"'),
        ("tcp://host", 'tcp needs a port: "host:22", for example'),
        ("tcp://host:0", 'not a port from 1 to 65535: "0"'),
        ("tcp:", 'not a host name: ""'),
        (
            "user@example.org",
            'not an address: "user@example.org"; give one such as https://example.org/ or example.org:22',
        ),
    ],
)
def test_what_is_no_address_is_answered_with_a_sentence(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError) as caught:
        probe_for(typed)
    assert str(caught.value) == sentence


@given(st.text(max_size=60))
def test_any_text_is_a_probe_or_a_sentence(text: str) -> None:
    for prefix in ("", "http://", "tcp:", "ssh:", "smtps:"):
        try:
            probe = probe_for(prefix + text)
        except ValueError as error:
            assert str(error)
        else:
            assert probe.kind in PROBES
            again = probe_for(f"{probe.kind}:{probe.target}")
            assert (again.kind, again.target) == (probe.kind, probe.target)


def test_the_list_names_every_kind_once() -> None:
    assert list(PROBES) == ["http", *sorted({*PROBES} - {"http", "tcp"}), "tcp"]
    assert all(name == kind.kind for name, kind in PROBES.items())


def test_a_target_tells_no_password() -> None:
    assert probe_for("https://me:hush@example.org/a@b").target == "https://example.org/a@b"
    assert probe_for("[::1]:22").target == "[::1]:22"
