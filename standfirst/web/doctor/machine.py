"""The doctor's checks of the machine: folders, disk, keys, mail, the schedule."""

import shutil
import smtplib
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import mailers

from standfirst.kit.env import FILE_NAME
from standfirst.web import configuration
from standfirst.web.configuration import MIB, Configuration
from standfirst.web.doctor.findings import Finding, fail, ok, warn
from standfirst.web.processes import scheduler, start_record
from standfirst.web.processes.readiness import one_line

FREE_MIB_WARN = 1024
FREE_MIB_FAIL = 100  # below it, SQLite's log and a picture's upload may no longer fit


def settings_make_sense() -> Iterator[Finding]:
    """What is allowed but hardly meant."""
    config: Configuration = settings.STANDFIRST
    doubts = configuration.doubts(config)
    for doubt in doubts:
        name, _colon, rest = doubt.partition(": ")
        yield warn("settings", f"{name}: {rest}", f"Set it in {FILE_NAME} if that is not meant.")
    if not doubts:
        yield ok("settings", f"{config.mode} at {config.url}")


def folders() -> Iterator[Finding]:
    """Data and media can be written, and there is room."""
    for name, folder in (("data folder", Path(settings.DATA_FOLDER)), ("media folder", Path(settings.MEDIA_ROOT))):
        yield _folder(name, folder)
    free_mib = shutil.disk_usage(settings.DATA_FOLDER).free // MIB
    if free_mib < FREE_MIB_FAIL:
        yield fail("disk", f"{free_mib} MiB free", "Free some space now: soon nothing can be written any more.")
    elif free_mib < FREE_MIB_WARN:
        yield warn("disk", f"{free_mib} MiB free", "Free some space or move the data folder to a larger disk.")
    else:
        yield ok("disk", f"{free_mib // 1024} GiB free")


def _folder(name: str, folder: Path) -> Finding:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"standfirst doctor")
    except OSError as error:
        return fail(name, f"{folder}: {error.strerror}", "Make the folder belong to the user that runs the site.")
    return ok(name, f"{folder} can be written")


def secrets_are_private() -> Iterator[Finding]:
    """Keys and settings can be read by their owner only."""
    site = Path(settings.SITE_FOLDER)
    files = [*sorted(Path(settings.DATA_FOLDER).glob("*.txt")), site / FILE_NAME]
    open_files = [path for path in files if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077]
    for path in open_files:
        yield fail("secrets", f"others can read {path}", f"chmod 600 {path}")
    if not open_files:
        yield ok("secrets", "can be read by their owner only")


def static_files() -> Iterator[Finding]:
    """Style sheets and scripts are those of the installed version."""
    if start_record.static_is_recorded(settings.STANDFIRST):
        yield ok("static files", "are those of this version")
    else:
        yield warn("static files", "are missing or of another version", "standfirst migrate")


def mail() -> Iterator[Finding]:
    """The mail server answers and lets us in. Nothing is sent."""
    url = settings.STANDFIRST.mail_url
    if not url:
        yield ok("mail", f"is written to {settings.DATA_FOLDER / 'mail'}")
        return
    server = urlsplit(url).hostname
    try:
        mailer = mailers["default"]
        mailer.open()
        mailer.close()
    except (OSError, smtplib.SMTPException) as error:
        yield fail(
            "mail", f"{server}: {one_line(error)}", "Check STANDFIRST_MAIL_URL and that the server can be reached."
        )
    else:
        yield ok("mail", f"{server} lets us in")


def schedule() -> Iterator[Finding]:
    """What should have run by the clock has run, and went well."""
    runs = scheduler.read_runs(scheduler.file())
    advice = "See that standfirst serve runs and read its log."
    late = scheduler.overdue(scheduler.JOBS, runs)
    if late:
        yield warn("schedule", "overdue: " + ", ".join(late), advice)
    failing = [(job.name, runs[job.name].error) for job in scheduler.JOBS if job.name in runs and runs[job.name].error]
    for name, error in failing:
        yield fail("schedule", f"{name}: {error}", advice)
    if not late and not failing:
        yield ok("schedule", f"{len(scheduler.JOBS)} jobs run when they should")
