"""Pictures of comments: taken in, re-encoded apart from us, kept on a shelf, shown, and forgotten with their comment."""
