"""Who we say that we are: user and password, or a token (RFC 6750)."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import unquote

from trayapp.core.keys import Text
from trayapp.probes.base import Means


async def credentials(auth: Mapping[str, Text], means: Means, userinfo: bytes = b"") -> tuple[str, str]:
    """User and password, both empty where there are none. `userinfo` is what stands before the "@" of a URL."""
    if "user" in auth:
        return await means.reveal(auth["user"]), await means.reveal(auth["password"])
    user, _, password = userinfo.decode("ascii").partition(":")
    return unquote(user), unquote(password)


async def bearer(auth: Mapping[str, Text], means: Means) -> str:
    """Value of the Authorization header that shows a token; empty for none."""
    return f"Bearer {(await means.reveal(auth['token'])).strip()}" if "token" in auth else ""
