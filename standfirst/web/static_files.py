"""The static files, collected into the data folder under names that carry their hash.

A stamp says from which files they were collected, so that a start after an upgrade
collects anew and any other start only looks.
"""

import hashlib
from importlib.metadata import version
from pathlib import Path

from django.conf import settings
from django.core.management import call_command

from standfirst import web

# Their files change only with their version; ours also while somebody works on them.
DISTRIBUTIONS = ("standfirst", "django", "wagtail", "servestatic")
PACKAGE = Path(web.__file__).resolve().parent.parent


def ensure_collected() -> bool:
    """Collect the static files if they are not those of the installed version. Return whether it was needed."""
    wanted = fingerprint()
    if _stamp().is_file() and _stamp().read_text(encoding="utf-8") == wanted and present():
        return False
    call_command("collectstatic", interactive=False, verbosity=0)
    _stamp().write_text(wanted, encoding="utf-8")
    return True


def present() -> bool:
    """Say whether static files were collected at all."""
    return (Path(settings.STATIC_ROOT) / "staticfiles.json").is_file()


def current() -> bool:
    """Say whether the collected files are those of the installed version."""
    return present() and _stamp().is_file() and _stamp().read_text(encoding="utf-8") == fingerprint()


def fingerprint() -> str:
    """Return a digest of what would be collected, from versions, names, sizes and times of change."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in DISTRIBUTIONS]).encode())
    for folder in sorted(PACKAGE.glob("*/static")):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                seen = path.stat()
                digest.update(f"{path.relative_to(PACKAGE)} {seen.st_size} {seen.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _stamp() -> Path:
    return Path(settings.STATIC_ROOT).with_suffix(".stamp")


