"""A password that was typed as part of an address, held for the checks of this command and kept nowhere."""

from __future__ import annotations

from trayapp.config.origins import Kept, origin_of
from trayapp.config.places import Places
from trayapp.config.proposal import Proposal
from trayapp.config.secrets import Secrets
from trayapp.config.vault import Vault


def secrets_with(places: Places, proposal: Proposal) -> Secrets:
    """Secrets in which those of the address are there, without the keyring having been asked for them."""
    return Secrets(places.keyring_service, folder=places.config, keeper=_InHand(places, proposal))


class _InHand(Vault):
    """The keyring, but for the one secret that is in hand."""

    def __init__(self, places: Places, proposal: Proposal) -> None:
        super().__init__(places.keyring_service)
        self._proposal = proposal

    def get(self, name: str) -> str | None:
        if not name or name != self._proposal.secret:
            return super().get(name)
        return Kept(self._proposal.secret_value, (origin_of(self._proposal.service.probe.target),)).written()
