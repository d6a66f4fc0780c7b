"""Authors, sections and topics of an export, made here as they are needed."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote

from standfirst.delivery.changes import verb
from standfirst.importers.memory import Kind, recall, remember
from standfirst.importers.report import Report
from standfirst.importers.wordpress import wxr
from standfirst.importers.wordpress.markup import plain
from standfirst.importers.wordpress.survey import Survey, shown
from standfirst.stories.bringing_in import bring_in_author, bring_in_section, bring_in_topic
from standfirst.stories.models import Author, Section, Topic

MENU_SECTIONS_MAX = 7  # one row of a masthead; editors add and take away on the desk
OUTSIDE_MENU = 1_000  # the position of a section that is not in the menu
SECTION_LEVELS_MAX = 20  # of sections in sections; deeper ones lie on top
UNFILED = "uncategorized"  # WordPress' name for no category
PLURAL = {Kind.AUTHOR: "authors", Kind.SECTION: "sections", Kind.TOPIC: "topics"}


@dataclass(frozen=True, slots=True)
class Filed:
    """Where a story belongs, by number."""

    section: int | None
    topics: tuple[int, ...]
    authors: tuple[int, ...]


class Cabinet:
    """Knows which author, section and topic here stands for which of the export."""

    def __init__(self, survey: Survey, report: Report, *, write: bool) -> None:
        self._source = survey.source
        self._report = report
        self._write = write
        self._categories = {term.slug: term for term in survey.categories}
        self._category_by_number = {term.number: term.slug for term in survey.categories if term.number}
        self._menu = _menu(survey)
        self._people: dict[str, str] = {}
        self._numbers: dict[tuple[Kind, str], int] = {}

    # What the head of the file lists

    def take_person(self, person: wxr.Person) -> None:
        """Bring in an author whom the export lists."""
        if person.login:
            self._people[_login(person.login)] = person.name
            self._author(person.login, person.name)

    def take_guest(self, item: wxr.Item, portrait: int | None) -> None:
        """Bring in a guest author of Co-Authors Plus."""
        login = item.first_meta("cap-user_login") or item.slug.removeprefix("cap-")
        name = item.first_meta("cap-display_name") or item.title
        biography = plain(item.first_meta("cap-description"))
        if login:
            self._people[_login(login)] = name
            self._author(login, name, biography=biography, portrait=portrait)

    def take_categories(self) -> None:
        """Bring in every category as a section, parents first; the largest go into the menu."""
        for slug in self._categories:
            self._section(slug, trail=())

    def take_tag(self, term: wxr.Term) -> None:
        """Bring in a tag as a topic."""
        if term.slug:
            self._topic(term.slug, term.name, description=plain(term.description))

    # What an item says

    def file(self, item: wxr.Item) -> Filed:
        """Return where ``item`` belongs, making what the head of the file did not list.

        Its primary category (Yoast's mark, else the first) is its section, further ones are topics.
        """
        categories = [filing for filing in item.filings if filing.domain == "category"]
        primary = self._category_by_number.get(item.first_meta("_yoast_wpseo_primary_category"), "")
        categories.sort(key=lambda filing: filing.slug != primary)
        for filing in categories:
            self._categories.setdefault(filing.slug, _unlisted(filing, item.line))
        section = self._section(categories[0].slug, trail=()) if categories else None
        tags = [filing for filing in item.filings if filing.domain == "post_tag"]
        topics = [self._topic(filing.slug, filing.name) for filing in (*tags, *categories[1:])]
        self._report_other_filings(item)
        return Filed(section, _numbers(topics), self._authors(item))

    def _report_other_filings(self, item: wxr.Item) -> None:
        for filing in item.filings:
            if filing.domain not in {"category", "post_tag", "author", "nav_menu"}:
                what = "the post format" if filing.domain == "post_format" else f"the {filing.domain}"
                self._report.note(shown(item), f"{what} “{filing.name}” has no place here")

    def _authors(self, item: wxr.Item) -> tuple[int, ...]:
        co_authors = [filing for filing in item.filings if filing.domain == "author"]
        if co_authors:
            return _numbers([self._co_author(filing) for filing in co_authors])
        if not item.creator:
            return ()
        return _numbers([self._author(item.creator, self._people.get(_login(item.creator), item.creator))])

    def _co_author(self, filing: wxr.Filing) -> int | None:
        # Co-Authors Plus writes the login as the name and "cap-" before the slug.
        for login in (_login(filing.name), _login(unquote(filing.slug).removeprefix("cap-"))):
            if login in self._people:
                return self._author(login, self._people[login])
        return self._author(login, filing.name)

    # Making

    def _author(self, login: str, name: str, *, biography: str = "", portrait: int | None = None) -> int | None:
        slug = _login(login)
        return self._here(
            Kind.AUTHOR,
            slug,
            lambda: keep_author(source=self._source, slug=slug, name=name, biography=biography, portrait=portrait),
        )

    def _section(self, slug: str, *, trail: tuple[str, ...]) -> int | None:
        term = self._categories[slug]
        # A category that lies in itself by a detour lies nowhere.
        inside = (
            term.parent in self._categories and term.parent not in (*trail, slug) and len(trail) < SECTION_LEVELS_MAX
        )
        parent = self._section(term.parent, trail=(*trail, slug)) if inside else None
        place = self._menu.index(slug) + 1 if slug in self._menu else 0
        return self._here(
            Kind.SECTION, slug, lambda: keep_section(source=self._source, term=term, parent=parent, menu_place=place)
        )

    def _topic(self, slug: str, name: str, *, description: str = "") -> int | None:
        return self._here(
            Kind.TOPIC, slug, lambda: keep_topic(source=self._source, slug=slug, name=name, description=description)
        )

    def _here(self, kind: Kind, slug: str, make: Callable[[], int]) -> int | None:
        """Return the number of what stands here for ``slug``; None if it was deleted here, or in a dry run."""
        if (kind, slug) in self._numbers:
            return self._numbers[kind, slug] or None
        known = recall(source=self._source, kind=kind, source_id=slug)
        if known is None:
            self._report.take(PLURAL[kind])
            number = make() if self._write else 0
        elif _exists(kind, known.target_id):
            self._report.know(PLURAL[kind])
            number = known.target_id
        else:
            self._report.leave_out(PLURAL[kind], slug, "it came in before and was deleted here since")
            number = 0
        self._numbers[kind, slug] = number
        return number or None


@verb
def keep_author(*, source: str, slug: str, name: str, biography: str, portrait: int | None) -> int:
    """Bring in an author and remember where it came from; return its number."""
    author = bring_in_author(name=name, slug=unquote(slug), biography=biography, portrait=portrait)
    remember(source=source, kind=Kind.AUTHOR, source_id=slug, target_id=author.pk)
    return int(author.pk)


@verb
def keep_section(*, source: str, term: wxr.Term, parent: int | None, menu_place: int) -> int:
    """Bring in a category as a section; ``menu_place`` 0 keeps it out of the menu. Return its number."""
    section = bring_in_section(
        name=plain(term.name),
        slug=unquote(term.slug),
        description=plain(term.description),
        parent=parent,
        in_menu=menu_place > 0,
        position=menu_place * 10 or OUTSIDE_MENU,
    )
    remember(source=source, kind=Kind.SECTION, source_id=term.slug, target_id=section.pk)
    return int(section.pk)


@verb
def keep_topic(*, source: str, slug: str, name: str, description: str) -> int:
    """Bring in a tag as a topic and remember where it came from; return its number."""
    topic = bring_in_topic(name=plain(name), slug=unquote(slug), description=description)
    remember(source=source, kind=Kind.TOPIC, source_id=slug, target_id=topic.pk)
    return int(topic.pk)


def _menu(survey: Survey) -> list[str]:
    """Return the slugs of the top-level categories with most stories, largest first."""
    top = [term.slug for term in survey.categories if not term.parent and term.slug != UNFILED]
    count = survey.catalogue.stories_by_category
    return sorted((slug for slug in top if count[slug]), key=lambda slug: -count[slug])[:MENU_SECTIONS_MAX]


def _exists(kind: Kind, number: int) -> bool:
    rows = {Kind.AUTHOR: Author.objects.all(), Kind.SECTION: Section.objects.all(), Kind.TOPIC: Topic.objects.all()}
    return rows[kind].filter(pk=number).exists()


def _login(login: str) -> str:
    return login.strip().lower()


def _unlisted(filing: wxr.Filing, line: int) -> wxr.Term:
    return wxr.Term("category", "", filing.slug, filing.name, "", "", line)


def _numbers(found: list[int | None]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(number for number in found if number is not None))
