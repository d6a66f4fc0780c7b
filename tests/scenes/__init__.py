"""What happens in a publication, told as scenes: between them they run every verb there is."""

from tests.scenes import desk, discussion, following, funding, mail, mine, questions, rules, stories, writing
from tests.scenes.world import World, scenes

__all__ = [
    "World",
    "desk",
    "discussion",
    "following",
    "funding",
    "mail",
    "mine",
    "questions",
    "rules",
    "scenes",
    "stories",
    "writing",
]
