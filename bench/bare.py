"""The least that an ASGI application can do: the same bytes, always."""

import os
from pathlib import Path
from typing import Any

BODY = Path(os.environ["BENCH_BODY"]).read_bytes()
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/html"), (b"content-length", str(len(BODY)).encode())],
}
END = {"type": "http.response.body", "body": BODY}


async def application(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer."""
    await send(START)
    await send(END)
