"""A notification daemon of few means, run as a program: its arguments are its capabilities.

It shows nothing. If it has "actions", somebody presses the last action of each notification at once:
the answer, an activation token and the click leave in one write.
"""

from __future__ import annotations

import sys

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    message_bus,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.Notifications"
ITSELF = DBusAddress("/org/freedesktop/Notifications", interface=NAME)


def answers(call: Message, capabilities: list[str]) -> list[Message]:
    if call.header.fields[HeaderFields.member] == "GetCapabilities":
        return [new_method_return(call, "as", (capabilities,))]
    shown = [new_method_return(call, "u", (7,))]
    if "actions" in capabilities:
        shown.append(new_signal(ITSELF, "ActivationToken", "us", (7, "token of this click")))
        shown.append(new_signal(ITSELF, "ActionInvoked", "us", (7, call.body[5][-2])))
    return shown


def main() -> None:
    connection = open_dbus_connection()
    connection.send_and_get_reply(message_bus.RequestName(NAME))
    while True:
        message = connection.receive()
        if message.header.message_type is MessageType.method_call:
            parts = [each.serialise(next(connection.outgoing_serial)) for each in answers(message, sys.argv[1:])]
            connection.sock.sendall(b"".join(parts))


if __name__ == "__main__":
    main()
