"""Questions that the newsroom asks about a passage, their answers, and passages that readers quote."""
