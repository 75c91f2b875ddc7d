"""One conversation at the door: a line of JSON asks, lines of JSON answer. Hostile input is answered by an error."""

from __future__ import annotations

import asyncio
import hmac
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

Answer: TypeAlias = Callable[[dict[str, Any]], Awaitable[dict[str, Any]] | AsyncIterator[dict[str, Any]]]
"""Takes a request and gives one reply, or many one by one. A ValueError's text is the reply to a wrong request."""

LONGEST_REQUEST = 65_536
"""Bytes of one line."""

FIRST_LINE_WITHIN = 10.0
"""Seconds until somebody who connects must have asked something."""

_logger = logging.getLogger(__name__)


async def converse(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer, token: str | None
) -> None:
    """Hear one request, tell its replies. OSError (TimeoutError too): the other side is gone or silent."""
    try:
        request = await _read(reader, token)
    except ValueError as error:
        await _tell(writer, {"error": str(error)})
    else:
        await _answer(request, answer, reader, writer)


async def _read(reader: asyncio.StreamReader, token: str | None) -> dict[str, Any]:
    async with asyncio.timeout(FIRST_LINE_WITHIN):
        try:
            line = await reader.readuntil()
        except asyncio.IncompleteReadError as error:
            line = error.partial
        except asyncio.LimitOverrunError as error:
            raise ValueError(f"a request has at most {LONGEST_REQUEST} bytes") from error
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"a request is one line of JSON: {error}") from error
    if not isinstance(request, dict):
        raise ValueError("a request is a JSON object")
    if token is not None:  # without one the word is free: the desktop's activation token goes by it too
        shown = request.pop("token", "")
        if not (isinstance(shown, str) and hmac.compare_digest(shown.encode(), token.encode())):
            raise ValueError("a request must show the token")
    return request


async def _answer(
    request: dict[str, Any], answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        replies = answer(request)
        if isinstance(replies, AsyncIterator):
            await _tell_all(replies, reader, writer)
        else:
            await _tell(writer, await replies)
    except ValueError as error:
        await _tell(writer, {"error": str(error)})
    except ConnectionError:
        raise
    except Exception:
        _logger.exception("the answer to a request failed")
        await _tell(writer, {"error": "Watchbell has a problem with this request. The log has the details."})


async def _tell_all(
    replies: AsyncIterator[dict[str, Any]], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Every reply, until there are no more or the other side hangs up, which only reading tells."""

    async def tell() -> None:
        try:
            async for reply in replies:
                await _tell(writer, reply)
        finally:
            if isinstance(replies, AsyncGenerator):
                await replies.aclose()  # now, and not when it is collected

    telling, gone = asyncio.create_task(tell()), asyncio.create_task(_hung_up(reader))
    try:
        await asyncio.wait((telling, gone), return_when=asyncio.FIRST_COMPLETED)
        if telling.done():
            telling.result()
    finally:
        telling.cancel()
        gone.cancel()
        await asyncio.gather(telling, gone, return_exceptions=True)


async def _hung_up(reader: asyncio.StreamReader) -> None:
    while await reader.read(LONGEST_REQUEST):
        pass  # nothing more is expected of it


async def _tell(writer: asyncio.StreamWriter, reply: dict[str, Any]) -> None:
    writer.write(json.dumps(reply, separators=(",", ":")).encode() + b"\n")
    await writer.drain()
