"""Static files and pictures, served beside the application."""

from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from servestatic import ServeStaticASGI

from standfirst.delivery.backend import Scope
from standfirst.delivery.passing import Receive, Send

STATIC = "/static/"
PICTURES = "/media/images/"  # renditions; the originals beside them keep their metadata and are not served
YEAR_SECONDS = 365 * 24 * 3600
_SANDBOX = "default-src 'none'; sandbox"


class Files:
    """Serves ``/static/`` and the pictures' renditions, and passes on everything else.

    A file's name changes with its content in both places, so a browser may keep it for good.
    """

    def __init__(self, application: Any, *, static_root: Path, media_root: Path) -> None:
        self.application = application
        Path(static_root).mkdir(parents=True, exist_ok=True)
        self.static = ServeStaticASGI(None, root=static_root, prefix=STATIC, max_age=3600, allow_all_origins=False)
        self.pictures = ServeStaticASGI(
            None,
            root=Path(media_root) / "images",
            prefix=PICTURES,
            autorefresh=True,
            max_age=YEAR_SECONDS,
            allow_all_origins=False,
            add_headers_function=_as_uploaded,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a file, or let the application answer."""
        path = scope.get("path", "")
        if path.startswith(STATIC):
            await self.static(scope, receive, send)
        elif path.startswith(PICTURES):
            await self.pictures(scope, receive, send)
        else:
            await self.application(scope, receive, send)


def _as_uploaded(headers: Headers, _path: str, _url: str) -> None:
    """Keep a browser from running an upload, whatever it holds."""
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Content-Security-Policy"] = _SANDBOX
