"""Posts and pages of an export, each brought in whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.urls import Resolver404, resolve

from standfirst.delivery.changes import verb
from standfirst.importers.memory import Kind, digest_of, recall, remember, remember_anew
from standfirst.importers.models import ImportedItem
from standfirst.importers.report import Report
from standfirst.importers.wordpress import wxr
from standfirst.importers.wordpress.body import convert
from standfirst.importers.wordpress.filing import Cabinet
from standfirst.importers.wordpress.library import Library
from standfirst.importers.wordpress.markup import plain
from standfirst.importers.wordpress.remarks import Remarks
from standfirst.importers.wordpress.survey import KINDS, Survey, shown
from standfirst.kit import clock
from standfirst.stories import bringing_in
from standfirst.stories.bringing_in import BroughtInPage, BroughtInStory, State, usable_slug
from standfirst.stories.models import PlainPage, Story

HEADLINE_WORDS = 8  # of the text, for a story that has no headline
_PLACES = {"post": Kind.STORY, "page": Kind.PAGE}


@dataclass(frozen=True, slots=True)
class Made:
    """An item made ready: what to write, and which of its pictures are missing."""

    page: BroughtInPage
    missing: int
    hero: int | None


class Taker:
    """Takes posts and pages, one at a time."""

    def __init__(
        self, survey: Survey, report: Report, *, cabinet: Cabinet, library: Library, remarks: Remarks, write: bool
    ) -> None:
        self._survey = survey
        self._source = survey.source
        self._report = report
        self._cabinet = cabinet
        self._library = library
        self._remarks = remarks
        self._write = write

    def take(self, item: wxr.Item) -> None:
        """Bring in ``item`` with its redirects and comments, or complete or leave what came in before."""
        known = recall(source=self._source, kind=_PLACES[item.kind], source_id=item.number)
        if known is None:
            self._take_new(item)
            return
        page = _model(item).objects.filter(pk=known.target_id).first()
        if page is None:
            self._report.leave_out(
                KINDS[item.kind], shown(item), "it came in before and was deleted here since", line=item.line
            )
            return
        self._take_known(item, known, page)
        self._remarks.take(item, page)

    def _take_new(self, item: wxr.Item) -> None:
        made = self._made(item)
        if not self._write:
            self._report.take(KINDS[item.kind])
            self._remarks.foresee(item, live=made.page.state is State.LIVE)
            return
        try:
            page, redirects = keep_page(
                source=self._source, item=item, made=made, parent=self._parent(item), old_paths=_old_paths(item, made)
            )
        except ValidationError as error:
            why = "; ".join(error.messages)
            self._report.leave_out(KINDS[item.kind], shown(item), f"it cannot be kept: {why}", line=item.line)
            return
        self._report.take(KINDS[item.kind])
        self._report.take("redirects", redirects)
        if item.sticky and made.page.state is State.LIVE and isinstance(page, Story):
            self._pick(item, page)
        self._remarks.take(item, page)

    def _pick(self, item: wxr.Item, story: Story) -> None:
        if bringing_in.pick_for_front_page(story=story):
            self._report.take("front page picks")
        else:
            why = "the front page has no room for it on top, or has unpublished changes; pick it on the desk"
            self._report.leave_out("front page picks", shown(item), why, line=item.line)

    def _take_known(self, item: wxr.Item, known: ImportedItem, page: Story | PlainPage) -> None:
        if known.digest != _digest(item):
            self._report.note(shown(item), "it changed in the export since it came in; it stays here as it is")
        elif item.kind == "post":
            self._cabinet.file(item)
        untouched = page.latest_revision_id == known.revision_id
        if not known.pictures_missing or not untouched:
            self._report.know(KINDS[item.kind])
            return
        made = self._made(item)
        if made.missing >= known.pictures_missing:
            self._report.know(KINDS[item.kind])
            return
        if self._write:
            renew_page(known=known, page=page, made=made)
        self._report.renew(KINDS[item.kind])

    # Making ready

    def _made(self, item: wxr.Item) -> Made:
        self._library.missing = []
        name = shown(item)
        body = convert(item.content, item=item.number, media=self._library)
        thumbnail = item.first_meta("_thumbnail_id")
        hero = self._library.hero(thumbnail) if thumbnail.isdigit() and item.kind == "post" else None
        for what in body.notes:
            self._report.note(name, what)
        for url in dict.fromkeys(self._library.missing):
            self._report.note(name, f"the picture {url} is missing")
        state = self._state(item)
        told: dict[str, Any] = {
            "title": self._title(item, body.blocks),
            "slug": item.slug,
            "blocks": body.blocks,
            "state": state,
            "published_at": item.published_at,
            "modified_at": item.modified_at,
        }
        page = self._story(item, told, hero) if item.kind == "post" else BroughtInPage(**_clear_of_ours(item, told))
        return Made(page=page, missing=len(self._library.missing), hero=hero)

    def _story(self, item: wxr.Item, told: dict[str, Any], hero: int | None) -> BroughtInStory:
        filed = self._cabinet.file(item)
        return BroughtInStory(
            **told,
            standfirst=self._standfirst(item),
            hero=hero,
            section=filed.section,
            topics=filed.topics,
            authors=filed.authors,
            comments_open=item.comments_open,
        )

    def _title(self, item: wxr.Item, blocks: Sequence[dict[str, Any]]) -> str:
        title = plain(item.title)
        if len(title) > bringing_in.TITLE_LENGTH_MAX:
            self._report.note(shown(item), f"its headline was cut to {bringing_in.TITLE_LENGTH_MAX} characters")
        if title:
            return title[: bringing_in.TITLE_LENGTH_MAX]
        texts = (plain(block["value"]) for block in blocks if block["type"] in {"text", "safe_html"})
        words = next((text for text in texts if text), "").split()
        title = " ".join(words[:HEADLINE_WORDS]) + ("…" if len(words) > HEADLINE_WORDS else "")
        title = title[: bringing_in.TITLE_LENGTH_MAX] or f"Number {item.number}"
        self._report.note(shown(item), f"it has no headline; it is called “{title}” here")
        return title

    def _standfirst(self, item: wxr.Item) -> str:
        text = plain(item.excerpt) or plain(item.first_meta("newspack_post_subtitle"))
        most = bringing_in.STANDFIRST_LENGTH_MAX
        if len(text) <= most:
            return text
        self._report.note(shown(item), f"its standfirst was cut to {most} characters")
        return text[: most - 1].rsplit(" ", 1)[0] + "…"

    def _state(self, item: wxr.Item) -> State:
        if item.status == "private":
            self._report.note(shown(item), "it was private and is a draft here")
        if item.published_at is None or item.status not in {"publish", "future"}:
            return State.DRAFT
        if item.published_at > clock.now():
            return State.SCHEDULED
        if item.status == "future":
            self._report.note(shown(item), "its time to be published has passed; it is published")
        return State.LIVE

    def _parent(self, item: wxr.Item) -> int | None:
        if item.kind != "page" or not item.parent:
            return None
        known = recall(source=self._source, kind=Kind.PAGE, source_id=item.parent)
        if known is None or not PlainPage.objects.filter(pk=known.target_id).exists():
            self._report.note(shown(item), "the page above it is not here; it lies below the front page")
            return None
        return known.target_id


@verb
def keep_page(
    *, source: str, item: wxr.Item, made: Made, parent: int | None, old_paths: Sequence[str]
) -> tuple[Story | PlainPage, int]:
    """Write a story or page, its redirects, and where it came from; return it and the number of redirects.

    Locks the front page's row. Refusals: AnotherImport.
    """
    page: Story | PlainPage
    if isinstance(made.page, BroughtInStory):
        page = bringing_in.bring_in_story(story=made.page)
    else:
        page = bringing_in.bring_in_plain_page(page=made.page, parent=parent)
    remember(
        source=source,
        kind=_PLACES[item.kind],
        source_id=item.number,
        target_id=page.pk,
        digest=_digest(item),
        revision_id=page.latest_revision_id,
        pictures_missing=made.missing,
    )
    return page, sum(bringing_in.bring_in_redirect(old_path=path, page=page) for path in old_paths)


@verb
def renew_page(*, known: ImportedItem, page: Story | PlainPage, made: Made) -> None:
    """Give a page that nobody edited here the body it has now that more of its pictures came."""
    bringing_in.renew_brought_in(page=page, blocks=made.page.blocks, hero=made.hero)
    page.refresh_from_db()
    remember_anew(item=known, revision_id=page.latest_revision_id, pictures_missing=made.missing)


def _model(item: wxr.Item) -> type[Story] | type[PlainPage]:
    return Story if item.kind == "post" else PlainPage


def _digest(item: wxr.Item) -> str:
    return digest_of(item.title, item.content, item.excerpt, item.status, item.published_at, item.slug)


def _old_paths(item: wxr.Item, made: Made) -> list[str]:
    """Return the addresses under which readers know ``item``; none for what was never published."""
    if made.page.state is State.DRAFT:
        return []
    parts = urlsplit(item.link)
    paths = [f"{parts.path}?{parts.query}" if parts.query else parts.path] if parts.path or parts.query else []
    folder = parts.path.rstrip("/").rpartition("/")[0]
    if not parts.query:
        paths += [f"{folder}/{slug}/" for slug in item.meta.get("_wp_old_slug", ()) if slug]
    return [path if path.startswith("/") else f"/{path}" for path in paths]


def _clear_of_ours(item: wxr.Item, told: dict[str, Any]) -> dict[str, Any]:
    """Give a top-level page another slug if this site has a page of its own at that address."""
    slug = usable_slug(told["slug"], usable_slug(told["title"], "page"))
    try:
        own = not item.parent and resolve(f"/{slug}/").url_name != "plain_page"
    except Resolver404:
        own = False
    return {**told, "slug": f"{slug}-page" if own else slug}
