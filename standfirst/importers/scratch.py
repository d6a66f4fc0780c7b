"""A database of SQLite's own for what an import has to look up again: in memory while small, on disk when large."""

import sqlite3
import weakref


def scratch(owner: object) -> sqlite3.Connection:
    """Return an empty temporary database without a name. It is gone when ``owner`` is."""
    # The owner may be forgotten in another thread than the one that made it.
    connection = sqlite3.connect("", check_same_thread=False)
    weakref.finalize(owner, connection.close)
    return connection
