"""`ldap`: a directory lets us in, and tells of itself (RFC 4511, RFC 4512, section 5.1).

A simple bind carries the password as it is: without TLS whoever listens on the way reads it. Once it was sent nothing
that the directory says is repeated; of its answers only the numbers are looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from trayapp.core.keys import Key, Text
from trayapp.core.words import NOTHING, Finding, Outcome
from trayapp.probes.addresses import check_host
from trayapp.probes.base import Means
from trayapp.probes.ber import ENUMERATED, INTEGER, OCTETS, SEQUENCE, SET, element, elements, integer, number, receive
from trayapp.probes.causes import Misbehaved, Misconfigured
from trayapp.probes.conversation import Conversation, conversation, shown
from trayapp.probes.encryption import Verify, trusted
from trayapp.probes.hosted import Hosted, Port
from trayapp.probes.logins import encoded
from trayapp.probes.phases import Phases
from trayapp.probes.replies import stranger
from trayapp.probes.starttls import DIALECTS

MOST_MESSAGES = 10
"""In answer to one search for one entry."""

MOST_CONTEXTS = 5

_BIND, _BOUND, _SEARCH, _ENTRY, _FOUND, _REFERENCE, _EXTENDED = 0x60, 0x61, 0x63, 0x64, 0x65, 0x73, 0x78
_SIMPLE, _PRESENT = 0x80, 0x87
_BIND_ID, _SEARCH_ID = 2, 3  # the first is that of StartTLS
_UNBIND = element(SEQUENCE, integer(4), element(0x42))
_CONTEXTS = b"namingContexts"

_CODES: Mapping[int, tuple[str, str]] = {
    # RFC 4511, appendix A.2
    2: ("ldap.code", "protocol error"),
    7: ("auth", "authentication method not supported"),
    8: ("ldap.encryption", "stronger authentication required"),
    10: ("ldap.referral", "it refers to another server"),
    11: ("ldap.limit", "administrative limit exceeded"),
    13: ("ldap.encryption", "confidentiality required"),
    32: ("ldap.code", "no such object"),
    48: ("auth", "inappropriate authentication"),
    49: ("auth", "invalid credentials"),
    50: ("auth", "insufficient access rights"),
    51: ("ldap.busy", "busy"),
    52: ("ldap.unavailable", "unavailable"),
    53: ("ldap.unwilling", "unwilling to perform"),
    80: ("ldap.code", "other"),
}


@dataclass(frozen=True, slots=True)
class Ldap(Hosted):
    """A directory. It is asked for nothing but what it tells everybody of itself."""

    kind: ClassVar[str] = "ldap"
    title: ClassVar[str] = "Directory (LDAP)"
    example: ClassVar[str] = "ldap://directory.example.org"
    schemes: ClassVar[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
        {"ldap": NOTHING, "ldaps": MappingProxyType({"port": 636, "tls": "implicit"})}
    )
    ports: ClassVar[Mapping[int, Mapping[str, Any]]] = MappingProxyType(
        {389: NOTHING, 636: MappingProxyType({"tls": "implicit"})}
    )

    port: Port = 389
    dn: Annotated[
        str,
        Key("Name", "As whom to log in. Empty: anonymously.", most=1000, placeholder="cn=watch,dc=example,dc=org"),
    ] = ""
    password: Annotated[
        Text, Key("Password", "Sent as it is: without encryption others may read it.", most=1000, secret=True)
    ] = ""
    tls: Annotated[
        str,
        Key("Encryption", "None, begun by a command, or from the beginning.", pattern="none|starttls|implicit"),
    ] = "none"
    verify: Verify = True

    def __post_init__(self) -> None:
        """ValueError: keys that do not go together."""
        if bool(self.dn) != bool(self.password):
            raise ValueError("a name needs a password, and a password a name")

    async def ask(self, means: Means, phases: Phases) -> Finding:
        password = encoded(await means.reveal(self.password), nul=True) if self.dn else b""
        if self.dn and not password:  # it would be let in as nobody (RFC 4513, section 5.1.2)
            raise Misconfigured("config.invalid", "its password is empty")
        context = trusted(means, verify=self.verify)
        implicit = context if self.tls == "implicit" else None
        async with conversation(means, phases, check_host(self.host), self.port, implicit) as talk:
            if self.tls == "starttls":
                await DIALECTS["ldap"].prelude(talk)
                await talk.encrypt(context, DIALECTS["ldap"].prelude)
            session = _Session(talk, secret=bool(password))
            await session.bind(self.dn, password)
            contexts = await session.contexts()
            talk.part(_UNBIND)
            details: dict[str, Any] = {} if password else {"naming_contexts": contexts}
            if talk.encryption is not None:
                details["tls"] = talk.encryption.version()
            return Finding(Outcome.OK, details=details)


class _Session:
    """What is said to a directory and what it answers. Raises Misbehaved. `secret`: it must not be quoted."""

    def __init__(self, talk: Conversation, *, secret: bool) -> None:
        self._talk = talk
        self._secret = secret

    async def bind(self, dn: str, password: bytes) -> None:
        """Log in (RFC 4511, section 4.2)."""
        request = element(_BIND, integer(3), element(OCTETS, dn.encode()), element(_SIMPLE, password))
        self._talk.send(element(SEQUENCE, integer(_BIND_ID), request))
        operation, content = await self._answer(_BIND_ID)
        if operation != _BOUND:
            raise Misbehaved("protocol", "it did not answer whether it lets us in")
        self._succeeded(content, "to log in")

    async def contexts(self) -> list[str]:
        """The naming contexts that its root entry names, if any (RFC 4512, section 5.1)."""
        what = element(_PRESENT, b"objectClass")
        never = (integer(0, ENUMERATED), integer(0, ENUMERATED), integer(0), integer(0), element(0x01, b"\0"))
        attributes = element(SEQUENCE, element(OCTETS, _CONTEXTS))
        request = element(_SEARCH, element(OCTETS), *never, what, attributes)
        self._talk.send(element(SEQUENCE, integer(_SEARCH_ID), request))
        found: list[str] = []
        for _ in range(MOST_MESSAGES):
            operation, content = await self._answer(_SEARCH_ID)
            if operation == _FOUND:
                self._succeeded(content, "to tell of itself")
                return found
            if operation == _ENTRY:
                found += _contexts_in(content)
            elif operation != _REFERENCE:
                raise Misbehaved("protocol", "it did not answer what was asked")
        raise Misbehaved("protocol", "it goes on and on about its root entry")

    async def _answer(self, expected: int) -> tuple[int, bytes]:
        """The next message to this request: which operation it is, and its content."""
        tag, message = await receive(self._talk)
        if tag != SEQUENCE:
            if self._secret:
                raise Misbehaved("protocol", "what answers there is not LDAP")
            raise stranger("LDAP", message + await self._talk.some())
        try:
            (first, id_), (operation, content), *_ = elements(message)
            request = number(id_)
        except ValueError as error:
            raise _malformed() from error
        if first != INTEGER:
            raise _malformed()
        if request == 0 and operation == _EXTENDED:  # notice of disconnection, section 4.4.1
            self._succeeded(content, "to go on")
        if request != expected:
            raise Misbehaved("protocol", "it answered what was not asked")
        return operation, content

    def _succeeded(self, result: bytes, doing: str) -> None:
        """Raises what an LDAPResult other than success means (section 4.1.9)."""
        try:
            (kind, code_), (_, _matched), (_, diagnosis), *_ = elements(result)
            code = number(code_)
        except ValueError as error:
            raise _malformed() from error
        if kind != ENUMERATED:
            raise _malformed()
        if code == 0:
            return
        cause, words = _CODES.get(code, ("ldap.code", "which says little"))
        why = f', saying "{shown(diagnosis)}"' if diagnosis and not self._secret else ""
        raise Misbehaved(cause, f"it refuses {doing}: code {code}, {words}{why}")


def _contexts_in(entry: bytes) -> list[str]:
    """The first of an entry's naming contexts, to be shown."""
    try:
        (_, _name), (_, attributes), *_ = elements(entry)
        found = []
        for _, attribute in elements(attributes):
            (_, word), (tag, values), *_ = elements(attribute)
            if word.lower() == _CONTEXTS.lower() and tag == SET:
                found += [shown(value) for _, value in islice(elements(values), MOST_CONTEXTS)]
    except ValueError as error:
        raise _malformed() from error
    return found[:MOST_CONTEXTS]


def _malformed() -> Misbehaved:
    return Misbehaved("protocol", "its answer is malformed")
