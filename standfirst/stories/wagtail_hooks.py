"""The stories' part of the desk: sections, series, topics and authors beside Wagtail's pages and pictures."""

from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel
from wagtail.rich_text.feature_registry import FeatureRegistry
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from standfirst.stories.models import Author, Section, Series, Topic
from standfirst.stories.passages import editor


class AuthorViewSet(SnippetViewSet):
    """Authors of bylines."""

    model = Author
    icon = "user"
    list_display = ["name", "role"]
    search_fields = ["name", "role"]
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]),
        FieldPanel("role"),
        FieldPanel("biography"),
        FieldPanel("portrait"),
        FieldPanel("account"),
    ]


class SectionViewSet(SnippetViewSet):
    """Sections, in the order of the menu."""

    model = Section
    icon = "folder-open-inverse"
    list_display = ["name", "parent", "position", "in_menu"]
    search_fields = ["name"]
    panels = [
        FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]),
        FieldPanel("description"),
        FieldRowPanel([FieldPanel("parent"), FieldPanel("position"), FieldPanel("in_menu")]),
    ]


class SeriesViewSet(SnippetViewSet):
    """Series."""

    model = Series
    icon = "list-ol"
    search_fields = ["name"]
    panels = [FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]), FieldPanel("description")]


class TopicViewSet(SnippetViewSet):
    """Topics."""

    model = Topic
    icon = "tag"
    search_fields = ["name"]
    panels = [FieldRowPanel([FieldPanel("name"), FieldPanel("slug")]), FieldPanel("description")]


class FilingViewSetGroup(SnippetViewSetGroup):
    """Where stories are filed, and who wrote them."""

    menu_label = _("Filing")
    menu_icon = "folder-inverse"
    menu_order = 250
    items = (AuthorViewSet, SectionViewSet, SeriesViewSet, TopicViewSet)


register_snippet(FilingViewSetGroup)


@hooks.register("construct_main_menu")
def without_wagtails_help(request: object, menu_items: list[object]) -> None:
    """Leave out Wagtail's own help: it leads to another site."""
    menu_items[:] = [
        item for item in menu_items if getattr(item, "name", "") not in {"help", "whats-new-in-wagtail-version"}
    ]


@hooks.register("register_rich_text_features")
def questions(features: FeatureRegistry) -> None:
    """Let editors mark a passage and ask about it."""
    editor.register(features)
