"""The least that an ASGI application can do: the same answer, always."""

import json
import os
from pathlib import Path
from typing import Any

BODY = Path(os.environ["BENCH_BODY"]).read_bytes()
HEADERS = [(name.encode(), value.encode()) for name, value in json.loads(os.environ["BENCH_HEADERS"])]
START = {"type": "http.response.start", "status": 200, "headers": HEADERS}
END = {"type": "http.response.body", "body": BODY}


async def application(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer."""
    await send(START)
    await send(END)
