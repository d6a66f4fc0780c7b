"""What a story is about, read for its page."""

from standfirst.kit import rows
from standfirst.stories.models import Topic

_STATEMENT = """
    SELECT stories_topic.id, stories_topic.name, stories_topic.slug
    FROM stories_topic JOIN stories_story_topics ON stories_story_topics.topic_id = stories_topic.id
    WHERE stories_story_topics.story_id = %s ORDER BY stories_topic.name
"""


def of(story: int) -> list[Topic]:
    """Return the topics of a story by its number, by name. One query."""
    return rows.read(Topic, _STATEMENT, [story], ("id", "name", "slug"))
