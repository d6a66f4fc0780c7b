"""Filling an empty site with the sample publication: all of it, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from standfirst.delivery.changes import verb
from standfirst.demo import accounts, gifts, pictures, stories, talk
from standfirst.demo.pictures import Drawn
from standfirst.funding import campaigns
from standfirst.kit.errors import Refusal
from standfirst.stories.models import Story


class SiteNotEmpty(Refusal):
    """The sample is for a site that has nothing yet."""

    code = "demo.site_not_empty"
    status = 409
    message = _(
        "This site has stories or a fund already, so the sample was not filled in and nothing was changed."
        " For a site to try things out, make another folder: standfirst init DIR"
    )


class LiveSite(Refusal):
    """The sample's accounts have a password that everybody knows."""

    code = "demo.live_site"
    status = 409
    message = _(
        "This site is live. The sample makes accounts whose password is public, so it was not filled in and"
        " nothing was changed. It works on a site with STANDFIRST_MODE=rehearsal."
    )


@dataclass(frozen=True, slots=True)
class Filled:
    """What came in, counted."""

    stories: int
    pictures: int
    comments: int
    held: int
    gifts: int


def fill_site(*, seed: str, drawn: Sequence[Drawn] = ()) -> Filled:
    """Draw the pictures, then write everything in one transaction; an error leaves the site as it was.

    The same ``seed`` on the same day makes the same texts and sums. ``drawn`` are the pictures if
    they are drawn already. Refusals: LiveSite, SiteNotEmpty.
    """
    refuse_unfit_site()
    ready = drawn or pictures.draw_all()
    files: list[str] = []
    try:
        return fill(seed=seed, drawn=ready, files=files)
    except BaseException:
        pictures.forget(files)
        raise


def refuse_unfit_site() -> None:
    """Raise LiveSite or SiteNotEmpty where the sample has no place."""
    if settings.STANDFIRST.mode != "rehearsal":
        raise LiveSite
    if Story.objects.exists() or campaigns.current() is not None:
        raise SiteNotEmpty


@verb
def fill(*, seed: str, drawn: Sequence[Drawn], files: list[str]) -> Filled:
    """Write the whole sample. For ``fill_site``; ``files`` receives what was written beside the database.

    Refusals: LiveSite, SiteNotEmpty. Locks on SQLite the whole database, some seconds long: the site is empty.
    """
    refuse_unfit_site()
    zone = ZoneInfo(settings.TIME_ZONE)
    staff = accounts.fill_accounts()
    front = stories.fill_publication()
    kept = pictures.keep_all(drawn, files)
    filing = stories.fill_filing(pictures=kept)
    written = stories.fill_stories(front=front, filing=filing, pictures=kept, by=staff["editor"], zone=zone)
    stories.fill_pages(front=front, pictures=kept)
    stories.pick_stories(front=front, stories=written)
    return Filled(
        stories=len(written),
        pictures=len(kept),
        comments=talk.fill_short(stories=written) + talk.fill_long(seed=seed, stories=written),
        held=talk.fill_held(stories=written),
        gifts=gifts.fill_gifts(seed=seed, zone=zone, stories=written, by=staff["treasurer"]),
    )
