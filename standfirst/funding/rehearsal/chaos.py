"""Trouble on purpose, the same each time for a seed: what networks do to messages and answers."""

import random
import threading
from dataclasses import dataclass

DELAY_MS_MAX = 400


@dataclass(frozen=True, slots=True)
class Odds:
    """How often, in percent, each kind of trouble comes."""

    drop: int = 0
    duplicate: int = 0
    delay: int = 0
    error: int = 0

    @classmethod
    def parse(cls, text: str) -> "tuple[int, Odds]":
        """Read ``seed=7,drop=20,duplicate=20,delay=30,error=10``; ValueError for anything else."""
        given = {name: int(value) for name, _, value in (part.partition("=") for part in text.split(",") if part)}
        seed = given.pop("seed", 0)
        try:
            return seed, cls(**given)
        except TypeError as error:
            raise ValueError(text) from error


class Chaos:
    """Rolls the dice. May be asked from any thread."""

    def __init__(self, odds: Odds | None = None, *, seed: int = 0) -> None:
        self.odds = odds or Odds()
        self._dice = random.Random(seed)  # noqa: S311 - trouble is to be repeatable
        self._lock = threading.Lock()

    def deliveries(self) -> list[int]:
        """Return after how many milliseconds each copy of a message leaves; delays also change the order."""
        copies = 2 if self._happens(self.odds.duplicate) else 1
        return [self._delay_ms() for _ in range(copies)]

    def drops(self) -> bool:
        """Say whether a message gets lost on its way this time."""
        return self._happens(self.odds.drop)

    def loses_answer(self) -> bool:
        """Say whether the answer is an error although the work was done."""
        return self._happens(self.odds.error)

    def _delay_ms(self) -> int:
        if not self._happens(self.odds.delay):
            return 0
        with self._lock:
            return self._dice.randrange(DELAY_MS_MAX)

    def _happens(self, percent: int) -> bool:
        with self._lock:
            return self._dice.randrange(100) < percent
