"""The comments of an item, handed to the discussion with their nesting, dates and states."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from standfirst.discussion import comments, threads
from standfirst.discussion.bringing_in import BroughtIn, BroughtInReport
from standfirst.discussion.refusals import NoSuchThread
from standfirst.importers.report import Report
from standfirst.importers.wordpress import wxr
from standfirst.importers.wordpress.autop import autop
from standfirst.importers.wordpress.markup import plain
from standfirst.importers.wordpress.survey import Survey, shown, shown_remark
from standfirst.kit import clock
from standfirst.stories.models import PlainPage, Story
from standfirst.stories.passages.words import asked_in

_STATES = {
    "1": ("published", ""),
    "approve": ("published", ""),
    "0": ("held", "It was waiting for a decision where it came from."),
    "hold": ("held", "It was waiting for a decision where it came from."),
    "spam": ("rejected", "It was marked as spam where it came from."),
    "trash": ("rejected", "It lay in the trash where it came from."),
    "post-trashed": ("rejected", "It lay in the trash where it came from."),
}
_MENTIONS = frozenset({"pingback", "trackback"})
_KINDS = frozenset({"comment", "review", "wpdiscuz_sticky"})


class Remarks:
    """Takes the comments of stories; pages here have no discussion."""

    def __init__(self, survey: Survey, report: Report) -> None:
        self._source = survey.source
        self._report = report

    def take(self, item: wxr.Item, page: Story | PlainPage) -> None:
        """Bring in the comments of ``item``; those that came in before stay as they are."""
        wanted = self._wanted(item, live=page.live)
        if not isinstance(page, Story) or not page.live:
            return
        if wanted:
            done = self._handed_over(page, self._answering(item, page, wanted))
            self._report.take("comments", done.taken)
            self._report.know("comments", done.known)
            for number, reason in done.left_out:
                self._report.leave_out("comments", f"comment {number}", reason, line=item.line)
            for number, what in done.mended:
                self._report.note(f"comment {number}", what)

    def _answering(self, item: wxr.Item, story: Story, wanted: list[BroughtIn]) -> list[BroughtIn]:
        """Return ``wanted`` with the question that each answers: the export names none, so the story must have one."""
        answers = {remark.number for remark in item.remarks if remark.feedback_form and not remark.parent}
        if not answers:
            return wanted
        asked = asked_in(story.body)
        if len(asked) != 1:
            what = "answers to questions about a passage stand without them: the export does not say which is whose"
            self._report.note(shown(item), what)
            return wanted
        mark = asked[0].mark
        return [replace(each, question=mark) if each.source_id in answers else each for each in wanted]

    def _handed_over(self, story: Story, wanted: list[BroughtIn]) -> BroughtInReport:
        try:
            return comments.bring_in(thread_key=story.key, source=self._source, comments=wanted)
        except NoSuchThread:
            # Opened only where none is: one that a moderator closed meanwhile stays closed.
            threads.open_thread(key=story.key, title=story.headline, url=f"/{story.address}/", open=story.comments_open)
            return comments.bring_in(thread_key=story.key, source=self._source, comments=wanted)

    def foresee(self, item: wxr.Item, *, live: bool) -> None:
        """Count the comments that would come in with ``item``."""
        self._report.take("comments", len(self._wanted(item, live=live)))

    def _wanted(self, item: wxr.Item, *, live: bool) -> list[BroughtIn]:
        return [self._brought_in(item, remark) for remark in self._fitting(item, live=live)]

    def _fitting(self, item: wxr.Item, *, live: bool) -> Iterator[wxr.Remark]:
        for remark in item.remarks:
            reason = _reason(item, remark, live=live)
            if reason:
                self._report.leave_out("comments", shown_remark(remark), reason, line=remark.line)
            else:
                yield remark

    def _brought_in(self, item: wxr.Item, remark: wxr.Remark) -> BroughtIn:
        state, reason = _STATES[remark.approved]
        return BroughtIn(
            source_id=remark.number,
            parent_source_id=remark.parent or None,
            name=plain(remark.author),
            body=autop(remark.text),
            body_format="html",
            written_at=_written_at(item, remark) or clock.now(),
            state=state,
            reason=reason,
        )


def _reason(item: wxr.Item, remark: wxr.Remark, *, live: bool) -> str:
    """Return why ``remark`` does not come in, "" if it does."""
    reasons = (
        (not remark.number, "it has no number, so that a second import could not know it again"),
        (remark.kind in _MENTIONS, f"a {remark.kind} is no comment"),
        (remark.kind not in _KINDS, f"comments of the kind “{remark.kind}” have no place here"),
        (remark.approved not in _STATES, f"its state “{remark.approved}” is not known"),
        (_written_at(item, remark) is None, "it has no date"),
        (item.kind == "page", "pages have no discussion here"),
        (not live, "its story is not published; import again once it is"),
    )
    return next((reason for holds, reason in reasons if holds), "")


def _written_at(item: wxr.Item, remark: wxr.Remark) -> datetime | None:
    return remark.written_at or item.published_at
