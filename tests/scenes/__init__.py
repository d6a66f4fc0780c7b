"""What happens in a publication, told as scenes: between them they run every verb there is."""

from tests.scenes import discussion, funding, mail, rules, stories
from tests.scenes.world import World, scenes

__all__ = ["World", "discussion", "funding", "mail", "rules", "scenes", "stories"]
