import io
from pathlib import Path

import pytest

from standfirst.discussion import threads
from standfirst.discussion.models import Comment
from standfirst.importers.progress import Progress
from standfirst.importers.report import Report
from standfirst.importers.tests.conftest import Import, Written
from standfirst.stories.models import FrontPage, PlainPage, Section, Story

pytestmark = pytest.mark.django_db


def remark(number: str, text: str = "Aye.", **fields: str) -> str:
    told = {"comment_approved": "1", "comment_date_gmt": "2020-05-01 11:00:00", "comment_author": "Ines", **fields}
    inside = "".join(f"<wp:{name}>{value}</wp:{name}>" for name, value in told.items())
    return (
        f"<wp:comment><wp:comment_id>{number}</wp:comment_id>"
        f"<wp:comment_content><![CDATA[{text}]]></wp:comment_content>{inside}</wp:comment>\n"
    )


def test_comments_without_number_date_or_known_state_are_named(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    odd = remark("") + remark("2", comment_approved="perhaps") + remark("3", comment_type="order_note")
    undated = remark("4", comment_date_gmt="0000-00-00 00:00:00")

    report = bring_in(write(post(1, extra=odd + undated)))

    assert Comment.objects.get().source_id == "4"  # it is dated like its story
    for reason in ("it has no number", "its state “perhaps” is not known", "of the kind “order_note”"):
        assert reason in report


def test_orphans_cycles_and_repeated_comments_come_in_once(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    orphan = remark("1", comment_parent="99")
    cycle = remark("2", comment_parent="3") + remark("3", comment_parent="2")

    bring_in(write(post(1, extra=orphan + cycle + remark("1", "Again."))))

    assert Comment.objects.count() == 3
    assert Comment.objects.get(source_id="1").parent is None


def test_a_discussion_that_a_moderator_closed_stays_closed(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    path = write(post(1, extra=remark("1")))
    bring_in(path)
    threads.close_thread(key=Story.objects.get().key)

    write(post(1, extra=remark("1") + remark("2")))
    bring_in(path)

    assert Comment.objects.count() == 2
    assert threads.page_of(Story.objects.get().key).is_open is False


def test_a_story_without_a_headline_is_called_by_its_first_words(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    bring_in(write(post(1, "One two three four five six seven eight nine").replace("Story 1", "")))

    assert Story.objects.get().title == "One two three four five six seven eight…"


def test_a_headline_with_markup_is_plain_text(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    bring_in(write(post(1).replace("Story 1", "&lt;b&gt;Fog&lt;/b&gt; &amp;amp; &lt;script&gt;x()&lt;/script&gt;tea")))

    assert Story.objects.get().title == "Fog & tea"


def test_a_headline_that_is_too_long_is_cut_and_named(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    report = bring_in(write(post(1).replace("Story 1", "x" * 400)))

    assert len(Story.objects.get().title) == 255
    assert "its headline was cut to 255 characters" in report


def test_a_standfirst_that_is_too_long_is_cut_at_a_word_and_named(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    excerpt = f"<excerpt:encoded>{'word ' * 200}</excerpt:encoded>"

    report = bring_in(write(post(1, extra=excerpt)))

    assert Story.objects.get().standfirst.endswith(" word…")
    assert len(Story.objects.get().standfirst) <= 600
    assert "its standfirst was cut to 600 characters" in report


def test_pages_that_are_each_others_parents_come_in(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    items = post(1, post_type="page", post_parent="2") + post(2, post_type="page", post_parent="1")
    chain = "".join(post(n, post_type="page", post_parent=str(n + 1)) for n in range(10, 40))

    bring_in(write(items + chain))

    assert PlainPage.objects.count() == 32


def test_the_most_used_sections_fill_the_menu_in_their_order(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    head = "".join(
        f"<wp:category><wp:category_nicename>c{n}</wp:category_nicename><wp:cat_name>C {n}</wp:cat_name></wp:category>"
        for n in range(12)
    )
    items = "".join(
        post(10 * n + k, extra=f'<category domain="category" nicename="c{n}">C {n}</category>')
        for n in range(1, 10)
        for k in range(n)
    )

    bring_in(write(items, head=head))

    menu = list(Section.objects.filter(in_menu=True).values_list("slug", flat=True))
    assert menu == ["c9", "c8", "c7", "c6", "c5", "c4", "c3"]


def test_a_story_that_changed_in_the_export_stays_as_it_is_here(
    founded: FrontPage, bring_in: Import, write: Written, post: Written
) -> None:
    path = write(post(1, "First."))
    bring_in(path)
    write(post(1, "Second."))

    report = bring_in(path)

    assert Story.objects.get().body[0].value.source == "<p>First.</p>"
    assert "it changed in the export since it came in" in report


def test_a_file_that_changes_while_it_is_read_is_left(
    founded: FrontPage, bring_in: Import, write: Written, post: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    path: Path = write(post(1))
    real = Report.take

    def meddle(self: Report, kind: str, count: int = 1) -> None:
        path.write_text(path.read_text() + "\n")
        real(self, kind, count)

    monkeypatch.setattr(Report, "take", meddle)
    item = post(1, extra='<category domain="category" nicename="c">C</category>')
    head = "<wp:author><wp:author_login>ida</wp:author_login></wp:author>"
    write(item, head=head)

    with pytest.raises(Exception, match=r"importers\.file_changed"):
        bring_in(path)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_on_a_terminal_only() -> None:
    shown, silent = Terminal(), io.StringIO()

    for stream in (shown, silent):
        progress = Progress(stream)
        progress.stage("Checking", 200)
        progress.move(100)
        progress.end()

    assert "Checking" in shown.getvalue()
    assert "50%" in shown.getvalue()
    assert silent.getvalue() == ""


def test_a_report_groups_what_was_left_out_by_its_reason() -> None:
    report = Report()
    report.leave_out("stories", "B", "gone", line=9)
    report.leave_out("stories", "A", "gone", line=3)
    report.note("C", "odd")
    report.note("C", "odd")

    lines = list(report.lines())

    assert "  stories: 2 – gone" in lines
    assert lines.index("      line 3: A") < lines.index("      line 9: B")
    assert lines.count("      odd") == 1
    assert "  nothing" in lines
