"""A long conversation, dealt out from well-written parts: the same for the same seed and start.

Who begins speaks of one matter. Who answers fits what stands above: a question is answered by
the one who was asked, who is thanked for it; a disagreement is taken up by the one who was
disagreed with.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from standfirst.demo.chance import chance

COMMENTS = 400
ROOTS = 96  # comments that answer nobody: five pages of them
DEPTH_MAX = 7  # of the answers; the data allow more
LATEST = 30  # answers mostly go to one of so many newest comments

REPLIES = {  # what may follow what, and how often
    "beginning": {"reply": 9, "agreeing": 4, "differing": 4, "asking": 4},
    "reply": {"agreeing": 3, "differing": 2, "asking": 3, "sighting": 2},
    "agreeing": {"reply": 3, "sighting": 2},
    "differing": {"yielding": 5, "agreeing": 2, "sighting": 1},
    "asking": {"answering": 1},
    "answering": {"thanking": 3, "differing": 1, "sighting": 1},
    "yielding": {"thanking": 1, "agreeing": 2},
    "sighting": {"agreeing": 2, "asking": 1, "differing": 2},
    "thanking": {},
}
BY_WHOM_IT_CONCERNS = {"answering", "yielding", "thanking"}  # written by who wrote what stands two above


class Deck:
    """Cards that are dealt out in turn: one comes again only after all the others."""

    def __init__(self, cards: list[Any], luck: random.Random) -> None:
        self._cards, self._luck = cards, luck
        self._left: list[Any] = []

    def deal(self) -> Any:
        """Return the next card."""
        if not self._left:
            self._left = self._luck.sample(self._cards, len(self._cards))
        return self._left.pop()


@dataclass(slots=True, eq=False)
class Spoken:
    """A comment of the conversation; ``answers`` are what may be answered to its question, if it is one."""

    number: int
    parent: "Spoken | None"
    kind: str
    matter: str
    name: str
    at: datetime
    text: str
    answers: tuple[str, ...] = ()
    answered: bool = False

    @property
    def depth(self) -> int:
        """How many comments stand above it."""
        return 0 if self.parent is None else self.parent.depth + 1


class Conversation:
    """Deals a conversation out of ``parts``, between ``start`` and ``end``."""

    def __init__(self, parts: dict[str, Any], *, seed: str, start: datetime, end: datetime) -> None:
        self._luck = chance(seed, "conversation")
        self._start, self._end = start, end
        self._names: list[str] = parts["names"]
        self._matters = self._deck([matter["name"] for matter in parts["matters"]])
        self._exchanges = self._deck(parts["exchanges"])
        self._decks = {name: self._deck(cards) for name, cards in parts.items() if isinstance(cards[0], str)}
        for matter in parts["matters"]:
            self._decks[f"{matter['name']}/says"] = self._deck(matter["says"])
            self._decks[f"{matter['name']}/reply"] = self._deck(matter["replies"])

    def held(self) -> list[Spoken]:
        """Return every comment, each after the one that it answers."""
        spoken = [self._beginning(number) for number in range(ROOTS)]
        while len(spoken) < COMMENTS:
            above = self._luck.choice(spoken if self._percent(60) else spoken[-LATEST:])
            may_follow = REPLIES[above.kind]
            if may_follow and not above.answered and above.depth < DEPTH_MAX:
                kind = self._luck.choices([*may_follow], [*may_follow.values()])[0]
                spoken.append(self._answer(len(spoken), above, kind))
        return spoken

    def _beginning(self, number: int) -> Spoken:
        matter = self._matters.deal()
        parts = [self._deal("openings")] if self._percent(40) else []
        parts.append(self._deal(f"{matter}/says"))
        parts += [self._sighting()] if self._percent(25) else []
        text = " ".join(parts)
        if self._percent(22):
            text += "\n\n" + self._deal(f"{self._matters.deal()}/says")
        if self._percent(25):
            text += " " + self._deal("closings")
        at = self._start + (self._end - self._start) * self._luck.random() ** 1.7
        return Spoken(number, None, "beginning", matter, self._luck.choice(self._names), at, text)

    def _answer(self, number: int, above: Spoken, kind: str) -> Spoken:
        exchange = self._exchanges.deal() if kind == "asking" else {}
        text = exchange.get("asks") or self._words(kind, above)
        if kind in {"agreeing", "differing"} and self._percent(45):
            text += " " + (self._deal(f"{above.matter}/reply") if self._percent(70) else self._sighting())
        if kind in {"reply", "sighting", "differing"} and self._percent(18):
            text = f"{above.name}: {text}"
        above.answered = kind in {"answering", "thanking"}
        return Spoken(
            number=number,
            parent=above,
            kind=kind,
            matter=above.matter,
            name=self._name(above, kind),
            at=self._later(above.at),
            text=text,
            answers=tuple(exchange.get("answers", ())),
        )

    def _words(self, kind: str, above: Spoken) -> str:
        if kind == "answering":
            return self._luck.choice(above.answers)
        if kind == "sighting":
            return self._sighting()
        return self._deal(f"{above.matter}/reply" if kind == "reply" else kind)

    def _sighting(self) -> str:
        text = self._deal("sightings").format(
            place=self._deal("places"),
            time=self._deal("times"),
            who=self._deal("who"),
            thing=self._deal("things"),
            many=self._luck.randrange(120, 480),
            some=self._luck.randrange(12, 60),
            few=self._luck.randrange(3, 9),
        )
        return text[0].upper() + text[1:]

    def _name(self, above: Spoken, kind: str) -> str:
        if kind in BY_WHOM_IT_CONCERNS and above.parent is not None:
            return above.parent.name
        return self._luck.choice([name for name in self._names if name != above.name])

    def _later(self, at: datetime) -> datetime:
        hours = timedelta(hours=0.1 + 14 * self._luck.random() ** 3)
        return min(at + hours, at + (self._end - at) * 0.9)

    def _deck(self, cards: list[Any]) -> Deck:
        return Deck(cards, self._luck)

    def _deal(self, name: str) -> str:
        return str(self._decks[name].deal())

    def _percent(self, share: int) -> bool:
        return self._luck.randrange(100) < share
