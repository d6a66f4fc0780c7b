"""What stands on the front page: the editors' choice, then section rows, then the latest; no story twice."""

from dataclasses import dataclass

from standfirst.stories.cards import StoryCard, cards, published
from standfirst.stories.models import FrontPage, Section

SECONDS = 3  # stories beside the lead
ROW_LENGTH = 4  # stories in a section's row
ROWS_MAX = 6  # section rows
LATEST_LENGTH = 10


@dataclass(frozen=True, slots=True)
class SectionRow:
    """A section with its newest stories."""

    section: Section
    stories: list[StoryCard]


@dataclass(frozen=True, slots=True)
class Front:
    """The front page's stories, each in one place."""

    lead: StoryCard | None
    seconds: list[StoryCard]
    rows: list[SectionRow]
    latest: list[StoryCard]

    @property
    def all(self) -> list[StoryCard]:
        """Every story shown."""
        lead = [self.lead] if self.lead else []
        return [*lead, *self.seconds, *(each for row in self.rows for each in row.stories), *self.latest]


def compose(page: FrontPage | None) -> Front:
    """Return the front page's stories: picks on top, filled up with the newest; rows; then the rest of the newest.

    The number of queries depends on the number of rows alone, never on the number of stories.
    """
    picked = _picked(page)
    newest = cards(published()[: SECONDS + 1 + LATEST_LENGTH + ROWS_MAX * ROW_LENGTH])
    shown: set[str] = set()
    top = _take([*picked, *newest], 1 + SECONDS, shown)
    rows = [row for section in _sections() if (row := _row(section, shown)).stories]
    return Front(lead=top[0] if top else None, seconds=top[1:], rows=rows, latest=_take(newest, LATEST_LENGTH, shown))


def _picked(page: FrontPage | None) -> list[StoryCard]:
    if page is None:
        return []
    order = list(page.picks.order_by("sort_order").values_list("story_id", flat=True))
    found = {card.key: card for card in cards(published().filter(pk__in=order))}
    return [found[key] for number in order if (key := f"story:{number}") in found]


def _sections() -> list[Section]:
    return list(Section.objects.filter(in_menu=True, parent=None)[:ROWS_MAX])


def _row(section: Section, shown: set[str]) -> SectionRow:
    family = [section.pk, *section.children.values_list("pk", flat=True)]
    candidates = cards(published().filter(section__in=family)[: ROW_LENGTH + len(shown)])
    return SectionRow(section, _take(candidates, ROW_LENGTH, shown))


def _take(candidates: list[StoryCard], most: int, shown: set[str]) -> list[StoryCard]:
    taken: list[StoryCard] = []
    for card in candidates:
        if len(taken) < most and card.key not in shown:
            shown.add(card.key)
            taken.append(card)
    return taken
