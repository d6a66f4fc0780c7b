"""Yearly statements: what a supporter gave in a fiscal year, frozen when it is asked for the first time.

The first copy is the statement; every later one says that it is a copy. What is refunded
afterwards does not change it: the supporter's page and a copy's note say so.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from django.db.models import Max, Q, QuerySet
from django.utils.translation import get_language_bidi, gettext
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import verb
from standfirst.funding import periods
from standfirst.funding.models import Dispute, Donor, Payment, Refund, YearStatement
from standfirst.funding.providers import registry
from standfirst.funding.supporters import letterhead, numbers, papers, receipts
from standfirst.funding.supporters.papers import Paper
from standfirst.kit import clock
from standfirst.kit.errors import Refusal
from standfirst.kit.locale import current_locale
from standfirst.kit.money import Money

LINES_MAX = 2_000  # payments on one statement; five a day, all year


class YearNotOver(Refusal):
    """A statement is about a whole year."""

    code = "funding.year_not_over"
    status = 409
    message = _("The statement of a year can be had once the year is over. Your receipts can be had at any time.")


class NothingGiven(Refusal):
    """Nothing was given in that year, or all of it stands on a statement already."""

    code = "funding.nothing_given"
    status = 404
    message = _("No gift of yours was received in that year.")


@dataclass(frozen=True, slots=True)
class Year:
    """A fiscal year of a supporter. ``statement`` is None until one is asked for; ``over``: whether one can be."""

    first_day: date
    last_day: date
    over: bool
    given: tuple[Money, ...]
    statement: YearStatement | None

    @property
    def name(self) -> str:
        """The year as people say it: 2026, or 2026/27 if it begins in another month than January."""
        return year_name(self.first_day)

    @property
    def given_text(self) -> str:
        """What was given, with the covered fees and less what went back, in each currency, as people write it."""
        return " + ".join(amount.show(current_locale()) for amount in self.given)


@verb
def issue(*, donor: Donor, first_day: date) -> tuple[YearStatement, bool]:
    """Return the statement of the fiscal year that begins on ``first_day``, and whether it was issued just now.

    Refusals: YearNotOver, NothingGiven. Holds the numbers of the mode and year until the commit.
    """
    if first_day.day != 1:
        raise NothingGiven
    mode = registry.mode()
    numbers.hold(f"statement:{mode}:{first_day}")
    found = YearStatement.objects.filter(donor=donor, mode=mode, first_day=first_day).first()
    if found is not None:
        return found, False
    if first_day.year > clock.local_date(letterhead.zone()).year or not _is_over(first_day):
        raise YearNotOver
    begins = (first_day.month, first_day.day) == (letterhead.current().fiscal_first_month, 1)
    lines = _lines(donor, first_day) if begins and first_day >= periods.EARLIEST else []
    if not lines:
        raise NothingGiven
    last = YearStatement.objects.filter(mode=mode, first_day=first_day).aggregate(last=Max("number"))["last"] or 0
    totals = {"lines": lines, "sums": _sums(lines)}
    made = YearStatement.objects.create(
        donor=donor, mode=mode, first_day=first_day, number=last + 1, totals=totals, issued_at=clock.now()
    )
    return made, True


def years_of(donor: Donor) -> list[Year]:
    """Return the fiscal years in which ``donor`` gave, the newest first. Reads only."""
    first_month = letterhead.current().fiscal_first_month
    sums: dict[date, dict[str, int]] = {}
    for payment in payments_of(donor):
        of_year = sums.setdefault(letterhead.fiscal_year_of(payment.paid_at, first_month), {})
        left = payment.charged.minor - _back_minor(payment)
        of_year[payment.currency] = of_year.get(payment.currency, 0) + left
    issued = {each.first_day: each for each in YearStatement.objects.filter(donor=donor, mode=registry.mode())}
    return [
        Year(
            first_day=first_day,
            last_day=letterhead.fiscal_year_after(first_day) - timedelta(days=1),
            over=_is_over(first_day),
            given=tuple(Money(minor, currency) for currency, minor in sorted(sums.get(first_day, {}).items())),
            statement=issued.get(first_day),
        )
        for first_day in sorted({*sums, *issued}, reverse=True)
    ]


def payments_of(donor: Donor) -> QuerySet[Payment]:
    """Return what ``donor`` has paid in the mode of this site, the newest first."""
    found = Payment.objects.filter(gift__donor=donor, mode=registry.mode()).select_related("gift__campaign", "receipt")
    return found.prefetch_related("refunds", "disputes").order_by("-paid_at", "-id")


def pdf(statement: YearStatement, *, copy: bool) -> bytes:
    """Return the statement as a PDF, marked if it is a copy. Not to be called inside a transaction."""
    return papers.draw(paper(statement, copy=copy))


def file_name(statement: YearStatement) -> str:
    """Return the name of the statement's file."""
    return f"statement-{year_name(statement.first_day).replace('/', '-')}-{statement.number:05d}.pdf"


