"""The program that watches this home, told what to do through its control socket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from trayapp import __version__
from trayapp.cli import exits
from trayapp.cli.home import meant
from trayapp.cli.show import complain
from trayapp.config.places import Places
from trayapp.core.wording import plain
from trayapp.core.words import Status
from trayapp.desktop.control import NoAnswer, Refused, ask
from trayapp.desktop.door import NotRunning

PATIENCE = 5.0
"""Seconds for the running program to answer."""


class Running:
    """What it watches, as it said when we asked; exits with 75 where nobody watches or nobody answers."""

    def __init__(self, places: Places) -> None:
        self._places = places
        said = self.ask({"do": "status"})
        if sentence := other_version(said):
            self._end(sentence)
        self.services: Mapping[str, Mapping[str, Any]] = {service["id"]: service for service in said["services"]}
        self.paused_until: str | None = said["paused_until"]

    def ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            return ask(self._places.socket, request, PATIENCE)
        except NotRunning:
            self._end("Watchbell is not running, and only a running one can do this; `watchbell` starts it")
        except NoAnswer as fault:
            self._end(str(fault))
        except Refused as fault:
            self._end(f"the running Watchbell refused: {plain(str(fault))}")

    def chosen(self, ids: Sequence[str]) -> list[Mapping[str, Any]]:
        """The services with these ids, each once; exits with 64 where there is no such service."""
        return chosen(self.services, ids)

    def _end(self, sentence: str) -> NoReturn:
        complain(sentence)
        raise SystemExit(exits.NOT_RUNNING)


def other_version(status: Mapping[str, Any]) -> str:
    """That the running program is of another version, whose words need not be ours; empty: it is not."""
    version = plain(str(status.get("version")), 20)
    if version == __version__:
        return ""
    return f"the running Watchbell is version {version} and this one is {__version__}; quit it and start it again"


def chosen(services: Mapping[str, Mapping[str, Any]], ids: Sequence[str]) -> list[Mapping[str, Any]]:
    """Those of the services that the running program watches; exits with 64 where one is not among them."""
    unknown = [id_ for id_ in dict.fromkeys(ids) if id_ not in services]
    for id_ in unknown:
        complain(f'the running Watchbell watches no "{plain(id_)}"{meant(id_, services)}')
    if unknown:
        raise SystemExit(exits.USAGE)
    return [services[id_] for id_ in dict.fromkeys(ids)]


def title(service: Mapping[str, Any]) -> str:
    return plain(service["name"], 60)


def said_of(service: Mapping[str, Any]) -> str:
    """Its status, to stand inside a sentence."""
    return in_words(Status(service["status"]))


def in_words(status: Status) -> str:
    return "in maintenance" if status is Status.MAINTENANCE else status.lower()
