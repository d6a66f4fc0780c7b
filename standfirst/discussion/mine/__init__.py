"""What is one's own: one's comments, whatever became of them; taking them back, claiming, exporting, erasing."""

from standfirst.discussion.mine.own import OwnComment, comment, own, waiting

__all__ = ["OwnComment", "comment", "own", "waiting"]