def year_name(first_day: date) -> str:
    """Return a fiscal year as people say it."""
    return str(first_day.year) if first_day.month == 1 else f"{first_day.year}/{(first_day.year + 1) % 100:02d}"


def paper(statement: YearStatement, *, copy: bool) -> Paper:
    """Return what the statement says: the payments and sums as they stood when it was issued."""
    last_day = letterhead.fiscal_year_after(statement.first_day) - timedelta(days=1)
    lines = statement.totals["lines"]
    stamps = [gettext("Copy") if copy else "", receipts.rehearsal_stamp(statement.mode)]
    heading = (
        gettext("Day"),
        gettext("Receipt"),
        gettext("For"),
        gettext("Gift"),
        gettext("Fees covered"),
        gettext("Sent back"),
    )
    sums = [
        (
            gettext("Given in %(currency)s, less what went back") % {"currency": currency},
            Money(minor, currency).show(current_locale()),
        )
        for currency, minor in statement.totals["sums"].items()
    ]
    issued = gettext("Issued on %(day)s.") % {
        "day": format_date(statement.issued_at.astimezone(letterhead.zone()), "long", locale=current_locale())
    }
    return Paper(
        letterhead=letterhead.current(),
        title=gettext("Statement of gifts %(year)s") % {"year": year_name(statement.first_day)},
        issued_at=statement.issued_at,
        rows=(
            (gettext("Number"), f"{statement.first_day:%Y}-{statement.number:05d}"),
            (gettext("Given by"), statement.donor.name or statement.donor.email or gettext("A reader")),
            (gettext("From"), format_date(statement.first_day, "long", locale=current_locale())),
            (gettext("To"), format_date(last_day, "long", locale=current_locale())),
            *sums,
        ),
        stamp=" · ".join(stamp for stamp in stamps if stamp),
        table=(heading, *(_cells(line) for line in lines)),
        notes=(issued, gettext("What was sent back after that day is not on this statement.")),
        right_to_left=get_language_bidi(),
        language=current_locale().partition("_")[0],
    )


def _is_over(first_day: date) -> bool:
    return clock.local_date(letterhead.zone()) >= letterhead.fiscal_year_after(first_day)


def _cells(line: dict[str, object]) -> tuple[str, ...]:
    currency = str(line["currency"])
    amounts = [Money(int(str(line[name])), currency) for name in ("amount_minor", "cover_minor", "back_minor")]
    shown = [amount.show(current_locale()) if amount.minor else "–" for amount in amounts]
    day = format_date(date.fromisoformat(str(line["day"])), "short", locale=current_locale())
    return (day, str(line["receipt"]), str(line["campaign"]), *shown)


def _lines(donor: Donor, first_day: date) -> list[dict[str, object]]:
    start = clock.midnight(first_day, letterhead.zone())
    end = clock.midnight(letterhead.fiscal_year_after(first_day), letterhead.zone())
    given = payments_of(donor).filter(paid_at__gte=start, paid_at__lt=end).order_by("paid_at", "id")[:LINES_MAX]
    # On one of somebody who was merged into this one, or of a year that began in another month.
    theirs = Q(donor=donor) | Q(donor__merged_into=donor)
    before = YearStatement.objects.filter(theirs, mode=registry.mode())
    stated = {line["payment"] for each in before for line in each.totals["lines"]}
    return [_line(payment) for payment in given if payment.pk not in stated]


def _line(payment: Payment) -> dict[str, object]:
    receipt = getattr(payment, "receipt", None)
    return {
        "payment": payment.pk,
        "day": clock.local_date(letterhead.zone(), payment.paid_at).isoformat(),
        "receipt": str(receipt) if receipt else "–",
        "campaign": payment.gift.campaign.name,
        "currency": payment.currency,
        "amount_minor": payment.amount_minor,
        "cover_minor": payment.cover_minor,
        "back_minor": _back_minor(payment),
    }


def _back_minor(payment: Payment) -> int:
    back = sum(refund.amount_minor for refund in payment.refunds.all() if refund.status == Refund.Status.DONE)
    lost = {Dispute.Status.OPEN, Dispute.Status.LOST}
    back += sum(dispute.amount_minor for dispute in payment.disputes.all() if dispute.status in lost)
    return min(back, payment.charged.minor)


def _sums(lines: list[dict[str, object]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line in lines:
        amount, cover, back = (int(str(line[name])) for name in ("amount_minor", "cover_minor", "back_minor"))
        currency = str(line["currency"])
        sums[currency] = sums.get(currency, 0) + amount + cover - back
    return sums
