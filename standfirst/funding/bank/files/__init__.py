"""Bank statements, read from the files that banks hand out. Pure: nothing here knows the database.

``lines`` is the one shape that all of them become; ``camt``, ``mt940`` and ``csvfile`` read one
format each; ``reading`` tells them apart.
"""
