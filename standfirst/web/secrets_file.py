"""Secrets that the site makes for itself on its first start, readable by its owner only."""

import os
import secrets
from pathlib import Path

BITS = 384


def secret(folder: Path, name: str) -> str:
    """Return the secret ``name`` kept in ``folder``, made now if there is none.

    Two processes that start at once agree: the file appears complete, and only once.
    """
    path = folder / f"{name}.txt"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{name}.{os.getpid()}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(BITS // 8))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text(encoding="utf-8").strip()
