"""The services that may be asked about their past: those of services.toml, and those that only history knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trayapp.cli import exits, show
from trayapp.cli.home import meant
from trayapp.config.places import Places
from trayapp.core.wording import plain
from trayapp.core.words import Service
from trayapp.history.queries import Reader


class Known:
    """All of them, by their ids. A configuration that is broken keeps nobody from reading the past.

    Raises HistoryUnavailable where there is no history, or it cannot be read now.
    """

    def __init__(self, places: Places, reader: Reader) -> None:
        from trayapp.config.load import load_file  # noqa: PLC0415 - see trayapp.cli.home

        settings = load_file(places.services_toml).settings
        self._configured: Mapping[str, Service] = {}
        if settings is not None:
            self._configured = {service.id: service for service in settings.services}
        self._remembered = frozenset(reader.services())

    def __contains__(self, id_: str) -> bool:
        return id_ in self._configured or id_ in self._remembered

    def chosen(self, ids: Sequence[str]) -> list[str]:
        """These, each once; exits with 64 where there never was such a service."""
        unknown = [id_ for id_ in dict.fromkeys(ids) if id_ not in self]
        for id_ in unknown:
            hint = meant(id_, [*self._configured, *self._remembered])
            show.complain(f'there is no service "{plain(id_, 100)}", and there never was{hint}')
        if unknown:
            raise SystemExit(exits.USAGE)
        return list(dict.fromkeys(ids))

    def name(self, id_: str) -> str:
        """What the user calls it; its id where it is not in services.toml any more."""
        service = self._configured.get(id_)
        return plain(service.title if service is not None else id_, 60)

    def objective(self, id_: str) -> float | None:
        """Availability to reach over 30 days, in percent."""
        service = self._configured.get(id_)
        return service.objective if service is not None else None
