"""Files of certificates for the tests: authorities, client certificates with open and locked keys, revocations."""

from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from tests.probes.certificates import AUTHORITY


def authority_file(folder: Path, authority: trustme.CA = AUTHORITY) -> Path:
    """The authority's own certificate."""
    path = folder / "authority.pem"
    path.write_bytes(authority.cert_pem.bytes())
    return path


def client_files(folder: Path, name: str = "me@example.test") -> tuple[Path, Path]:
    """A client certificate and its key, in two files."""
    issued = AUTHORITY.issue_cert(name)
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    key.write_bytes(issued.private_key_pem.bytes())
    return certificate, key


def locked(key: Path, passphrase: str) -> Path:
    """The same key in a file that a passphrase opens."""
    path = key.with_suffix(".locked")
    inner = load_pem_private_key(key.read_bytes(), None)
    encryption = BestAvailableEncryption(passphrase.encode())
    path.write_bytes(inner.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption))
    return path


def revocations(*revoked: bytes, until: datetime | None = None, authority: trustme.CA = AUTHORITY) -> bytes:
    """A list of revoked certificates, which are given in PEM, that ends then or in a day."""
    now = datetime.now(UTC)
    issuer = x509.load_pem_x509_certificate(authority.cert_pem.bytes())
    listed = x509.CertificateRevocationListBuilder(issuer.subject, now - timedelta(days=9), until or now + timedelta(1))
    for pem in revoked:
        serial = x509.load_pem_x509_certificate(pem).serial_number
        entry = x509.RevokedCertificateBuilder(serial, now - timedelta(days=2)).build()
        listed = listed.add_revoked_certificate(entry)
    key = load_pem_private_key(authority.private_key_pem.bytes(), None)
    return listed.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)  # type: ignore[arg-type]


def rsa(*names: str) -> tuple[bytes, bytes]:
    """A right certificate with its chain, and its key, of the kind that old ciphers need."""
    issued = AUTHORITY.issue_cert(*names, key_type=trustme.KeyType.RSA)
    return b"".join(part.bytes() for part in issued.cert_chain_pems), issued.private_key_pem.bytes()


def weak_group(folder: Path) -> Path:
    """A Diffie-Hellman group of 1024 bits: Oakley's second (RFC 2409, section 6.2), which took years to be broken."""
    words = """
        FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DDEF9519B3CD3A431B
        302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE6
        49286651ECE65381FFFFFFFFFFFFFFFF
    """
    prime = b"\x02\x81\x81\x00" + bytes.fromhex("".join(words.split()))
    group = b"\x30\x81\x87" + prime + b"\x02\x01\x02"  # SEQUENCE of two INTEGERs, the generator being 2
    path = folder / "group.pem"
    lines = base64.encodebytes(group).decode()
    path.write_text(f"-----BEGIN DH PARAMETERS-----\n{lines}-----END DH PARAMETERS-----\n")
    return path


def old_certificate(folder: Path, digest: str, bits: int) -> tuple[bytes, bytes]:
    """A certificate of our authority's, of an age when these were enough, and its key; both are in PEM."""
    chain, key, wish, names = folder / "old.pem", folder / "old.key", folder / "old.csr", folder / "old.names"
    names.write_text("subjectAltName=IP:127.0.0.1")
    (folder / "authority.key").write_bytes(AUTHORITY.private_key_pem.bytes())
    ours = ["-CA", authority_file(folder), "-CAkey", folder / "authority.key", "-CAcreateserial", "-extfile", names]
    for command in (
        ["req", "-new", "-newkey", f"rsa:{bits}", "-nodes", "-subj", "/CN=old", "-keyout", key, "-out", wish],
        ["x509", "-req", "-in", wish, f"-{digest}", "-days", "30", *ours, "-out", chain],
    ):
        subprocess.run(["openssl", *command], check=True, capture_output=True, timeout=30)
    return chain.read_bytes(), key.read_bytes()
