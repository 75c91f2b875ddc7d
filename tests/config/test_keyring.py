"""Secrets against a real gnome-keyring: written, read, locked, stopped, missing."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from tests.config.conftest import Cellar
from tests.desktop.parts import Keyring
from trayapp.config.secrets import Secrets
from trayapp.core.keys import Reference, Text
from trayapp.probes.base import SecretUnavailable

TOKEN = Reference("secret", "token")
HERE = "https://example.com/login"
PLAINTEXT = """
from keyring.backend import KeyringBackend

class PlaintextKeyring(KeyringBackend):
    priority = 9
    kept = {}

    def get_password(self, service, username):
        return self.kept.get(username)

    def set_password(self, service, username, password):
        self.kept[username] = password
"""


def revealed(secrets: Secrets, text: Text, target: str) -> str:
    return asyncio.run(secrets.reveal(text, target))


def cause_of(secrets: Secrets) -> str:
    with pytest.raises(SecretUnavailable) as refused:
        revealed(secrets, TOKEN, HERE)
    return refused.value.cause


def test_a_secret_written_by_one_program_is_read_by_another(gnome_keyring: Keyring) -> None:
    Secrets("watchbell").set("token", "wörd\n2", HERE)
    assert revealed(Secrets("watchbell"), TOKEN, "https://example.com:443/other") == "wörd\n2"


def test_a_secret_goes_to_the_origin_it_was_saved_for_alone(gnome_keyring: Keyring) -> None:
    Secrets("watchbell").set("token", "word", HERE)
    with pytest.raises(SecretUnavailable, match=r"saved for https://example\.com and not for https://evil\.example"):
        revealed(Secrets("watchbell"), TOKEN, "https://evil.example/")


def test_a_secret_saved_for_nobody_is_bound_to_the_first_that_asks(gnome_keyring: Keyring) -> None:
    Secrets("watchbell").set("token", "word")
    assert revealed(Secrets("watchbell"), TOKEN, HERE) == "word"
    assert Secrets("watchbell").get("token").origins == ("https://example.com",)


def test_homes_do_not_share_secrets(gnome_keyring: Keyring) -> None:
    Secrets("watchbell").set("token", "word", HERE)
    assert cause_of(Secrets("watchbell /elsewhere")) == "config.secret_missing"


def test_a_deleted_secret_is_missing(gnome_keyring: Keyring) -> None:
    secrets = Secrets("watchbell")
    secrets.set("token", "word", HERE)
    secrets.delete("token")
    assert cause_of(secrets) == "config.secret_missing"
    with pytest.raises(SecretUnavailable, match='no secret "token"'):
        secrets.delete("token")


def test_a_locked_keyring_is_told_and_asks_once(gnome_keyring: Keyring) -> None:
    Secrets("watchbell").set("token", "word", HERE)
    gnome_keyring.lock()
    secrets = Secrets("watchbell")
    assert [cause_of(secrets) for _ in range(3)] == ["config.secret_locked"] * 3


def test_a_secret_read_before_is_there_while_the_keyring_is_locked_and_hangs(gnome_keyring: Keyring) -> None:
    secrets = Secrets("watchbell")
    secrets.set("token", "word", HERE)
    gnome_keyring.lock()
    gnome_keyring.pause()
    assert revealed(secrets, TOKEN, HERE) == "word"


def test_a_stopped_keyring_is_given_up_at_the_deadline_and_found_again_when_it_goes_on(
    gnome_keyring: Keyring,
) -> None:
    Secrets("watchbell").set("token", "word", HERE)
    secrets = Secrets("watchbell", deadline=0.5)
    gnome_keyring.pause()

    async def several() -> list[str | BaseException]:
        asked = (secrets.reveal(TOKEN, HERE) for _ in range(20))
        return await asyncio.gather(*asked, return_exceptions=True)

    began = time.monotonic()
    answers = asyncio.run(several())
    assert time.monotonic() - began < 5
    assert [answer.cause for answer in answers if isinstance(answer, SecretUnavailable)] == [
        "config.keyring_silent"
    ] * 20
    assert cause_of(secrets) == "config.keyring_silent", "and nobody waits for it meanwhile"
    gnome_keyring.resume()
    patient = time.monotonic() + 15
    while time.monotonic() < patient:
        try:
            assert revealed(secrets, TOKEN, HERE) == "word"
            break
        except SecretUnavailable:
            time.sleep(0.1)
    else:
        raise AssertionError("it went on, and was not asked again")


def test_a_keyring_that_starts_later_is_found(cellar: Cellar) -> None:
    secrets = Secrets("watchbell")
    assert cause_of(secrets) == "config.keyring_missing"
    with Keyring(cellar):
        secrets.set("token", "word", HERE)
        assert revealed(secrets, TOKEN, HERE) == "word"


def test_a_session_without_a_bus_has_no_keyring(cellar: Cellar, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
    assert cause_of(Secrets("watchbell")) == "config.keyring_missing"


@pytest.mark.parametrize("backend", ["fail.Keyring", "null.Keyring", "chainer.ChainerBackend"])
def test_a_backend_that_keeps_nothing_is_refused(
    backend: str, gnome_keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"keyring.backends.{backend}")
    with pytest.raises(SecretUnavailable, match="no keyring that keeps secrets safe"):
        Secrets("watchbell").set("token", "word", HERE)


def test_a_plaintext_backend_is_refused(
    gnome_keyring: Keyring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keyrings/alt").mkdir(parents=True)
    (tmp_path / "keyrings/alt/file.py").write_text(PLAINTEXT)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyrings.alt.file.PlaintextKeyring")
    with pytest.raises(SecretUnavailable, match="no keyring that keeps secrets safe"):
        Secrets("watchbell").set("token", "word", HERE)


def test_a_backend_that_cannot_be_loaded_is_told(gnome_keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "nowhere.Keyring")
    with pytest.raises(SecretUnavailable, match="the keyring failed: No module named 'nowhere'"):
        Secrets("watchbell").get("token")
