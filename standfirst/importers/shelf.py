"""The media folder: finding the file that an address of the old site meant, and never a file outside it."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from standfirst.importers.refusals import NotReadable

_UPLOADS = re.compile(r"(?:.*/)?(?:uploads|files)/(?:sites/\d+/)?(.+)")
_DATED = re.compile(r"(?:.*/)?((?:19|20)\d\d/\d\d/[^/]+)")


class Shelf:
    """A folder with the files that were uploaded to the old site, laid out as there. Refusals: NotReadable."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise NotReadable(path=folder.name or str(folder), reason="it is no folder")
        self._folder = folder.resolve()

    def find(self, *, url: str, file: str = "") -> Path | None:
        """Return the file named ``file`` in the export, or at ``url``; None if it is not in the folder."""
        for candidate in _candidates(unquote(urlsplit(url).path), file):
            found = self._inside(candidate)
            if found is not None:
                return found
        return None

    def _inside(self, relative: str) -> Path | None:
        if "\0" in relative or not relative.strip("/"):
            return None
        try:
            path = (self._folder / relative.lstrip("/")).resolve()
            # A link that leads out of the folder, or "..", ends elsewhere once it is resolved.
            return path if path.is_relative_to(self._folder) and path.is_file() else None
        except OSError:
            return None


def _candidates(path: str, file: str) -> list[str]:
    candidates = [file, path]
    for pattern in (_UPLOADS, _DATED):
        found = pattern.fullmatch(path)
        if found:
            candidates.append(found[1])
    candidates.append(path.rpartition("/")[2])
    return [candidate for candidate in dict.fromkeys(candidates) if candidate]
