"""[network] and [notifications]: what of the world around the services a person may choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from trayapp.core.keys import Duration, Key


def _check_controls(controls: tuple[str, ...]) -> None:
    for control in controls:
        if control.startswith("dns:"):
            continue
        try:
            parts = urlsplit(control)
            whole = bool(parts.hostname) and (parts.scheme != "tcp" or parts.port is not None)
        except ValueError:  # the brackets or the port
            whole = False
        if not whole:
            raise ValueError(f'"{control}" names no host{" and port" if control.startswith("tcp:") else ""} to ask')


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Where to look, after a failure, whether it is the service or our own network."""

    control: Annotated[
        tuple[str, ...],
        Key(
            "Control targets",
            "Asked after a failure, whether the internet can be seen at all; empty: nobody.",
            pattern=r"https?://\S+|tcp://\S+|dns:[A-Za-z0-9._-]+",
            placeholder="https://example.com/",
            check=_check_controls,
        ),
    ] = ("http://detectportal.firefox.com/success.txt", "tcp://1.1.1.1:443", "tcp://9.9.9.9:443")
    gateway: Annotated[bool, Key("Gateway", "The router's answer counts as a sign of life, too.")] = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """How often what is known is told again."""

    reminder: Annotated[
        Duration,
        Key("Reminder", "Time until an outage nobody took note of is told again; 0s: never.", most=7 * 86_400_000),
    ] = Duration(4 * 3_600_000)
