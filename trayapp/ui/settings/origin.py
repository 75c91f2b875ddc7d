"""Where a secret may be sent: scheme, host and port of a target, without its path or password."""

from __future__ import annotations

from urllib.parse import urlsplit


def origin_of(target: str) -> str:
    """ "https://example.com" of "https://example.com/login"; a target that is no URL is its own origin."""
    parts = urlsplit(target)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.scheme and parts.netloc else target
