"""How a question is named: by its thread's key and its mark; and the key under which its changes are told."""

import uuid


def change_key(thread_key: str) -> str:
    """Return the key under which the change log knows the questions of a thread."""
    return f"questions:{thread_key}"


def usable_mark(raw: str) -> uuid.UUID:
    """Return ``raw`` as a mark; one that nothing has if it is none."""
    try:
        return uuid.UUID(raw) if len(raw) <= 45 else uuid.UUID(int=0)
    except ValueError:
        return uuid.UUID(int=0)


def name_of(thread_key: str, mark: uuid.UUID) -> str:
    """Return a question's name in a fragment's."""
    return f"{thread_key}:{mark}"


def parts_of(name: str) -> tuple[str, uuid.UUID]:
    """Return the thread's key and the mark of a question's name."""
    key, _, mark = name.rpartition(":")
    return key, usable_mark(mark)
