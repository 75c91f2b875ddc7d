"""What is shown and trusted beyond the ordinary: authorities and client certificates from files, and their end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.probes.asking import ask
from tests.probes.certificates import AUTHORITY, STRANGER, pem, self_signed, server, trusting
from tests.probes.papers import authority_file, client_files, locked, old_certificate, revocations, rsa, weak_group
from tests.probes.real.openssl import OpenSslServer
from tests.servers import HttpServer, Nginx
from trayapp.core.keys import Reference
from trayapp.core.words import Blame, Finding, Outcome
from trayapp.probes import encryption
from trayapp.probes.http import Http

DEMANDING = (
    "ssl_client_certificate {authority}; ssl_verify_client on; "
    'location / {{ return 200 "$ssl_client_s_dn"; add_header X-Verified $ssl_client_verify; }}'
)


def assert_of_the_configuration(finding: Finding, *words: str) -> None:
    assert (finding.outcome, finding.blame, finding.cause) == (Outcome.UNKNOWN, Blame.CONFIG, "config.invalid")
    for word in words:
        assert word in finding.message


def test_an_authority_from_a_file_is_trusted_beside_those_of_the_system(tmp_path: Path) -> None:
    ca_file = str(authority_file(tmp_path))
    with HttpServer(tls=server()) as site:
        assert ask(Http(site.url)).cause == "tls.unknown_ca"
        assert ask(Http(site.url, ca_file=ca_file)).outcome is Outcome.OK
    with HttpServer(tls=server(authority=STRANGER)) as site:
        assert ask(Http(site.url, ca_file=ca_file)).cause == "tls.unknown_ca"
    with HttpServer(tls=server("other.test")) as site:
        assert ask(Http(site.url, ca_file=ca_file)).cause == "tls.hostname"


def test_files_that_hold_no_authorities_are_the_configurations_fault(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").write_text("")
    (tmp_path / "junk.pem").write_text("-----BEGIN CERTIFICATE-----\nhuh\n-----END CERTIFICATE-----\n")
    (tmp_path / "large.pem").write_bytes(bytes(encryption.MOST_FILE + 1))
    with HttpServer(tls=server()) as site:
        for name, said in {
            "missing.pem": "no such file",
            "empty.pem": "no certificates",
            "junk.pem": "no certificates",
            "large.pem": "too large",
        }.items():
            assert_of_the_configuration(ask(Http(site.url, ca_file=str(tmp_path / name))), name, said)
        assert_of_the_configuration(ask(Http(site.url, ca_file=str(tmp_path))), "cannot be read")
        assert site.accepted == 0


def test_a_real_nginx_that_demands_a_certificate_is_shown_one(tmp_path: Path) -> None:
    authority = authority_file(tmp_path)
    certificate, key = client_files(tmp_path)
    both = tmp_path / "both.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    with Nginx(DEMANDING.format(authority=authority), tls=pem("127.0.0.1")) as nginx:
        trust = {"ca_file": str(authority), "expect_header": {"X-Verified": "SUCCESS"}}
        two = ask(Http(nginx.url, client_certificate=str(certificate), client_key=str(key), **trust))  # type: ignore[arg-type]
        one = ask(Http(nginx.url, client_certificate=str(both), **trust))  # type: ignore[arg-type]
        none = ask(Http(nginx.url, ca_file=str(authority)))
    assert two.outcome is Outcome.OK, two.message
    assert one.outcome is Outcome.OK, one.message
    assert none.message == "HTTP 400"


def test_a_key_with_a_passphrase_needs_it(tmp_path: Path) -> None:
    authority = authority_file(tmp_path)
    certificate, key = client_files(tmp_path)
    key = locked(key, "open sesame")
    with Nginx(DEMANDING.format(authority=authority), tls=pem("127.0.0.1")) as nginx:

        def with_passphrase(passphrase: str | Reference) -> Finding:
            papers = {"client_certificate": str(certificate), "client_key": str(key), "ca_file": str(authority)}
            return ask(Http(nginx.url, client_passphrase=passphrase, **papers))  # type: ignore[arg-type]

        for wrong in ("", "hush", "x" * 1000):
            finding = with_passphrase(wrong)
            assert_of_the_configuration(finding, "the passphrase does not open the key")
            assert "hush" not in repr(finding)
        assert with_passphrase(Reference("secret", "mine")).cause == "config.secret_missing"
        assert with_passphrase("open sesame").outcome is Outcome.OK


def test_client_certificates_that_are_none_are_the_configurations_fault(tmp_path: Path) -> None:
    certificate, key = client_files(tmp_path)
    _, other_key = client_files(tmp_path, "other@example.test")
    with HttpServer(tls=server()) as site:

        def asked(certificate: Path, key: Path | str = "") -> Finding:
            return ask(Http(site.url, client_certificate=str(certificate), client_key=str(key)))

        assert_of_the_configuration(asked(certificate), "no client certificate with its key")
        assert_of_the_configuration(asked(key, key), "no client certificate with its key")
        assert_of_the_configuration(asked(certificate, other_key), "does not belong")
        assert_of_the_configuration(asked(certificate, tmp_path / "gone.key"), "gone.key", "no such file")
        assert site.accepted == 0


def test_a_client_certificate_is_not_shown_to_another_origin(tmp_path: Path) -> None:
    authority = authority_file(tmp_path)
    certificate, key = client_files(tmp_path)
    wish = f"ssl_client_certificate {authority}; ssl_verify_client optional;"
    told = f'{wish} location / {{ return 200 "[$ssl_client_s_dn]"; }}'
    with Nginx(told, tls=pem("127.0.0.1")) as other:
        lead = f"{wish} location / {{ return 302 {other.url}; }} location /own {{ return 302 /end; }}"
        end = 'location /end { return 200 "[$ssl_client_s_dn]"; }'
        with Nginx(f"{lead} {end}", tls=pem("127.0.0.1")) as first:
            papers = {"client_certificate": str(certificate), "client_key": str(key), "ca_file": str(authority)}
            crossed = ask(Http(first.url, contains="[]", **papers))  # type: ignore[arg-type]
            stayed = ask(Http(first.url + "own", not_contains="[]", matches="CN=|O=", **papers))  # type: ignore[arg-type]
            direct = ask(Http(other.url, not_contains="[]", **papers))  # type: ignore[arg-type]
    assert crossed.outcome is Outcome.OK, crossed.message
    assert stayed.outcome is Outcome.OK, stayed.message
    assert direct.outcome is Outcome.OK, direct.message


def test_a_server_whose_tls_demands_a_certificate_is_told_apart(tmp_path: Path) -> None:
    authority = authority_file(tmp_path)
    certificate, key = client_files(tmp_path)
    demand = ("-Verify", "1", "-verify_return_error", "-CAfile", str(authority))
    papers = {"client_certificate": str(certificate), "client_key": str(key), "ca_file": str(authority)}
    with OpenSslServer(*pem("127.0.0.1"), *demand) as site:
        finding = ask(Http(site.url), tls=trusting())
        assert ask(Http(site.url, **papers)).outcome is Outcome.OK  # type: ignore[arg-type]
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "tls.client_certificate")
    assert finding.message == "it demands a client certificate"


def test_a_client_certificate_of_a_stranger_is_told_apart(tmp_path: Path) -> None:
    stranger = STRANGER.issue_cert("me@example.test")
    (tmp_path / "me.pem").write_bytes(stranger.private_key_and_cert_chain_pem.bytes())
    authority = authority_file(tmp_path)
    demand = ("-Verify", "1", "-verify_return_error", "-CAfile", str(authority))
    with OpenSslServer(*pem("127.0.0.1"), *demand) as site:
        finding = ask(Http(site.url, client_certificate=str(tmp_path / "me.pem"), ca_file=str(authority)))
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "tls.client_certificate")
    assert finding.message == "it refuses the client certificate: unknown ca"


OUTDATED = {
    "TLS 1.1": (("-tls1_1", "-cipher", "ALL:@SECLEVEL=0"), "it must offer TLS 1.2 or newer"),
    "a short Diffie-Hellman key": (
        ("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-dhparam"),
        "it must offer longer keys, or elliptic curves",
    ),
}


@pytest.mark.parametrize("what", OUTDATED)
def test_a_real_server_with_outdated_encryption_says_what_it_must_offer(what: str, tmp_path: Path) -> None:
    options, hint = OUTDATED[what]
    if options[-1] == "-dhparam":
        options = (*options, str(weak_group(tmp_path)))
    with OpenSslServer(*rsa("127.0.0.1"), *options) as site:
        finding = ask(Http(site.url), tls=trusting())
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "tls.version")
    assert finding.message.startswith("its encryption is outdated: ")
    assert finding.message.endswith(hint)


@pytest.mark.parametrize(("digest", "bits"), [("sha1", 2048), ("sha256", 1024)])
def test_a_certificate_of_old_is_outdated(digest: str, bits: int, tmp_path: Path) -> None:
    chain, key = old_certificate(tmp_path, digest, bits)
    with OpenSslServer(chain, key, "-cipher", "ALL:@SECLEVEL=0") as site:
        finding = ask(Http(site.url), tls=trusting())
    assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "tls.version")
    assert "certificate is outdated: " in finding.message


def test_a_revoked_certificate_is_told_where_the_file_lists_it(tmp_path: Path) -> None:
    chain, key = pem("127.0.0.1")
    listed = tmp_path / "listed.pem"
    with Nginx(tls=(chain, key)) as nginx:

        def asked(revocation: bytes) -> Finding:
            listed.write_bytes(AUTHORITY.cert_pem.bytes() + revocation)
            return ask(Http(nginx.url, ca_file=str(listed)))

        other, _ = pem("other.test")
        assert asked(revocations(other)).outcome is Outcome.OK
        finding = asked(revocations(other, chain))
        assert (finding.outcome, finding.cause) == (Outcome.CRITICAL, "tls.revoked")
        assert finding.message == "certificate is revoked"
        old = asked(revocations(until=datetime.now(UTC) - timedelta(days=1)))
        assert_of_the_configuration(old, "list of revoked certificates", "expired")
        foreign = asked(revocations(authority=STRANGER))
        assert_of_the_configuration(foreign, "no list of revoked certificates")


def test_a_context_is_made_once_and_anew_when_a_file_has_changed(tmp_path: Path) -> None:
    path = authority_file(tmp_path, STRANGER)
    probe_keys = {"ca_file": str(path)}
    with HttpServer(tls=server()) as site:
        assert ask(Http(site.url, **probe_keys)).cause == "tls.unknown_ca"  # type: ignore[arg-type]
        made = dict(encryption._MADE)
        assert ask(Http(site.url, **probe_keys)).cause == "tls.unknown_ca"  # type: ignore[arg-type]
        assert made == encryption._MADE
        path.write_bytes(AUTHORITY.cert_pem.bytes() + b"\n")
        assert ask(Http(site.url, **probe_keys)).outcome is Outcome.OK  # type: ignore[arg-type]


def test_no_more_contexts_are_kept_than_are_worth_it(tmp_path: Path) -> None:
    with HttpServer(tls=server()) as site:
        for number in range(3):
            folder = tmp_path / str(number)
            folder.mkdir()
            encryption._MADE.update({(number, spare): trusting() for spare in range(encryption.MOST_CONTEXTS)})
            assert ask(Http(site.url, ca_file=str(authority_file(folder)))).outcome is Outcome.OK
            assert len(encryption._MADE) == encryption.MOST_CONTEXTS
    encryption._MADE.clear()


@pytest.mark.parametrize(
    ("left", "keys", "outcome", "message"),
    [
        (timedelta(days=13, hours=1), {}, Outcome.WARNING, "certificate expires in 13 days, on "),
        (timedelta(days=1, hours=1), {}, Outcome.WARNING, "certificate expires tomorrow, on "),
        (timedelta(hours=1), {}, Outcome.WARNING, "certificate expires today, on "),
        (timedelta(days=15), {}, Outcome.OK, ""),
        (timedelta(days=15), {"certificate_days": 30}, Outcome.WARNING, "certificate expires in 1"),
        (timedelta(hours=1), {"certificate_days": 0}, Outcome.OK, ""),
        (timedelta(hours=1), {"verify": False}, Outcome.OK, ""),
        (timedelta(hours=1), {"verify": False, "certificate_days": 1}, Outcome.WARNING, "certificate expires today"),
        (timedelta(days=-1), {"verify": False, "certificate_days": 1}, Outcome.CRITICAL, "certificate expired on "),
        (timedelta(days=-1), {"verify": False}, Outcome.OK, ""),
        (timedelta(days=-1), {}, Outcome.CRITICAL, "certificate expired on "),
    ],
)
def test_a_certificate_that_ends_soon_is_a_warning_and_one_that_is_over_a_failure(
    left: timedelta, keys: dict[str, object], outcome: Outcome, message: str
) -> None:
    now = datetime.now(UTC)
    tls = server(not_before=now - timedelta(days=60), not_after=now + left)
    with HttpServer(tls=tls) as site:
        finding = ask(Http(site.url, **keys), tls=trusting())  # type: ignore[arg-type]
    assert finding.outcome is outcome
    assert finding.message.startswith(message)
    assert bool(finding.message) == bool(message)
    if outcome is Outcome.WARNING:
        assert finding.cause == "tls.expires"
        assert finding.details["status"] == 200


@pytest.mark.parametrize(("left", "outcome"), [(1.4, Outcome.WARNING), (1.6, Outcome.OK)])
def test_a_certificate_that_lives_for_days_is_warned_of_in_the_last_quarter_of_its_life(
    left: float, outcome: Outcome
) -> None:
    ends = datetime.now(UTC) + timedelta(days=left)
    with HttpServer(tls=server(not_before=ends - timedelta(days=6), not_after=ends)) as site:
        assert ask(Http(site.url), tls=trusting()).outcome is outcome


def test_a_failing_page_says_more_than_a_certificate_that_ends_soon() -> None:
    now = datetime.now(UTC)
    tls = server(not_before=now - timedelta(days=60), not_after=now + timedelta(days=1))
    with HttpServer(503, tls=tls) as site:
        assert ask(Http(site.url), tls=trusting()).message == "HTTP 503"


def test_what_is_not_verified_is_marked_so() -> None:
    with HttpServer(tls=self_signed()) as site:
        assert ask(Http(site.url, verify=False)).details["verified"] is False
    with HttpServer() as site:
        assert "verified" not in ask(Http(site.url, verify=False)).details
