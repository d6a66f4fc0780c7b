"""When somebody is told: at once, with the hour, or in the morning in the publication's time zone."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from standfirst.discussion.models import Follower
from standfirst.kit import clock

DIGEST_AT = time(7)  # on the publication's clock: with the morning's mail


def at(delivery: str) -> datetime:
    """Return when a comment of this moment is told to somebody who chose ``delivery``."""
    now = clock.now()
    if delivery == Follower.Delivery.INSTANT:
        return now
    if delivery == Follower.Delivery.HOURLY:
        return now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    zone = timezone.get_default_timezone()
    today = now.astimezone(zone).date()
    mornings = (datetime.combine(today + timedelta(days=days), DIGEST_AT, tzinfo=zone) for days in (0, 1))
    return next(morning for morning in mornings if morning > now)
