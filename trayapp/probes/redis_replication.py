"""Whether a Redis is in step: what INFO replication says of a master and of a replica.

https://redis.io/docs/latest/commands/info/. Redis itself still says "slave" where it means a replica.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from trayapp.core.wording import duration
from trayapp.core.words import Finding, Outcome
from trayapp.probes.causes import Misbehaved

_REPLICA = re.compile(rb"slave\d{1,4}")
_LONGEST = 10


def in_step(info: Mapping[bytes, bytes], linked: bool, lag_above: int | None) -> Finding:
    """What replication is worth. `linked`: somebody must follow or be followed; `lag_above` in ms, or None."""
    role = info.get(b"role")
    if role == b"slave":
        return _replica(info, linked, lag_above)
    if role == b"master":
        return _master(info, linked, lag_above)
    raise Misbehaved("protocol", "asked for its replication, it said neither master nor replica")


def _replica(info: Mapping[bytes, bytes], linked: bool, lag_above: int | None) -> Finding:
    details: dict[str, Any] = {"role": "replica"}
    if info.get(b"master_link_status") != b"up":
        if not linked:
            return Finding(Outcome.OK, details=details)
        if info.get(b"master_sync_in_progress") == b"1":
            message = "it is still copying everything from its master"
        else:
            down = _number(info, b"master_link_down_since_seconds", otherwise=-1)
            message = "its link to its master is down" + (f" for {duration(down * 1000)}" if down >= 0 else "")
        return Finding(Outcome.CRITICAL, "redis.link", message=message, details=details)
    silent = _number(info, b"master_last_io_seconds_ago")
    return _late(silent, "its master was silent for {}", lag_above, {**details, "lag_s": silent})


def _master(info: Mapping[bytes, bytes], linked: bool, lag_above: int | None) -> Finding:
    followers = [_fields(value) for name, value in info.items() if _REPLICA.fullmatch(name)]
    details: dict[str, Any] = {"role": "master", "replicas": len(followers)}
    behind = sum(follower.get(b"state") != b"online" for follower in followers)
    if linked and not followers:
        return Finding(Outcome.WARNING, "redis.replicas", message="no replica follows it", details=details)
    if linked and behind:
        message = f"{behind} of {len(followers)} replicas do not follow yet"
        return Finding(Outcome.WARNING, "redis.replicas", message=message, details=details)
    if not followers:
        return Finding(Outcome.OK, details=details)
    silent = max(_number(follower, b"lag") for follower in followers)
    return _late(silent, "a replica was silent for {}", lag_above, {**details, "lag_s": silent})


def _late(silent: int, words: str, lag_above: int | None, details: Mapping[str, Any]) -> Finding:
    if lag_above is None or silent * 1000 <= lag_above:
        return Finding(Outcome.OK, details=details)
    return Finding(Outcome.WARNING, "redis.lag", message=words.format(duration(silent * 1000)), details=details)


def _fields(value: bytes) -> Mapping[bytes, bytes]:
    """ "ip=…,port=…,state=online,offset=…,lag=0"."""
    return {name: worth for name, _, worth in (field.partition(b"=") for field in value.split(b","))}


def _number(info: Mapping[bytes, bytes], name: bytes, otherwise: int | None = None) -> int:
    """A whole number of at most ten digits. Misbehaved: it is none, and there is no other."""
    digits = info.get(name, b"")
    if digits.isdigit() and len(digits) <= _LONGEST:
        return int(digits)
    if otherwise is None:
        raise Misbehaved("protocol", f"asked for its replication, it said nothing of {name.decode()}")
    return otherwise
