"""What happens in a publication, told as scenes: between them they run every verb there is."""

from tests.scenes import desk, discussion, funding, mail, stories
from tests.scenes.world import World, scenes

__all__ = ["World", "desk", "discussion", "funding", "mail", "scenes", "stories"]
