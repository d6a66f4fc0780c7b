"""What happens in a publication, told as scenes: between them they run every verb there is."""

from tests.scenes import discussion, following, funding, mail, mine, stories, writing
from tests.scenes.world import World, scenes

__all__ = ["World", "discussion", "following", "funding", "mail", "mine", "scenes", "stories", "writing"]
