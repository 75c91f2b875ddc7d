"""What the values of an `http` table must be like: each check raises ValueError and quotes what is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from trayapp.core.keys import Text

_STATUSES = re.compile(r"([1-9]\d\d)(?:-([1-9]\d\d))?")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
_FRAMING = frozenset({"connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade"})


def check_statuses(statuses: tuple[str, ...]) -> None:
    """ValueError: one of them is neither "200" nor "200-299"."""
    for text in statuses:
        found = _STATUSES.fullmatch(text)
        if found is None or (found[2] and found[2] < found[1]):
            raise ValueError(f'not a status or a range of them, such as "200" or "200-299": "{text}"')


def check_headers(headers: Mapping[str, Text]) -> None:
    """ValueError: a name is none, or one that frames the message and is ours to set."""
    for name in headers:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f'not a header name: "{name}"')
        if name.lower() in _FRAMING:
            raise ValueError(f'not a header to be set by hand: "{name}"')


def check_header_names(headers: Mapping[str, str]) -> None:
    """ValueError: a name is none."""
    for name in headers:
        if not _HEADER_NAME.fullmatch(name):
            raise ValueError(f'not a header name: "{name}"')


def check_credentials(credentials: Mapping[str, Text]) -> None:
    """ValueError: neither `{ user, password }` nor `{ token }`."""
    if credentials and set(credentials) not in ({"user", "password"}, {"token"}):
        raise ValueError('write { user = "…", password = { secret = "…" } } or { token = { secret = "…" } }')
    _check_user(credentials)


def check_proxy_credentials(credentials: Mapping[str, Text]) -> None:
    """ValueError: not `{ user, password }`."""
    if credentials and set(credentials) != {"user", "password"}:
        raise ValueError('write { user = "…", password = { secret = "…" } }')
    _check_user(credentials)


def _check_user(credentials: Mapping[str, Text]) -> None:
    user = credentials.get("user", "")
    if isinstance(user, str) and ":" in user:
        raise ValueError(f'a user\'s name has no colon (RFC 7617, section 2): "{user}"')


def check_pattern(pattern: str) -> None:
    """ValueError: not a regular expression of RE2's kind, or one that takes too much work."""
    if pattern:
        from trayapp.probes.assertions import regular_expression  # noqa: PLC0415  only where there is one

        regular_expression(pattern)


def check_json_rule(expression: str) -> None:
    """ValueError: not a JMESPath expression."""
    if expression:
        from trayapp.probes.assertions import json_rule  # noqa: PLC0415  only where there is one

        json_rule(expression)


def check_path(path: str) -> None:
    """ValueError: not the whole path of a file; from where would it be told?"""
    if path and not path.startswith("~/") and not Path(path).is_absolute():
        raise ValueError(f'not a whole path, such as "/etc/ssl/office.pem" or "~/office.pem": "{path}"')
