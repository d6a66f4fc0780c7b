"""The static files, collected into the data folder under names that carry their hash, and compressed there."""

import hashlib
import shutil
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from django.core.management import call_command
from servestatic.storage import CompressedManifestStaticFilesStorage, get_compressor_kwargs

from standfirst.web.bundles import BUNDLES, bundled
from standfirst.web.processes import start_record

COMPRESSED = (".br", ".gz", ".zstd")


def ensure_collected() -> bool:
    """Collect the static files if they are not those of the installed version. Return whether it was needed."""
    if start_record.static_is_recorded(settings.STANDFIRST):
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    return True


def _text(storage: Storage, path: str) -> str:
    with storage.open(path) as file:
        return str(file.read().decode())


class CompressedOnce(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # it ships no types
    """Compresses the same bytes once, though they lie there under two names, and never again at an upgrade.

    What lies beside a name with a hash in it was made of these bytes, as the name stands for them.
    """

    def post_process(self, paths: dict[str, tuple[Storage, str]], **options: Any) -> Iterator[Any]:
        """Put the scripts of a page into one file before it is named and compressed. Refusals: NotBundled."""
        made = InMemoryStorage()
        for name in BUNDLES:
            if name in paths and not options.get("dry_run"):
                script = bundled(name, lambda part: _text(*paths[part]))
                paths[name] = (made, made.save(name, ContentFile(script)))
        yield from super().post_process(paths, **options)

    def compress_files(self, paths: set[str]) -> Iterator[tuple[str, str]]:
        """Yield each name with the name of a compressed file beside it."""
        self.compressor = self.create_compressor(**get_compressor_kwargs(quiet=True))
        hashed = set(self.hashed_files.values())
        worth_it = [name for name in paths if self.compressor.should_compress(name)]
        with ThreadPoolExecutor() as executor:
            for made in executor.map(lambda names: self._compressed(names, hashed), self._alike(worth_it)):
                yield from made

    def _alike(self, names: Iterable[str]) -> list[list[str]]:
        """Return the names in groups that stand for the same bytes."""
        digests = {name: hashlib.sha256(Path(self.path(name)).read_bytes()).digest() for name in names}
        return [
            list(group) for _digest, group in groupby(sorted(digests, key=digests.__getitem__), digests.__getitem__)
        ]

    def _compressed(self, names: list[str], hashed: set[str]) -> list[tuple[str, str]]:
        lasting = [name for name in names if name in hashed]
        source = next((name for name in lasting if self._beside(name)), None)
        if source is None:
            source = (lasting or names)[0]
            self._remove(source)
            self.compressor.compress(self.path(source))
        endings = self._beside(source)
        for name in names:
            if name != source:
                self._remove(name)
                for ending in endings:
                    shutil.copy2(self.path(source) + ending, self.path(name) + ending)
        return [(name, name + ending) for name in names for ending in endings]

    def _beside(self, name: str) -> list[str]:
        return [ending for ending in COMPRESSED if Path(self.path(name) + ending).exists()]

    def _remove(self, name: str) -> None:
        """Remove what an earlier version of the file left beside it."""
        for ending in self._beside(name):
            Path(self.path(name) + ending).unlink()
