"""Hears what is really sent over a session bus."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Any, Self

from jeepney import DBusAddress, HeaderFields, Message, MessageType, new_method_call
from jeepney.wrappers import unwrap_msg

from tests.desktop.desk import SessionBus

MONITORING = "org.freedesktop.DBus.Monitoring"


class Eavesdropper:
    """Every call of one method on the bus, from the `with` on. What is not read yet waits in the socket."""

    def __init__(self, bus: SessionBus, member: str) -> None:
        self._bus = bus
        self._member = member
        self._heard: list[tuple[Any, ...]] = []

    def calls(self, count: int, within: float = 10.0) -> list[tuple[Any, ...]]:
        """The arguments of the first `count` calls."""
        deadline = time.monotonic() + within
        while len(self._heard) < count:
            self._take(self._connection.receive(timeout=max(0.0, deadline - time.monotonic())))
        return self._heard

    def _take(self, message: Message) -> None:
        is_call = message.header.message_type is MessageType.method_call
        if is_call and message.header.fields.get(HeaderFields.member) == self._member:
            self._heard.append(message.body)

    def __enter__(self) -> Self:
        self._connection = self._bus.connect()
        address = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", MONITORING)
        rule = [f"type='method_call',member='{self._member}'"]
        message = new_method_call(address, "BecomeMonitor", "asu", (rule, 0))
        unwrap_msg(self._connection.send_and_get_reply(message, timeout=5))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
