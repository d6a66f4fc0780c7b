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
    "beginning": {"reply": 22, "agreeing": 5, "differing": 6, "asking": 6, "sighting": 2},
    "reply": {"agreeing": 2, "thanking": 4},
    "agreeing": {},
    "differing": {"yielding": 5, "agreeing": 2, "sighting": 1},
    "asking": {"answering": 1},
    "answering": {"thanking": 3, "differing": 2},
    "yielding": {"thanking": 2, "agreeing": 1, "differing": 2},
    "sighting": {"agreeing": 2, "differing": 1},
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
    """A comment of the conversation; ``answers`` are sentences that answer just this one."""

    number: int
    parent: "Spoken | None"
    kind: str
    name: str
    at: datetime
    text: str
    answers: tuple[str, ...] = ()
    answered: bool = False

    @property
    def depth(self) -> int:
        """How many comments stand above it."""
        return 0 if self.parent is None else self.parent.depth + 1

    @property
    def root(self) -> "Spoken":
        """The beginning that it hangs below; itself, if it is one."""
        return self if self.parent is None else self.parent.root


class Conversation:
    """Deals a conversation out of ``parts``, between ``start`` and ``end``."""

    def __init__(self, parts: dict[str, Any], *, seed: str, start: datetime, end: datetime) -> None:
        self._luck = chance(seed, "conversation")
        self._start, self._end = start, end
        self._said: set[tuple[Spoken, str]] = set()  # nobody says the same twice below one beginning
        self._names: list[str] = parts["names"]
        self._matters = self._deck([self._deck(matter["says"]) for matter in parts["matters"]])
        self._exchanges = self._deck(parts["exchanges"])
        self._decks = {name: self._deck(cards) for name, cards in parts.items() if isinstance(cards[0], str)}

    def held(self) -> list[Spoken]:
        """Return every comment, each after the one that it answers."""
        spoken: list[Spoken] = []
        while len(spoken) < ROOTS:
            beginning = self._beginning(len(spoken))
            if not any(beginning.text == other.text for other in spoken):
                spoken.append(beginning)
        while len(spoken) < COMMENTS:
            above = self._luck.choice(spoken if self._percent(60) else spoken[-LATEST:])
            if above.answered or above.depth == DEPTH_MAX or not REPLIES[above.kind]:
                continue
            kind = self._kind(above)
            answer = self._answer(len(spoken), above, kind)
            said = (answer.root, answer.text.removeprefix(f"{above.name}: "))
            if said not in self._said:
                self._said.add(said)
                above.answered = kind in BY_WHOM_IT_CONCERNS
                spoken.append(answer)
        return spoken

    def _kind(self, above: Spoken) -> str:
        may_follow = {kind: often for kind, often in REPLIES[above.kind].items() if kind != "reply" or above.answers}
        return self._luck.choices([*may_follow], [*may_follow.values()])[0]

    def _beginning(self, number: int) -> Spoken:
        says = self._matters.deal().deal()
        text = says["text"]
        if self._percent(50) and not _is_personal(text):
            text = f"{self._deal('openings')} {text}"
        if self._percent(25):
            text += " " + self._sighting()
        if self._percent(25):
            more = self._matters.deal().deal()["text"]
            text += "" if _is_personal(more) else f"\n\n{more}"
        if self._percent(25):
            text += " " + self._deal("closings")
        at = self._start + (self._end - self._start) * self._luck.random() ** 1.7
        return Spoken(number, None, "beginning", self._luck.choice(self._names), at, text, _answers(says))

    def _answer(self, number: int, above: Spoken, kind: str) -> Spoken:
        exchange = self._exchanges.deal() if kind == "asking" else {}
        text = exchange.get("asks") or self._words(kind, above)
        if kind == "differing" and self._percent(30):
            text += " " + self._sighting()
        if kind in {"reply", "sighting", "differing"} and self._percent(18):
            text = f"{above.name}: {text}"
        return Spoken(
            number=number,
            parent=above,
            kind=kind,
            name=self._name(above, kind),
            at=self._later(above.at),
            text=text,
            answers=_answers(exchange),
        )

    def _words(self, kind: str, above: Spoken) -> str:
        if kind in {"reply", "answering"}:
            return self._luck.choice(above.answers)
        return self._sighting() if kind == "sighting" else self._deal(kind)

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


def _is_personal(text: str) -> bool:
    """Tell whether somebody introduces themselves in ``text``: once in a comment is enough."""
    return text.startswith(("I ", "I’", "My ", "Our ", "We ", "Both of", "On foot"))


def _answers(card: dict[str, Any]) -> tuple[str, ...]:
    return tuple(card.get("answers") or card.get("replies", ()))
