"""Stories, where they are filed, and who wrote them."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, InlinePanel, MultiFieldPanel, PageChooserPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting
from wagtail.fields import RichTextField, StreamField
from wagtail.models import Orderable, Page
from wagtail.search import index

from standfirst.accounts.models import Account
from standfirst.accounts.staff import members_of_the_house
from standfirst.stories.blocks import BodyBlock
from standfirst.stories.documents import NewsDocument
from standfirst.stories.pictures import Picture, PictureRendition
from standfirst.stories.preview import Previewed

__all__ = [
    "Author",
    "Byline",
    "FrontPage",
    "FrontPagePick",
    "NewsDocument",
    "Picture",
    "PictureRendition",
    "PlainPage",
    "PublicationSettings",
    "Section",
    "Series",
    "Story",
    "Topic",
]


class Filed(models.Model):
    """A name under which stories are filed: it has an address of its own."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=120, unique=True, allow_unicode=True)
    description = models.TextField(_("description"), max_length=1_000, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Section(Filed):
    """A part of the paper, such as Politics; a section may lie in another."""

    parent = models.ForeignKey(
        "self", verbose_name=_("lies in"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    position = models.PositiveSmallIntegerField(_("position in the menu"), default=100)
    in_menu = models.BooleanField(_("in the menu"), default=True)

    class Meta(Filed.Meta):
        ordering: ClassVar = ["position", "name"]
        verbose_name = _("section")
        verbose_name_plural = _("sections")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="section_not_in_itself"),
        ]

    def get_absolute_url(self) -> str:
        """Return the section's address."""
        return reverse("section", args=[self.slug])


class Series(Filed):
    """Stories that belong together and are read in order."""

    class Meta(Filed.Meta):
        verbose_name = _("series")
        verbose_name_plural = _("series")

    def get_absolute_url(self) -> str:
        """Return the series' address."""
        return reverse("series", args=[self.slug])


class Topic(Filed):
    """What a story is about."""

    class Meta(Filed.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def get_absolute_url(self) -> str:
        """Return the topic's address."""
        return reverse("topic", args=[self.slug])


class Author(models.Model):
    """A person or agency in bylines. An author needs no account; with one, their comments are marked as theirs."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("address"), max_length=120, unique=True, allow_unicode=True)
    role = models.CharField(_("what they do"), max_length=120, blank=True)
    biography = models.TextField(_("biography"), max_length=2_000, blank=True)
    portrait = models.ForeignKey(
        Picture, verbose_name=_("portrait"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    account = models.ForeignKey(
        Account,
        verbose_name=_("account"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to=members_of_the_house,
        help_text=_("Whose comments below this author's stories carry the mark “Author”."),
    )

    class Meta:
        ordering: ClassVar = ["name"]
        verbose_name = _("author")
        verbose_name_plural = _("authors")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the author's address."""
        return reverse("author", args=[self.slug])


class Story(Previewed, Page):
    """A story. Its address is /YYYY/MM/slug/ from its first publishing on and does not move with the tree."""

    kicker = models.CharField(_("kicker"), max_length=60, blank=True)
    standfirst = models.TextField(_("standfirst"), max_length=600, blank=True)
    hero = models.ForeignKey(
        Picture, verbose_name=_("lead picture"), null=True, blank=True, on_delete=models.PROTECT, related_name="leads"
    )
    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)
    section = models.ForeignKey(
        Section, verbose_name=_("section"), null=True, blank=True, on_delete=models.PROTECT, related_name="stories"
    )
    series = models.ForeignKey(
        Series, verbose_name=_("series"), null=True, blank=True, on_delete=models.PROTECT, related_name="stories"
    )
    topics = ParentalManyToManyField(Topic, verbose_name=_("topics"), blank=True, related_name="stories")
    canonical_url = models.URLField(_("first published at"), max_length=2_000, blank=True)
    comments_open = models.BooleanField(_("comments are open"), default=True)
    address = models.CharField(
        max_length=300,
        unique=True,
        null=True,
        editable=False,
        validators=[RegexValidator(r"^\d{4}/\d{2}/[^/]+$")],
    )

    parent_page_types: ClassVar = ["stories.FrontPage"]
    subpage_types: ClassVar[list[str]] = []
    search_fields: ClassVar = [
        *Page.search_fields,
        index.SearchField("kicker"),
        index.SearchField("standfirst", boost=2),
        index.SearchField("body"),
        index.FilterField("section"),
        index.FilterField("address"),
        index.RelatedFields("bylines", [index.RelatedFields("author", [index.SearchField("name")])]),
    ]
    content_panels: ClassVar = [
        FieldPanel("kicker"),
        *Page.content_panels,
        FieldPanel("standfirst"),
        FieldPanel("hero"),
        InlinePanel("bylines", label=_("Author"), heading=_("By")),
        FieldRowPanel([FieldPanel("section"), FieldPanel("series")]),
        FieldPanel("topics"),
        FieldPanel("body"),
    ]
    settings_panels: ClassVar = [
        *Page.settings_panels,
        FieldPanel("comments_open"),
    ]
    promote_panels: ClassVar = [*Page.promote_panels, FieldPanel("canonical_url")]

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")
        indexes: ClassVar = [models.Index(fields=["section"], name="story_by_section")]

    @property
    def headline(self) -> str:
        """The headline: what Wagtail calls the title."""
        return str(self.title)

    @property
    def key(self) -> str:
        """The key under which this story is known to the other subjects: ``story:<id>``."""
        return f"story:{self.pk}"

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        """Return the lasting address, not the place in the tree; there is none before the first publishing."""
        sites = self._get_relevant_site_root_paths(request)
        if not sites:
            return None
        if not self.address:
            return sites[0].site_id, None, None
        return sites[0].site_id, settings.BASE_URL, f"/{self.address}/"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Give the story its address at its first publishing; a new slug changes the last part only."""
        if self.live and self.first_published_at:
            month = self.address[:7] if self.address else timezone.localtime(self.first_published_at).strftime("%Y/%m")
            self.address = f"{month}/{self.slug}"
        super().save(*args, **kwargs)

    def with_content_json(self, content: Any) -> "Story":
        """Return the story as a revision has it; the address belongs to the story, not to a revision."""
        story: Story = super().with_content_json(content)
        story.address = self.address
        return story


class Byline(Orderable):
    """An author of a story, in order, with what they did for it."""

    story = ParentalKey(Story, on_delete=models.CASCADE, related_name="bylines")
    author = models.ForeignKey(Author, verbose_name=_("author"), on_delete=models.PROTECT, related_name="bylines")
    role = models.CharField(_("for this story as"), max_length=60, blank=True)

    class Meta(Orderable.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["story", "author", "role"], name="byline_names_an_author_once_a_role"),
        ]

    def __str__(self) -> str:
        return f"{self.author} ({self.role})" if self.role else str(self.author)


class FrontPage(Previewed, Page):
    """The publication's front page; every story lies under it."""

    parent_page_types: ClassVar = ["wagtailcore.Page"]
    subpage_types: ClassVar = ["stories.Story", "stories.PlainPage"]
    content_panels: ClassVar = [
        *Page.content_panels,
        InlinePanel("picks", label=_("Story"), heading=_("Top of the front page"), max_num=12),
    ]

    class Meta:
        verbose_name = _("front page")

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        """Return the root of the configured host."""
        sites = self._get_relevant_site_root_paths(request)
        return (sites[0].site_id, settings.BASE_URL, "/") if sites else None


class FrontPagePick(Orderable):
    """A story that an editor put on top of the front page."""

    front_page = ParentalKey(FrontPage, on_delete=models.CASCADE, related_name="picks")
    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="+")

    panels: ClassVar = [PageChooserPanel("story", "stories.Story")]

    def __str__(self) -> str:
        return str(self.story)


