"""The connection to the session bus where nobody is left to hear what it says."""

from __future__ import annotations

import asyncio
import gc
import socket
import sys
from typing import Any

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="session buses are reached through Unix sockets")


def test_an_answer_that_nobody_waits_for_any_more_is_no_fault_of_ours() -> None:
    from jeepney.io.asyncio import DBusConnection

    from trayapp.alerts.sessionbus import BUS, SessionBus

    async def lose_a_call() -> None:
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        bus = SessionBus(DBusConnection(reader, writer), lambda *signal: None)
        bus.call(BUS, "Hello")
        theirs.close()
        await bus.until_closed()

    async def heard() -> list[dict[str, Any]]:
        complaints: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
        await lose_a_call()
        gc.collect()
        return complaints

    assert asyncio.run(heard()) == []
