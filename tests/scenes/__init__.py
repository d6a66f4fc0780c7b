"""What happens in a publication, told as scenes: between them they run every verb there is."""

from tests.scenes import discussion, funding, mail, questions, stories
from tests.scenes.world import World, scenes

__all__ = ["World", "discussion", "funding", "mail", "questions", "scenes", "stories"]