class PlainPage(Previewed, Page):
    """A page that is no story, such as "About us"."""

    body = StreamField(BodyBlock(), verbose_name=_("text"), blank=True)

    parent_page_types: ClassVar = ["stories.FrontPage", "stories.PlainPage"]
    subpage_types: ClassVar = ["stories.PlainPage"]
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("body")]
    search_fields: ClassVar = [*Page.search_fields, index.SearchField("body")]

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")

    @property
    def path_from_front(self) -> str:
        """The page's address: its place in the tree below the front page."""
        return "/" + self.url_path.removeprefix("/").partition("/")[2]

    def get_url_parts(self, request: HttpRequest | None = None) -> Any:
        """Return the address below the front page, on the configured host."""
        sites = self._get_relevant_site_root_paths(request)
        return (sites[0].site_id, settings.BASE_URL, self.path_from_front) if sites else None


@register_setting(icon="home")
class PublicationSettings(BaseSiteSetting):
    """The publication's name and colours, set on the desk."""

    name = models.CharField(_("name"), max_length=80, default="Standfirst")
    strapline = models.CharField(_("strapline"), max_length=160, blank=True)
    logo = models.ForeignKey(
        Picture, verbose_name=_("logo"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    accent = models.CharField(
        _("accent colour"),
        max_length=7,
        default="#8a1c2b",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write a colour as #rrggbb."))],
    )
    contact_email = models.EmailField(_("address for readers"), blank=True)
    support_sentence = models.CharField(
        _("the call to support"),
        max_length=300,
        default="Readers pay for this paper. If you can, be one of them.",
    )
    about = RichTextField(_("about, at the foot of each page"), blank=True, features=["bold", "italic", "link"])

    panels: ClassVar = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("strapline"), FieldPanel("logo"), FieldPanel("accent")]),
        FieldPanel("contact_email"),
        FieldPanel("support_sentence"),
        FieldPanel("about"),
    ]

    class Meta:
        verbose_name = _("publication")

    @property
    def zone(self) -> ZoneInfo:
        """The publication's time zone."""
        return ZoneInfo(settings.TIME_ZONE)

    def __str__(self) -> str:
        return self.name
