"""What a call says: success, failure, the beginning of a run, or only a remark. Whatever else it may mean is refused.

    /beat/TOKEN  /beat/TOKEN?status=up&msg=…  /beat/TOKEN/0       success
    /beat/TOKEN/fail  ?status=down&msg=…  /beat/TOKEN/3           failure
    /beat/TOKEN/start                                             a run begins
    /beat/TOKEN/log                                               a remark, which is neither

So do the push addresses of other monitors. A word that is not known here may mean failure, so it is no success.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from urllib.parse import parse_qsl

MOST_BODY = 10_000
"""Bytes of a body that are kept."""

_PATH = re.compile(rb"/beat/([A-Za-z0-9_-]{16,200})(?:/([^?]*?))?/?(?:\?(.*))?", re.DOTALL)
_STATUS = re.compile(rb"\d{1,3}")
_ACCOMPANY = frozenset({"status", "msg", "ping", "rid"})
"""What may stand after the question mark: `ping` and `rid` are a duration and the name of a run elsewhere."""
_MOST_ITEMS = 20


class Says(Enum):
    SUCCESS = auto()
    FAILURE = auto()
    START = auto()
    REMARK = auto()


_PARTS = {b"": None, b"fail": Says.FAILURE, b"start": Says.START, b"log": Says.REMARK}
_WORDS = {"up": Says.SUCCESS, "down": Says.FAILURE}


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `exit` is the status with which the caller's program ended; `words` and `body` are as they came."""

    token: bytes
    says: Says = Says.SUCCESS
    exit: int | None = None
    words: str = ""
    body: str = ""

    def with_body(self, body: bytes) -> Call:
        return replace(self, body=body[:MOST_BODY].decode("utf-8", "backslashreplace"))


def read(target: bytes) -> Call | None:
    """What the target of a request says; None: it is no call. ValueError: nobody knows what it says, and why."""
    found = _PATH.fullmatch(target)
    if found is None:
        return None
    token, part, query = found[1], found[2] or b"", found[3] or b""
    items = parse_qsl(query.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_MOST_ITEMS)
    said = {
        says for says in (_of_part(part), *(_of_status(value) for name, value in items if name == "status")) if says
    }
    if len(said) > 1:
        raise ValueError("it says two things at once")
    says = (said.pop() if said else None) or Says.SUCCESS
    strange = {name for name, _ in items} - _ACCOMPANY
    if strange and says is not Says.FAILURE:  # a failure is one, whatever comes with it
        raise ValueError("status, msg, ping and rid are known after the question mark, and nothing else")
    words = next((value for name, value in items if name == "msg"), "")
    return Call(token, says, int(part) if _STATUS.fullmatch(part) else None, words)


def _of_part(part: bytes) -> Says | None:
    if part in _PARTS:
        return _PARTS[part]
    if _STATUS.fullmatch(part) and int(part) <= 255:
        return Says.FAILURE if int(part) else Says.SUCCESS
    raise ValueError("after the token come fail, start, log, an exit status or nothing")


def _of_status(value: str) -> Says:
    if (says := _WORDS.get(value.lower())) is None:
        raise ValueError("status is up or down")
    return says
