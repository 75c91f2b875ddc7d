"""Who we say that we are, in a header of the request (RFC 7617, RFC 6750)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from urllib.parse import unquote

from trayapp.core.keys import Text
from trayapp.probes.base import Means


async def credentials(auth: Mapping[str, Text], means: Means) -> tuple[str, str]:
    """User and password, both empty where there are none."""
    if "user" not in auth:
        return "", ""
    return await means.reveal(auth["user"]), await means.reveal(auth["password"])


async def authorization(auth: Mapping[str, Text], userinfo: bytes, means: Means) -> str:
    """Value of the Authorization header; empty for none. `userinfo` is what stands before the "@" of the URL."""
    if "token" in auth:
        return f"Bearer {(await means.reveal(auth['token'])).strip()}"
    if auth:
        user, password = await credentials(auth, means)
        return _basic(f"{user}:{password}")
    return _basic(unquote(userinfo.decode("ascii"))) if userinfo else ""


def _basic(words: str) -> str:
    return f"Basic {b64encode(words.encode(errors='replace')).decode('ascii')}"
