"""What may stand for a proxy in the configuration. Standard library only, as in addresses.py."""

from __future__ import annotations

from urllib.parse import urlsplit

from trayapp.probes.addresses import check_host

DEFAULT_PORTS = {"http": 8080, "socks5": 1080}

_SCHEMES = ("http", "socks5", "socks5h")


def check_proxy(text: str) -> None:
    """ValueError: neither "system" nor such as "http://proxy.example:3128" or "socks5://localhost:1080"."""
    if text in ("", "system"):
        return
    if "@" in text:
        raise ValueError("a proxy's address holds no password; write proxy_auth for it")
    try:
        parts = urlsplit(text)
        if parts.scheme not in _SCHEMES or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("it is no address of a proxy")
        check_host(parts.hostname)
        if parts.port == 0:
            raise ValueError("it is no port")
    except ValueError as error:
        shown = text if len(text) <= 80 else f"{text[:80]}…"
        example = "http://proxy.example:3128 or socks5://localhost:1080"
        raise ValueError(f'not a proxy: "{shown}"; write "system" or such as {example}') from error
