"""The mark of a question in the desk's text editor: from the kept text into the editor and back, and onto the page."""

import uuid
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from draftjs_exporter import DOM
from wagtail.admin.rich_text.converters.html_to_contentstate import LinkElementHandler
from wagtail.admin.rich_text.editors.draftail import features as draftail
from wagtail.rich_text import LinkHandler
from wagtail.rich_text.feature_registry import FeatureRegistry

from standfirst.stories.passages.marks import FEATURE, OPENED, QUESTION_LENGTH_MAX, usable_mark, usable_text

ENTITY = "QUESTION"


class QuestionElementHandler(LinkElementHandler):
    """A kept mark, for the editor."""

    def get_attribute_data(self, attrs: dict[str, str]) -> dict[str, Any]:
        """Return what the editor keeps with the passage."""
        return {
            "mark": usable_mark(attrs.get("id")) or str(uuid.uuid4()),
            "question": usable_text(attrs.get("question")),
            "opened": attrs.get("opened") == OPENED,
        }


def question_entity(props: dict[str, Any]) -> Any:
    """Return the editor's mark as it is kept; the passage alone if nothing is asked about it."""
    text = usable_text(props.get("question"))
    if not text:
        return props["children"]
    kept = {"linktype": FEATURE, "id": usable_mark(props.get("mark")) or str(uuid.uuid4()), "question": text}
    if props.get("opened") is True:
        kept["opened"] = OPENED
    return DOM.create_element("a", kept, props["children"])


class QuestionLink(LinkHandler):
    """A kept mark, for the page: a bare element that ``showing`` completes, and that says nothing where it does not."""

    identifier: ClassVar[str] = FEATURE

    @classmethod
    def expand_db_attributes(cls, attrs: dict[str, str]) -> str:
        """Return the element's opening tag."""
        mark = usable_mark(attrs.get("id"))
        opened = " data-opened" if attrs.get("opened") == OPENED else ""
        return f'<a data-question="{mark}"{opened}>' if mark else "<a>"


def register(features: FeatureRegistry) -> None:
    """Add the mark to what a text may have."""
    features.register_link_type(QuestionLink)
    features.register_editor_plugin(
        "draftail",
        FEATURE,
        draftail.EntityFeature(
            {
                "type": ENTITY,
                "icon": "help",
                "description": _("Ask the readers about this passage"),
                "attributes": ["mark", "question", "opened"],
                "words": _words(),
            },
            js=["stories/asking.js"],
            css={"all": ["stories/asking.css"]},
        ),
    )
    rule = {
        "from_database_format": {f'a[linktype="{FEATURE}"]': QuestionElementHandler(ENTITY)},
        "to_database_format": {"entity_decorators": {ENTITY: question_entity}},
    }
    features.register_converter_rule("contentstate", FEATURE, rule)


def _words() -> dict[str, Any]:
    """Return what the editor's plugin says, in the editor's language."""
    return {
        "title": _("Ask the readers about this passage"),
        "question": _("Your question"),
        "opened": _("Open from the start, without a click"),
        "save": _("Ask"),
        "cancel": _("Cancel"),
        "length": QUESTION_LENGTH_MAX,
    }
