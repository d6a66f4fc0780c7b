"""Following: being told by mail of new comments."""
