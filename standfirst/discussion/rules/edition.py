"""Which wording of policies and rules is the newest: a token that whoever reads a thread reads with it."""

import uuid
from datetime import UTC, datetime

from django.utils.dateparse import parse_datetime

from standfirst.discussion.models import Edition


def renew() -> None:
    """Say that policies or rules have changed. Inside the verb that changes them. Locks the one row."""
    Edition.objects.update_or_create(id=1, defaults={"token": uuid.uuid4().hex})


def now() -> str:
    """Return the token, "" if there are no policies and rules. One query."""
    return Edition.objects.filter(id=1).values_list("token", flat=True).first() or ""


def moment(raw: datetime | str | None) -> datetime | None:
    """Return a moment that was read with a thread and is no column of it: SQLite gives it as it is stored."""
    found = parse_datetime(raw) if isinstance(raw, str) else raw
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
