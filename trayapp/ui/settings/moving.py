"""A password that somebody typed into an address, on its way out of it and into the keyring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from trayapp.config.credentials import Credentials, credentials_in, secret_name
from trayapp.ui.settings.tables import Table


@dataclass(frozen=True, slots=True)
class Password:
    """Where it stands in a service's table, and what it is."""

    service: str
    kind: str
    key: str
    credentials: Credentials = field(repr=False)

    @property
    def path(self) -> str:
        return f"{self.kind}.{self.key}"

    @property
    def secret(self) -> str:
        """The name it gets in the keyring."""
        return secret_name(self.service)

    def moved_out(self, table: Table) -> dict[str, Any]:
        """The table with the bare address, and the keyring's secret sent as a header in its place."""
        own = dict(table[self.kind])
        own[self.key] = self.credentials.url
        own["headers"] = {**own.get("headers", {}), "Authorization": {"secret": self.secret}}
        return {**table, self.kind: own}


def password_in(service: str, table: Table) -> Password | None:
    """The first address in the table that has a password in it."""
    for kind, own in table.items():
        for key, value in own.items() if isinstance(own, Mapping) else ():
            found = credentials_in(value) if isinstance(value, str) else None
            if found is not None:
                return Password(service, kind, key, found)
    return None
