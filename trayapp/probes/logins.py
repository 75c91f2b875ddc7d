"""Addresses as databases write them: `scheme://user@host:port/name`. A password in one is never repeated.

And what those may consist of who log in there.
"""

from __future__ import annotations

from urllib.parse import unquote

from trayapp.probes.causes import Misconfigured


def split_login(target: str) -> tuple[str, str, str]:
    """The address without the user and what follows the host, then these two; both empty where there are none.

    ValueError: a password is in it, or more follows than a name.
    """
    scheme, separator, rest = target.partition("://")
    if not separator:
        return target, "", ""
    login, _, rest = rest.rpartition("@")  # the last one: whatever stands before it may be part of a password
    place, _, name = rest.partition("/")
    user, colon, _password = login.partition(":")
    if colon:
        raise ValueError("no password belongs into an address that is kept: give it as the key password")
    if "/" in name or "?" in name:
        raise ValueError(f'nothing is understood behind the name of a database: "/{name[:80]}"')
    return f"{scheme}://{place}", unquote(user), unquote(name)


def encoded(password: str, *, nul: bool = False) -> bytes:
    """A password as it is sent. Misconfigured: it cannot be; `nul` says whether it may have one in it."""
    try:
        written = password.encode()
    except UnicodeEncodeError as error:  # a variable of the environment may hold any bytes
        raise Misconfigured("config.invalid", "its password is not text in UTF-8") from error
    if b"\0" in written and not nul:
        raise Misconfigured("config.invalid", "its password has a character in it that ends it: NUL")
    return written


def check_word(word: str) -> None:
    """ValueError: it has a NUL, which ends words in the protocols of databases."""
    if "\0" in word:
        raise ValueError("must not have a NUL character in it")
