"""Passages of a story that the newsroom asks about: marked on the desk, read here, shown to readers."""
