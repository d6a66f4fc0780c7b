"""A small filled site for the tests that serve one: two stories, a section, a campaign, a thread with comments."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from standfirst.testing.molds import a_site
from standfirst.testing.sites import on_site

FILL = """
from standfirst.discussion import threads
from standfirst.testing import discussion, funding, stories
stories.front_page()
section = stories.make_section()
filed = {"section": section, "series": stories.make_series(), "topics": [stories.make_topic()]}
story = stories.published_story(by=stories.make_author(), **filed)
other = stories.published_story("The school keeps its hall", section=section)
stories.plain_page()
funding.paid_gift(funding.make_campaign(tz="UTC"), 140_000)
for _ in range(3):
    discussion.a_comment(threads.thread_of(story.key))
told = {"key": story.key, "path": f"/{story.address}/", "other": f"/{other.address}/"}
"""


@dataclass(frozen=True)
class FilledSite:
    """A site that is not served yet."""

    folder: Path
    environment: dict[str, str]  # names its database, if that is not the one in its folder
    key: str
    path: str
    other: str


@pytest.fixture(scope="module")
def filled_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FilledSite]:
    """A site of the module's own, on the database that the tests run on."""
    folder = tmp_path_factory.mktemp("filled") / "mysite"
    with a_site(folder) as environment:
        told = on_site(FILL, folder=folder, environment=environment)
        yield FilledSite(folder, environment, **told)
