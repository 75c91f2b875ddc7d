"""Logging in to PostgreSQL: SCRAM-SHA-256 (RFC 5802, RFC 7677), MD5, and the plain password where nobody can listen.

https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-START-UP
"""

from __future__ import annotations

import re
from hashlib import md5
from typing import Final

from trayapp.probes.causes import Misbehaved, Misconfigured
from trayapp.probes.pg_messages import PgTalk

MOST_ROUNDS = 100_000
"""Of SCRAM's hashing, which holds up every other check; PostgreSQL's own choice is 4096."""

_OK, _PLAIN, _MD5, _SASL, _SASL_CONTINUE, _SASL_FINAL = 0, 3, 5, 10, 11, 12

METHODS: Final = {
    _OK: "trust",
    2: "kerberos",
    _PLAIN: "password",
    _MD5: "md5",
    7: "gss",
    9: "sspi",
    _SASL: "scram-sha-256",
}
"""How pg_hba.conf calls what is asked for."""

_ROUNDS = re.compile(r"(?:^|,)i=(\d{1,10})(?:,|$)")


async def asked_for(talk: PgTalk) -> tuple[int, bytes]:
    """What the server wants to see, one of METHODS, and what it sends along."""
    kind, body = await talk.hear()
    if kind != b"R" or len(body) < 4:
        raise Misbehaved("protocol", "it asked for no login where it should")
    method = int.from_bytes(body[:4])
    if method not in METHODS:
        raise Misbehaved("protocol", f"it asked for a login of a kind that there is not ({method})")
    return method, body[4:]


async def log_in(talk: PgTalk, user: str, password: str, *, plainly: bool) -> None:
    """Until the server is content. `plainly`: it may see the password as it is.

    Misbehaved `auth`: it is not content; Misconfigured: it asks for what we cannot give.
    """
    method, sent = await asked_for(talk)
    if method == _OK:
        return
    if method not in (_PLAIN, _MD5, _SASL):
        raise Misconfigured("config.invalid", f"it wants a login by {METHODS[method]}, which Watchbell cannot do")
    if not password:
        raise Misbehaved("auth", "it wants a password")
    if method == _PLAIN and not plainly:
        raise Misconfigured("config.invalid", "it wants the password unencrypted: set encryption to starttls")
    talk.told_secret = True
    if method == _SASL:
        await _scram(talk, sent, password)
    elif method == _MD5:
        talk.say(b"p", _md5(user, password, sent) + b"\0")
    else:
        talk.say(b"p", password.encode() + b"\0")
    if (await asked_for(talk))[0] != _OK:
        raise Misbehaved("protocol", "it asked for a second login after the first")


def _md5(user: str, password: str, salt: bytes) -> bytes:
    """ "md5" and the hash of a hash, as pg_authid keeps it. Not for safety: for servers from before version 10."""
    if len(salt) != 4:
        raise Misbehaved("protocol", "it sent a salt that is none")
    kept = md5(password.encode() + user.encode(), usedforsecurity=False).hexdigest()
    return b"md5" + md5(kept.encode() + salt, usedforsecurity=False).hexdigest().encode()


async def _scram(talk: PgTalk, mechanisms: bytes, password: str) -> None:
    """Both sides prove that they know the password, and neither says it."""
    from scramp import ScramClient, ScramException  # noqa: PLC0415  loads a library for ASN.1 too

    if b"SCRAM-SHA-256" not in mechanisms.split(b"\0"):
        raise Misconfigured("config.invalid", "it wants a login by another mechanism than SCRAM-SHA-256")
    try:
        client = ScramClient(["SCRAM-SHA-256"], "*", password)  # the name counts that was said at the start
    except ScramException as error:
        raise Misconfigured("config.invalid", "its password has characters that SCRAM does not allow") from error
    try:
        first = client.get_client_first().encode()
        talk.say(b"p", b"SCRAM-SHA-256\0" + len(first).to_bytes(4) + first)
        challenge = await _sasl(talk, _SASL_CONTINUE)
        rounds = _ROUNDS.search(challenge)
        if rounds is None or int(rounds[1]) > MOST_ROUNDS:
            raise Misbehaved("protocol", f"it wants the password hashed more than {MOST_ROUNDS} times, or not at all")
        client.set_server_first(challenge)
        talk.say(b"p", client.get_client_final().encode())
        client.set_server_final(await _sasl(talk, _SASL_FINAL))
    except ScramException as error:
        raise Misbehaved("auth", "it could not prove that it knows the password") from error


async def _sasl(talk: PgTalk, step: int) -> str:
    """What it says in this step."""
    kind, body = await talk.hear()
    if kind != b"R" or int.from_bytes(body[:4]) != step:
        raise Misbehaved("auth", "it could not prove that it knows the password")
    try:
        return body[4:].decode("ascii")
    except UnicodeDecodeError as error:
        raise Misbehaved("protocol", "it logs in with what is no text") from error
