"""From an address that somebody typed to the service it probably means."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from trayapp.config.credentials import Credentials, credentials_in, secret_name
from trayapp.config.faults import did_you_mean
from trayapp.config.load import parse
from trayapp.config.save import CannotSave, add_service, new_id
from trayapp.config.tables import SERVICE_KEYS
from trayapp.config.writing import table_of
from trayapp.config.written import shape_of
from trayapp.core.keys import Reference, declared_keys
from trayapp.core.words import Finding, Service
from trayapp.probes import PROBES, probe_for
from trayapp.probes.base import Kind


class BadTarget(ValueError):
    """The address, or a key given with it, is wrong; `sentences` say how, one each."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("; ".join(sentences))
        self.sentences = sentences


@dataclass(frozen=True, slots=True)
class Proposal:
    """A service as it may be written to services.toml.

    `advice` is what a person must still do for it. A password that was in the address is `secret_value`. It belongs
    into the keyring under the name `secret`, never into the file; both are empty where there was none.
    """

    service: Service
    table: Mapping[str, Any]
    advice: str = ""
    secret: str = ""
    secret_value: str = field(default="", repr=False)


def propose(target: str, words: Sequence[str] = (), taken: Collection[str] = (), **common: str) -> Proposal:
    """The service that an address means, with keys given as "key=value"; `common` are keys of the service.

    An id that nobody in `taken` has is made from its name. Raises BadTarget.
    """
    credentials = credentials_in(target)
    address = credentials.url if credentials else target
    try:
        probe = probe_for(address)
    except ValueError as fault:
        raise BadTarget(str(fault)) from None
    name = common.get("name") or name_for(probe.target)
    id_ = new_id(name, taken)
    table = table_of(Service(id=id_, probe=probe, name=name))
    own = table[probe.kind]
    table |= {key: value for key, value in common.items() if value}
    _put(table, own, words, probe.kind)
    if credentials is None:
        return Proposal(_checked(id_, table), table, probe.advice)
    secret = secret_name(id_)
    value = _log_in(own, probe.kind, credentials, secret)
    return Proposal(_checked(id_, table), table, probe.advice, secret, value)


def suited(proposal: Proposal, finding: Finding) -> Proposal:
    """The proposal as it had better be, after what the first look at the service found. What was asked for stays."""
    probe = proposal.service.probe
    assert isinstance(probe, Kind)
    better = probe.suited(finding)
    if better is probe:
        return proposal
    service = replace(proposal.service, probe=better)
    own = {**table_of(service)[probe.kind], **proposal.table[probe.kind]}
    table = {**proposal.table, probe.kind: own}
    return replace(proposal, service=_checked(service.id, table), table=table)


def renamed(proposal: Proposal, taken: Collection[str]) -> Proposal:
    """The proposal under an id that nobody in `taken` has: somebody may have added one since it was made."""
    service = proposal.service
    if service.id not in taken:
        return proposal
    id_ = new_id(service.title, taken)
    if not proposal.secret:
        return replace(proposal, service=replace(service, id=id_))
    secret = secret_name(id_)
    table = _with_secret(proposal.table, {"secret": proposal.secret}, {"secret": secret})
    return replace(proposal, service=_checked(id_, table), table=table, secret=secret)


def _with_secret(value: Any, old: Mapping[str, str], new: Mapping[str, str]) -> Any:
    if value == old:
        return dict(new)
    return {key: _with_secret(inner, old, new) for key, inner in value.items()} if isinstance(value, dict) else value


def name_for(target: str) -> str:
    """What a person would call it at first: its host, and its port where one is named."""
    authority = (urlsplit(target).netloc or target) if "://" in target else target
    return authority.rpartition("@")[2].removeprefix("www.")[:200]


def understood(target: str) -> str:
    """What an address is taken for, in a few words. Raises BadTarget."""
    probe = propose(target).service.probe
    return f"{PROBES[probe.kind].title}: {probe.target}"


def _log_in(own: dict[str, Any], kind: str, credentials: Credentials, secret: str) -> str:
    """Have the probe log in with a secret of this name; what is to be kept under it."""
    keys = declared_keys(PROBES[kind])
    if "headers" in keys:
        headers = own.get("headers", {})
        if isinstance(headers, dict):  # what else it may be is complained of elsewhere
            own["headers"] = {**headers, "Authorization": {"secret": secret}}
        return credentials.authorization
    if "password" not in keys:
        raise BadTarget(f"{kind} takes no password")
    own["password"] = {"secret": secret}
    if credentials.user and "user" in keys:
        own["user"] = credentials.user
    return credentials.password


def _put(table: dict[str, Any], own: dict[str, Any], words: Sequence[str], kind: str) -> None:
    """Take "key=value" words into the table they belong to."""
    probe_keys = declared_keys(PROBES[kind])
    known = dict.fromkeys(SERVICE_KEYS, table) | dict.fromkeys(probe_keys, own)
    wrong = []
    for word in words:
        key, equals, value = word.partition("=")
        if not equals:
            wrong.append(f'"{word}" is not key=value')
        elif key not in known:
            hint = did_you_mean(key, known) or f"; there are {', '.join(sorted(known))}"
            wrong.append(f'"{key}" is not a key of a service or of {kind}{hint}')
        else:
            known[key][key] = _value(value, (probe_keys.get(key) or SERVICE_KEYS[key]).type)
    if wrong:
        raise BadTarget(*wrong)


def _value(written: str, declared: Any) -> Any:
    """A value as TOML has it. Text needs no quotation marks: not where it is no TOML, as in url=https://…, nor where a
    text belongs and TOML would see a number, as in ip=4.
    """
    try:
        value = tomllib.loads(f"value = {written}")["value"]
    except tomllib.TOMLDecodeError:
        return written
    is_text = shape_of(declared).form in (str, Reference)
    return written if is_text and not isinstance(value, str | dict) else value


def _checked(id_: str, table: Mapping[str, Any]) -> Service:
    """The service that the table makes, held against everything services.toml is held against."""
    try:
        loaded = parse(add_service("", id_, table))
    except CannotSave as fault:
        raise BadTarget(str(fault)) from None
    faults = [fault for fault in loaded.faults if not fault.warning]
    if faults or loaded.settings is None or not loaded.settings.services:
        prefix = f"services.{id_}."
        raise BadTarget(*(f"{fault.path.removeprefix(prefix)}: {fault.message}" for fault in faults))
    return loaded.settings.services[0]
