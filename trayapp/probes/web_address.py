"""Which web address somebody means who types one, or half of one."""

from __future__ import annotations

from trayapp.probes.addresses import check_url, join_port, split_port

PLAIN_PORTS = frozenset({80, 3000, 5000, 8000, 8080})
ENCRYPTED_PORTS = frozenset({443, 8443})
"""Ports that mean a web server where a person types only "host:port"."""


def url_meant(target: str) -> str | None:
    """A URL, `http:example.org`, or a bare host, with a port that means a web server or with a path; None: none of
    them. ValueError: it is one, and wrong.
    """
    scheme, colon, rest = target.partition(":")
    if colon and scheme.lower() in ("http", "https"):
        if rest.lower().startswith(("http://", "https://")):
            return url_meant(rest)
        url = f"{scheme.lower()}://{rest.removeprefix('//')}"
        check_url(url)
        return url
    address, slash, path = target.partition("/")
    try:
        host, port = split_port(address)
    except ValueError:
        return None
    if port is None:
        encrypted = host != "localhost"
        address = join_port(host, 0).removesuffix(":0")
    elif port in PLAIN_PORTS | ENCRYPTED_PORTS or slash:
        encrypted = port in ENCRYPTED_PORTS
    else:
        return None
    url = f"{'https' if encrypted else 'http'}://{address}/{path}"
    check_url(url)
    return url
