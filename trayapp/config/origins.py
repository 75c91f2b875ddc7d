"""What a secret is bound to: the place that it was first saved for."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from urllib.parse import urlsplit

_USUAL_PORTS = {"http": 80, "https": 443}


def origin_of(target: str) -> str:
    """Scheme, host and port of a probe's target (RFC 6454), such as "https://example.com"; "host:port" as it is."""
    scheme, separator, _ = target.partition("://")
    if not separator:
        return target.lower()
    parts = urlsplit(target)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    usual = parts.port is None or parts.port == _USUAL_PORTS.get(parts.scheme)
    return f"{scheme.lower()}://{host}" + ("" if usual else f":{parts.port}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A secret with the origins it may be sent to; without any, the first that asks is bound to it."""

    value: str = field(repr=False)
    origins: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> Kept:
        """What the keyring holds; a bare text was put there with another program."""
        try:
            stored = json.loads(text)
        except ValueError:
            return cls(text)
        if isinstance(stored, dict) and stored.keys() == {"value", "origins"}:
            return cls(stored["value"], tuple(stored["origins"]))
        return cls(text)

    def written(self) -> str:
        return json.dumps(asdict(self))
