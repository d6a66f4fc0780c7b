"""The check-up of a site: what is well, what is doubtful, what is broken, and what to do.

A check yields findings. It never raises for a site that is ill: saying so is what it is for.
"""

from collections.abc import Callable, Iterator

from django.db import Error as DatabaseError

from standfirst.web.doctor import database as doctor_database
from standfirst.web.doctor import machine as doctor_machine
from standfirst.web.doctor.findings import Finding, Grade, fail
from standfirst.web.processes.readiness import one_line

type Check = Callable[[], Iterator[Finding]]

MACHINE: tuple[Check, ...] = (
    doctor_machine.settings_make_sense,
    doctor_machine.folders,
    doctor_machine.secrets_are_private,
    doctor_machine.static_files,
    doctor_machine.mail,
)
# These mean nothing where the database itself is not well.
IN_DATABASE: tuple[Check, ...] = (
    doctor_database.queue,
    doctor_database.scheduled_stories,
    doctor_database.followers,
    doctor_database.letters,
    doctor_database.same_time,
    doctor_machine.schedule,
)


def examine() -> list[Finding]:
    """Return what all checks found, the database first."""
    findings = _made(doctor_database.database)
    healthy = all(finding.grade is Grade.OK for finding in findings)
    for check in (*MACHINE, *(IN_DATABASE if healthy else ())):
        findings += _made(check)
    return findings


def _made(check: Check) -> list[Finding]:
    try:
        return list(check())
    except (DatabaseError, OSError) as error:
        return [fail(check.__name__.replace("_", " "), one_line(error), "Nothing more could be seen of it.")]
