"""Pictures of comments: taken in, re-encoded in a process apart, kept on a shelf, forgotten with their comment."""
