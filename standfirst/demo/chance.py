"""Chance that is the same every time: one stream of numbers for each thing that varies."""

import random


def chance(*about: object) -> random.Random:
    """Return a stream of numbers that depends on ``about`` alone, on every machine and in every process."""
    return random.Random("/".join(str(part) for part in about))  # noqa: S311  a sample's variety guards no secret
