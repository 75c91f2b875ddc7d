"""Secrets with keyrings that misbehave as no real one does on demand, and strings in variables and files."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from trayapp.config.lane import Lane
from trayapp.config.origins import Kept, origin_of
from trayapp.config.secrets import Secrets
from trayapp.core.keys import Reference, Text
from trayapp.probes.base import SecretUnavailable

TOKEN = Reference("secret", "token")
HERE = "https://example.com/"


class Drawer:
    """Keeps texts in a dictionary. `held` makes every visit wait."""

    def __init__(self, **texts: str) -> None:
        self.texts = dict(texts)
        self.visits: list[str] = []
        self.threads: set[str] = set()
        self.asking = False
        self.held = threading.Event()
        self.held.set()

    def get(self, name: str) -> str | None:
        self.visits.append(name)
        self.threads.add(threading.current_thread().name)
        self.held.wait(30)
        return self.texts.get(name)

    def set(self, name: str, text: str) -> None:
        self.held.wait(30)
        self.texts[name] = text

    def delete(self, name: str) -> None:
        del self.texts[name]


def secrets(drawer: Drawer | None = None, **options: object) -> Secrets:
    return Secrets("tests", keeper=drawer or Drawer(), **{"deadline": 0.3, **options})  # type: ignore[arg-type]


def revealed(known: Secrets, text: Text, target: str) -> str:
    return asyncio.run(known.reveal(text, target))


def refused(reveal: Callable[[], object]) -> SecretUnavailable:
    with pytest.raises(SecretUnavailable) as error:
        reveal()
    return error.value


def test_text_is_itself_and_asks_nobody() -> None:
    drawer = Drawer()
    assert asyncio.run(secrets(drawer).reveal("plain", HERE)) == "plain"
    assert revealed(secrets(drawer), "plain", HERE) == "plain"
    assert drawer.visits == []


def test_a_secret_is_asked_for_once_and_remembered() -> None:
    drawer = Drawer(token=Kept("word", ("https://example.com",)).written())
    known = secrets(drawer)

    async def twenty() -> list[str]:
        return await asyncio.gather(*(known.reveal(TOKEN, HERE) for _ in range(20)))

    assert asyncio.run(twenty()) == ["word"] * 20
    assert revealed(known, TOKEN, HERE) == "word"
    assert (drawer.visits, drawer.threads) == (["token"], {"keyring"})
    known.forget()
    revealed(known, TOKEN, HERE)
    assert drawer.visits == ["token"] * 2


def test_a_probe_gets_secrets_for_its_own_target_alone() -> None:
    known = secrets(Drawer(token=Kept("word", ("https://example.com",)).written()))
    assert asyncio.run(known.reveal_for("https://example.com/a")(TOKEN)) == "word"
    error = refused(lambda: asyncio.run(known.reveal_for("http://example.com/")(TOKEN)))
    assert error.cause == "config.secret_origin"
    assert error.message == (
        'the secret "token" was saved for https://example.com and not for http://example.com; '
        "if it may be sent there too, save it again: watchbell secret set token"
    )


def test_a_secret_may_be_for_several_targets() -> None:
    known = secrets()
    known.set("token", "word", "https://a/x", "https://b:8443/", "https://a:443/y")
    assert known.get("token") == Kept("word", ("https://a", "https://b:8443"))
    assert revealed(known, TOKEN, "https://b:8443/z") == "word"


def test_a_new_value_replaces_the_old_one_at_once() -> None:
    drawer = Drawer()
    known = secrets(drawer)
    asyncio.run(known.keep("token", "old", HERE))
    assert revealed(known, TOKEN, HERE) == "old"
    asyncio.run(known.keep("token", "new", HERE))
    assert (revealed(known, TOKEN, HERE), drawer.visits) == ("new", [])


@pytest.mark.parametrize("text", ["word", "5", '{"a": 1}', '["value"]', "null", '{"value": "x"}'])
def test_what_another_program_put_there_is_a_value_as_it_is(text: str) -> None:
    assert revealed(secrets(Drawer(token=text)), TOKEN, HERE) == text


def test_a_missing_secret_names_the_command_that_adds_it() -> None:
    error = refused(lambda: revealed(secrets(), TOKEN, HERE))
    assert error.cause == "config.secret_missing"
    assert error.message == 'there is no secret "token" in the keyring; add it: watchbell secret set token'


def test_values_are_told_once_so_that_logs_can_hide_them() -> None:
    told: list[str] = []
    drawer = Drawer(token=Kept("word", ("https://example.com",)).written())
    known = secrets(drawer, revealed=told.append, environ={"X": "variable"})
    for _ in range(2):
        revealed(known, TOKEN, HERE)
        revealed(known, Reference("env", "X"), HERE)
    assert told == ["word", "variable"]
    assert "word" not in repr(known.get("token"))


@pytest.mark.parametrize("name", ["", "a b", "../x", "ä", "x" * 101])
def test_names_are_plain_words(name: str) -> None:
    with pytest.raises(ValueError, match="a secret's name has"):
        secrets().set(name, "word", HERE)


@pytest.mark.parametrize("value", ["", "x" * 70_000])
def test_a_value_is_neither_empty_nor_endless(value: str) -> None:
    with pytest.raises(ValueError, match="at least one character and at most 64 KiB"):
        asyncio.run(secrets().keep("token", value, HERE))


def test_while_the_user_is_asked_for_the_password_the_keyring_is_locked() -> None:
    drawer = Drawer()
    drawer.asking = True
    drawer.held.clear()
    assert refused(lambda: revealed(secrets(drawer), TOKEN, HERE)).cause == "config.secret_locked"
    drawer.held.set()


def test_what_nobody_waits_for_any_more_is_not_asked() -> None:
    drawer = Drawer(token="word", other="x", last="y")
    known = secrets(drawer)
    drawer.held.clear()
    for name in ("token", "other", "other"):
        assert (
            refused(lambda name=name: revealed(known, Reference("secret", name), HERE)).cause == "config.keyring_silent"
        )
    drawer.held.set()
    until = time.monotonic() + 10
    while known._keyring.held_for and time.monotonic() < until:
        time.sleep(0.01)
    assert revealed(known, Reference("secret", "last"), HERE) == "y"
    assert drawer.visits == ["token", "last"]


def test_a_check_may_have_less_patience() -> None:
    drawer = Drawer(token="word")
    drawer.held.clear()
    began = time.monotonic()
    reveal = secrets(drawer, deadline=30.0).reveal_for(HERE, within=0.1)
    assert refused(lambda: asyncio.run(reveal(TOKEN))).cause == "config.keyring_silent"
    assert time.monotonic() - began < 10
    drawer.held.set()


def test_a_cancelled_check_leaves_the_keyring_to_others() -> None:
    drawer = Drawer(token="word")
    known = secrets(drawer, deadline=30.0)

    async def cancelled() -> None:
        drawer.held.clear()
        asking = asyncio.ensure_future(known.reveal(TOKEN, HERE))
        await asyncio.sleep(0.05)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    asyncio.run(cancelled())
    drawer.held.set()
    assert revealed(known, TOKEN, HERE) == "word"


def test_files_and_variables_are_there_while_the_keyring_hangs(tmp_path: Path) -> None:
    drawer = Drawer()
    known = secrets(drawer, environ={"X": "variable"}, folder=tmp_path)
    (tmp_path / "token").write_text("file\n")
    (tmp_path / "token").chmod(0o600)
    drawer.held.clear()
    refused(lambda: revealed(known, TOKEN, HERE))
    assert revealed(known, Reference("env", "X"), HERE) == "variable"
    assert revealed(known, Reference("file", "token"), HERE) == "file"
    drawer.held.set()


def file_refused(path: Path) -> SecretUnavailable:
    return refused(lambda: revealed(secrets(), Reference("file", str(path)), HERE))


def test_a_variable_that_is_not_set_is_missing() -> None:
    error = refused(lambda: revealed(secrets(environ={}), Reference("env", "X"), HERE))
    assert (error.cause, error.message) == ("config.secret_missing", "the environment variable X is not set")


def test_a_file_is_read_anew_each_time(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.touch(0o600)
    known = secrets()
    for word in ("first", "second"):
        path.write_text(word + "\r\n")
        assert revealed(known, Reference("file", str(path)), HERE) == word


def test_a_file_that_others_may_read_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.write_text("word")
    path.chmod(0o640)
    error = file_refused(path)
    assert (error.cause, error.message) == (
        "config.secret_unsafe",
        f"others may read {path}; keep it to yourself: chmod 600 {path}",
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "token"
    path.touch(0o600)
    os.chown(path, 12345, 12345)
    assert "belongs to another user" in file_refused(path).message


def test_a_file_that_is_missing_large_no_text_or_no_file_is_refused(tmp_path: Path) -> None:
    assert "cannot be read: No such file" in file_refused(tmp_path / "missing").message
    large, binary = tmp_path / "large", tmp_path / "binary"
    for path, content in ((large, b"x" * 70_000), (binary, b"\xff")):
        path.touch(0o600)
        path.write_bytes(content)
    assert "larger than 64 KiB" in file_refused(large).message
    assert "not UTF-8" in file_refused(binary).message
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert "it is not a file" in file_refused(tmp_path / "pipe").message
    assert "it is not a file" in file_refused(tmp_path).message
    assert "not a path" in refused(lambda: revealed(secrets(), Reference("file", "a\0b"), HERE)).message


@pytest.mark.parametrize(
    ("target", "origin"),
    [
        ("https://Example.com/login?x", "https://example.com"),
        ("https://example.com:443", "https://example.com"),
        ("http://example.com:443", "http://example.com:443"),
        ("https://bob@example.com:8443/", "https://example.com:8443"),
        ("http://[::1]:80/", "http://[::1]"),
        ("example.com:22", "example.com:22"),
        ("https://example.com", "https://example.com"),
    ],
)
def test_an_origin_is_scheme_host_and_port(target: str, origin: str) -> None:
    assert origin_of(target) == origin
    assert origin_of(origin) == origin


def test_work_in_a_lane_raises_to_whoever_asked_and_the_lane_goes_on() -> None:
    lane = Lane("tests")
    assert isinstance(lane.submit(lambda: 1 // 0).exception(5), ZeroDivisionError)
    assert lane.submit(lambda: threading.current_thread().daemon).result(5) is True
    assert lane.held_for < 5
