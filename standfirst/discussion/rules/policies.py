"""Policies: who may comment, what is checked first, how fast; the narrowest scope that says something wins.

The discussion knows no sections. A thread names the scopes that it belongs to, and ``web`` says
what they are called (``name_scopes``).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from standfirst.accounts.models import Account
from standfirst.delivery.changes import touch, verb
from standfirst.discussion.models import Policy, Thread
from standfirst.discussion.refusals import NotAModerator
from standfirst.discussion.rules import edition
from standfirst.discussion.rules.refusals import NoSuchScope, PolicyUnusable
from standfirst.kit import clock

SITE = "site"
POLICIES = "discussion.policies"  # the change key of what many threads share
MODERATE = "discussion.moderate"
LIMITS = {
    "closes_after_days": 3_650,
    "slow_seconds": 3_600,
    "cool_comments": 10_000,
    "cool_reports": 1_000,
}  # beyond these it is a slip of the pen
COOL_SLOW_SECONDS = 60  # between two comments of a person while a thread cools down

type ScopeNames = Callable[[], list[tuple[str, str]]]

_scopes: list[ScopeNames] = []


def name_scopes(provider: ScopeNames) -> ScopeNames:
    """Register a reader of the scopes between the site and its threads: key and name of each."""
    if provider not in _scopes:
        _scopes.append(provider)
    return provider


def named_scopes() -> list[tuple[str, str]]:
    """Return the site and whatever ``name_scopes`` registered, each with its name."""
    return [(SITE, _("The whole site")), *(each for provider in _scopes for each in provider())]


@dataclass(frozen=True, slots=True)
class Stance:
    """What the policy of one scope says; None for what it leaves to the wider one."""

    takes: str | None
    checks: str | None
    closes_after_days: int | None
    slow_seconds: int | None
    cool_comments: int | None
    cool_reports: int | None
    set_at: datetime

    @property
    def in_words(self) -> list[str]:
        """What it says, for moderators."""
        return stated(self)


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds in a thread at this moment.

    ``closed_since`` is None while it takes comments; ``next_change_at`` is when time alone will
    change the answer: pages that show it are true until then.
    """

    accounts_only: bool = False
    checks: str = Policy.Checks.NONE
    slow_seconds: int = 0
    closed_since: datetime | None = None
    closed_reason: str = ""
    closes_at: datetime | None = None
    cools_until: datetime | None = None
    cool_comments: int = 0
    cool_reports: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it takes comments."""
        return self.closed_since is None

    @property
    def next_change_at(self) -> datetime | None:
        """When the clock will change these terms."""
        coming = [moment for moment in (self.closes_at, self.cools_until) if moment is not None]
        return min(coming, default=None)

    @property
    def in_words(self) -> list[str]:
        """What readers have to know before they write."""
        return in_words(self)

    @property
    def looks_at_newcomers(self) -> bool:
        """Whether it matters that somebody has no published comment."""
        return self.checks == Policy.Checks.FIRST or self.cools_until is not None


OPEN = Terms()


def terms_of(thread: Thread, stances: Mapping[str, Stance]) -> Terms:
    """Return what holds in ``thread``, as ``threads.thread_of`` read it, under ``stances`` by scope."""
    now = clock.now()
    closed_at = edition.moment(thread.closed_at)
    cools_until = thread.cools_until if thread.cools_until and thread.cools_until > now else None
    if not stances and closed_at is None and cools_until is None:
        return OPEN
    said = [stances[scope] for scope in scopes_of(thread) if scope in stances]
    days = _narrowest(each.closes_after_days for each in said)
    end = thread.opened_at + timedelta(days=days) if days else None
    nobody = next((each for each in said if each.takes), None)
    closings = [moment for moment in (closed_at, end if end and end <= now else None) if moment]
    if nobody is not None and nobody.takes == Policy.Takes.NOBODY:
        closings.append(nobody.set_at)
    slow = _narrowest(each.slow_seconds for each in said) or 0
    return Terms(
        accounts_only=nobody is not None and nobody.takes == Policy.Takes.ACCOUNTS,
        checks=next((each.checks for each in said if each.checks), Policy.Checks.NONE),
        slow_seconds=max(slow, COOL_SLOW_SECONDS) if cools_until else slow,
        closed_since=min(closings, default=None),
        closed_reason=thread.closed_reason or "",
        closes_at=end if end and end > now and not closings else None,
        cools_until=cools_until,
        cool_comments=_narrowest(each.cool_comments for each in said) or 0,
        cool_reports=_narrowest(each.cool_reports for each in said) or 0,
    )


def scopes_of(thread: Thread) -> list[str]:
    """Return the scopes of ``thread``, the narrowest first."""
    return [thread.key, *thread.scopes.split(), SITE]


def in_words(terms: Terms) -> list[str]:
    """Return what readers have to know before they write, a sentence each. A closed thread says so elsewhere."""
    said: list[str] = []
    if not terms.is_open:
        return said
    if terms.cools_until is not None:
        said.append(
            _("This discussion is cooling down until %(time)s: what new guests write is checked first.")
            % {"time": _time(terms.cools_until)}
        )
    if terms.accounts_only:
        said.append(_("Only people with an account can comment here."))
    if terms.checks == Policy.Checks.ALL:
        said.append(_("Comments are checked before they appear."))
    elif terms.checks == Policy.Checks.FIRST:
        said.append(_("Your first comment is checked before it appears."))
    if terms.slow_seconds:
        said.append(_("Slow mode: %(pause)s between two comments of a person.") % {"pause": _pause(terms.slow_seconds)})
    if terms.closes_at is not None:
        said.append(_("Open for comments until %(time)s.") % {"time": _time(terms.closes_at)})
    return said


def stated(said: "Stance | Policy") -> list[str]:
    """Return what a policy says, in words for moderators."""
    words = [str(Policy.Takes(said.takes).label)] if said.takes else []
    words += [str(Policy.Checks(said.checks).label)] if said.checks else []
    numbers = [
        (said.closes_after_days, _("closes after %(n)d days"), _("never closes by itself")),
        (said.slow_seconds, _("slow mode of %(n)d seconds"), _("no slow mode")),
        (said.cool_comments, _("cools down at %(n)d comments"), _("no cool-down by comments")),
        (said.cool_reports, _("cools down at %(n)d reports"), _("no cool-down by reports")),
    ]
    words += [(some % {"n": number}) if number else none for number, some, none in numbers if number is not None]
    return words or [_("as the wider part of the site")]


def closed_in_words(terms: Terms) -> str:
    """Return since when a thread is closed and why; "" while it is open."""
    if terms.closed_since is None:
        return ""
    day = date_format(localtime(terms.closed_since), "DATE_FORMAT")
    return " ".join(filter(None, [_("Closed since %(day)s.") % {"day": day}, terms.closed_reason]))


def sign_in_url(terms: Terms, thread: Thread) -> str:
    """Return where one signs in and comes back to the discussion, "" where nobody has to."""
    if not terms.accounts_only:
        return ""
    return f"{reverse('account_login')}?{urlencode({'next': f'{thread.url}#comments'})}"


def stances_now() -> dict[str, Stance]:
    """Return what every policy says, by scope. One query."""
    return {row.scope: _stance(row) for row in Policy.objects.filter(replaced_at__isnull=True)}


@verb
def set_policy(
    *,
    scope: str,
    by: Account,
    takes: str = "",
    checks: str = "",
    closes_after_days: int | None = None,
    slow_seconds: int | None = None,
    cool_comments: int | None = None,
    cool_reports: int | None = None,
) -> Policy | None:
    """Replace the policy of ``scope``; what is "" or None is as the wider scope has it. None if nothing is said.

    Refusals: NotAModerator, NoSuchScope, PolicyUnusable. Locks the scope's row. Touches the thread, or POLICIES.
    """
    if not by.has_perm(MODERATE):
        raise NotAModerator
    thread = Thread.objects.filter(key=scope).first()
    if thread is None and scope not in dict(named_scopes()):
        raise NoSuchScope
    numbers = {
        "closes_after_days": closes_after_days,
        "slow_seconds": slow_seconds,
        "cool_comments": cool_comments,
        "cool_reports": cool_reports,
    }
    _check(takes, checks, numbers)
    now = clock.now()
    stands = Policy.objects.select_for_update().filter(scope=scope, replaced_at__isnull=True).first()
    wording = {"takes": takes, "checks": checks, **numbers}
    if stands is not None and all(getattr(stands, name) == value for name, value in wording.items()):
        return stands
    Policy.objects.filter(scope=scope, replaced_at__isnull=True).update(replaced_at=now)
    made = None
    if takes or checks or any(value is not None for value in numbers.values()):
        made = Policy.objects.create(scope=scope, set_at=now, set_by=by, **wording)
    edition.renew()
    touch(thread.change_key if thread else POLICIES)
    return made


def history(scope: str, *, limit: int = 20) -> list[Policy]:
    """Return the policies that ``scope`` has had, the newest first."""
    return list(Policy.objects.filter(scope=scope).select_related("set_by").order_by("-set_at", "-id")[:limit])


def _check(takes: str, checks: str, numbers: Mapping[str, int | None]) -> None:
    if takes and takes not in Policy.Takes.values:
        raise PolicyUnusable(what=_("Who may comment"))
    if checks and checks not in Policy.Checks.values:
        raise PolicyUnusable(what=_("What is checked first"))
    for name, value in numbers.items():
        if value is not None and not 0 <= value <= LIMITS[name]:
            raise PolicyUnusable(what=f"0 … {LIMITS[name]}")


def _stance(row: Policy) -> Stance:
    return Stance(
        takes=row.takes or None,
        checks=row.checks or None,
        closes_after_days=row.closes_after_days,
        slow_seconds=row.slow_seconds,
        cool_comments=row.cool_comments,
        cool_reports=row.cool_reports,
        set_at=row.set_at,
    )


def _narrowest(values: Iterable[int | None]) -> int | None:
    return next((value for value in values if value is not None), None)


def _time(moment: datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")


def _pause(seconds: int) -> str:
    if seconds % 60:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    return ngettext("%(n)d minute", "%(n)d minutes", seconds // 60) % {"n": seconds // 60}
