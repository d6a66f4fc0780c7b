"""What renders each kind of fragment: here the subjects meet on a page."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from xml.sax.saxutils import escape

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import number_format

from standfirst.delivery.fragments import Rendered, fragments
from standfirst.discussion import latest, threads
from standfirst.discussion.moderating import house
from standfirst.discussion.questions import reading
from standfirst.discussion.questions.marks import change_key as question_key
from standfirst.discussion.questions.marks import parts_of
from standfirst.discussion.refusals import NoSuchThread
from standfirst.discussion.rules.policies import POLICIES
from standfirst.funding import meter
from standfirst.kit import clock
from standfirst.stories.cards import cards, keys_of, published
from standfirst.stories.publishing import LISTS
from standfirst.stories.renditions import picture_set
from standfirst.web import publication

DISCUSSED_LENGTH = 5
LATEST_LENGTH = 5


@fragments("masthead")
def mastheads(arguments: Sequence[str]) -> Mapping[str, Rendered]:
    """The head of every page, with today's date; ``masthead:7`` is on the pages of section 7."""
    paper, menu = publication.current(), publication.menu()
    logo = picture_set(paper.logo) if paper.logo else None
    keys = frozenset({publication.KEY, *([logo.key] if logo else [])})
    context = {
        "publication": paper,
        "menu": menu,
        "logo": logo,
        "rehearsal": settings.STANDFIRST.mode == "rehearsal",
        "today": clock.local_date(timezone.get_default_timezone()),
    }
    numbers = {"": 0} | {str(section.pk): section.pk for section in menu}
    return {
        argument: Rendered(
            render_to_string("web/_masthead.html", context | {"current_section": numbers[argument]}),
            keys,
            clock.next_midnight(timezone.get_default_timezone()),
        )
        for argument in arguments
        if argument in numbers
    }


@fragments("footer")
def footer(_arguments: Sequence[str]) -> Mapping[str, Rendered]:
    """The foot of every page."""
    context = {"publication": publication.current(), "menu": publication.menu()}
    return {"": Rendered(render_to_string("web/_footer.html", context), frozenset({publication.KEY}))}


METERS = {"": "funding/_meter.html", "figure": "funding/_meter_figure.html"}


@fragments("meter")
def meters(arguments: Sequence[str]) -> Mapping[str, Rendered]:
    """The band under the masthead: what has been raised this month; ``meter:figure`` is for inside a sentence."""
    now = meter.read()
    context = {"meter": now, "rehearsal": settings.STANDFIRST.mode == "rehearsal"}
    return {
        argument: Rendered(
            render_to_string(METERS[argument], context).strip(), meter.KEYS, now.expires_at if now else None
        )
        for argument in arguments
        if argument in METERS
    }


@fragments("campaign")
def campaigns_in_stories(slugs: Sequence[str]) -> Mapping[str, Rendered]:
    """A campaign in the middle of a story: its name and its meter."""
    return _campaigns("funding/_campaign.html", slugs)


@fragments("campaign-meter")
def campaign_meters(slugs: Sequence[str]) -> Mapping[str, Rendered]:
    """A campaign's meter, on its own pages."""
    return _campaigns("funding/_campaign_meter.html", slugs)


@fragments("campaign-line")
def campaign_lines(slugs: Sequence[str]) -> Mapping[str, Rendered]:
    """A campaign as a line of HTML for a feed, escaped once more as it stands inside of XML."""
    lines = _campaigns("funding/_campaign_line.html", slugs)
    return {slug: replace(line, html=escape(line.html)) for slug, line in lines.items()}


def _campaigns(template: str, slugs: Sequence[str]) -> dict[str, Rendered]:
    return {
        slug: Rendered(render_to_string(template, {"meter": now}).strip(), meter.KEYS, now.expires_at)
        for slug, now in meter.named(slugs).items()
    }


@fragments("count")
def counts(keys: Sequence[str]) -> Mapping[str, Rendered]:
    """How many published comments a thread has."""
    found = threads.counts_of(keys)
    return {key: Rendered(number_format(count), frozenset({f"thread:{key}"})) for key, count in found.items()}


@fragments("count-digits")
def counts_in_digits(keys: Sequence[str]) -> Mapping[str, Rendered]:
    """The same for machines."""
    return {key: Rendered(str(count), frozenset({f"thread:{key}"})) for key, count in threads.counts_of(keys).items()}


@fragments("thread")
def first_pages(keys: Sequence[str]) -> Mapping[str, Rendered]:
    """The first page of a thread in the default order, with the form above it."""
    done = {}
    for key in keys:
        with suppress(NoSuchThread):
            first = threads.page_of(key)
            html = render_to_string("discussion/_thread.html", {"thread_page": first})
            done[key] = Rendered(html, frozenset({f"thread:{key}", POLICIES, house.KEY}), first.expires_at)
    return done


@fragments("question-mark")
def question_marks(names: Sequence[str]) -> Mapping[str, Rendered]:
    """What the mark of a question says: how many answered. One query for all."""
    return {
        name: Rendered(
            render_to_string("discussion/_question_mark.html", {"count": count}).strip(),
            frozenset({question_key(parts_of(name)[0])}),
        )
        for name, count in reading.counts_of(names).items()
    }


@fragments("question")
def questions(names: Sequence[str]) -> Mapping[str, Rendered]:
    """A question beside the text: its latest answers, and the form to answer it."""
    return _questions("discussion/_question.html", names)


@fragments("answers")
def answers(names: Sequence[str]) -> Mapping[str, Rendered]:
    """A question's latest answers alone: what is renewed while somebody may be typing below them."""
    return _questions("discussion/_answers.html", names)


def _questions(template: str, names: Sequence[str]) -> dict[str, Rendered]:
    return {
        name: Rendered(
            render_to_string(template, {"question": found}).strip(),
            frozenset({found.change_key, f"thread:{found.key}"}),
        )
        for name, found in reading.questions_of(names).items()
    }


@fragments("discussed")
def most_discussed(_arguments: Sequence[str]) -> Mapping[str, Rendered]:
    """The stories that are talked about most, as a list."""
    order = threads.busiest(DISCUSSED_LENGTH)
    numbers = [int(key.removeprefix("story:")) for key in order if key.startswith("story:")]
    found = {card.key: card for card in cards(published().filter(pk__in=numbers))}
    discussed = [found[key] for key in order if key in found]
    html = render_to_string("stories/_discussed.html", {"discussed": discussed}) if discussed else ""
    return {"": Rendered(html, frozenset({threads.BUSIEST, LISTS, *keys_of(discussed)}))}


@fragments("latest-comments")
def latest_comments(_arguments: Sequence[str]) -> Mapping[str, Rendered]:
    """What was said last, as a list."""
    found = latest.latest(LATEST_LENGTH)
    html = render_to_string("discussion/_latest.html", {"latest": found}) if found else ""
    return {"": Rendered(html, frozenset({threads.BUSIEST, *(comment.change_key for comment in found)}))}
