"""The cast and the makers that tests use; they call the real verbs."""
