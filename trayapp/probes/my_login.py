"""Logging in to MySQL and MariaDB by mysql_native_password and caching_sha2_password.

A server counts connections that end before their handshake did, and after max_connect_errors of
them (100) takes none from that host any more, whoever asks. A refused login is not counted. So no
conversation is left in the middle where that can be helped: also who has no login makes a right
attempt, and hears the refusal.

https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase.html
"""

from __future__ import annotations

from hashlib import sha1, sha256

from trayapp.probes.causes import Misbehaved, Misconfigured
from trayapp.probes.my_packets import OK, REFUSALS, SSL, SWITCH, Greeting, MyError, MyTalk

NATIVE, SHA2 = "mysql_native_password", "caching_sha2_password"

_LONG_PASSWORD, _WITH_DATABASE, _PROTOCOL_41, _TRANSACTIONS = 0x1, 0x8, 0x200, 0x2000
_SECURE, _PLUGINS = 0x8000, 0x80000
_CAPABILITIES = _LONG_PASSWORD | _PROTOCOL_41 | _TRANSACTIONS | _SECURE | _PLUGINS
_MOST_PACKET = 1 << 24
_UTF8MB4 = 45

_OTHERS = {"client_ed25519": 64, "sha256_password": 1, "mysql_clear_password": 1, "dialog": 1, "auth_gssapi_client": 1}
"""How long their proofs are. MariaDB gives a user whom it does not have the plugin of any whom it has."""

_BAD_HANDSHAKE = 1043

_FAST, _FULL = b"\x01\x03", b"\x01\x04"
"""What follows on a hash by caching_sha2_password: it was known already, or the password itself is wanted."""


class OtherPlugin(Misconfigured):
    """A login that is not ours; `refused` is how the server took that we left it."""

    def __init__(self, plugin: str, refused: int) -> None:
        named = plugin if plugin in _OTHERS else "another plugin"
        super().__init__("config.invalid", f"it wants this user's login by {named}, not by {NATIVE} or {SHA2}")
        self.refused = refused


def ask_for_tls(talk: MyTalk, database: str) -> None:
    """SSLRequest: the beginning of a login, whose rest follows encrypted."""
    talk.say(_head(database, encrypted=True))


async def log_in(talk: MyTalk, greeting: Greeting, user: str, password: bytes, database: str = "") -> None:
    """Until the server lets the user in. MyError: it does not; Misconfigured: it asks for what we cannot give."""
    plugin = greeting.plugin if greeting.plugin in (NATIVE, SHA2) else NATIVE
    proof = _proof(plugin, password, greeting.scramble)
    named = database.encode() + b"\0" if database else b""
    talk.told_secret = bool(password)
    talk.say(
        _head(database, encrypted=talk.encrypted)
        + (user.encode() + b"\0" + bytes([len(proof)]) + proof + named + plugin.encode() + b"\0")
    )
    answer = await talk.hear()
    if answer[0] == SWITCH:
        plugin, scramble = _switched(answer)
        if plugin not in (NATIVE, SHA2):
            raise OtherPlugin(plugin, await _leave(talk, plugin))
        talk.say(_proof(plugin, password, scramble))
        answer = await talk.hear()
    if plugin == SHA2 and answer == _FULL:
        if not talk.encrypted:
            raise Misconfigured(
                "config.invalid",
                "it wants the password itself, for it does not remember it: set encryption to starttls",
            )
        talk.say(password + b"\0")
        answer = await talk.hear()
    elif plugin == SHA2 and answer == _FAST:
        answer = await talk.hear()
    if answer[0] != OK:
        raise Misbehaved("protocol", "it neither lets the user in nor refuses")


async def _leave(talk: MyTalk, plugin: str) -> int:
    """End a login that cannot go on as one that was refused, by a proof of the right length that proves nothing.

    The number of the refusal; 0 where there was none. MyError: it is no refusal.
    """
    talk.say(bytes(_OTHERS.get(plugin, 1)))
    try:
        await talk.hear()
    except MyError as error:
        if error.code not in REFUSALS | {_BAD_HANDSHAKE}:
            raise
        return error.code
    return 0


def _head(database: str, *, encrypted: bool) -> bytes:
    capabilities = _CAPABILITIES | (_WITH_DATABASE if database else 0) | (SSL if encrypted else 0)
    return capabilities.to_bytes(4, "little") + _MOST_PACKET.to_bytes(4, "little") + bytes([_UTF8MB4]) + bytes(23)


def _switched(answer: bytes) -> tuple[str, bytes]:
    """The plugin that the server wants instead, and a new scramble. One that names none is from before MySQL 5.5."""
    plugin, _, scramble = answer[1:].partition(b"\0")
    return plugin.decode("ascii", "replace"), scramble[:20]


def _proof(plugin: str, password: bytes, scramble: bytes) -> bytes:
    """What shows that we know the password without saying it; nothing for no password."""
    if not password:
        return b""
    if plugin == NATIVE:
        once = sha1(password, usedforsecurity=False).digest()
        twice = sha1(once, usedforsecurity=False).digest()
        return _xor(once, sha1(scramble + twice, usedforsecurity=False).digest())
    once = sha256(password).digest()
    return _xor(once, sha256(sha256(once).digest() + scramble).digest())


def _xor(left: bytes, right: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(left, right, strict=True))
