"""The parts that a story's body is made of."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageBlock

from standfirst.stories.asking import campaign_choices
from standfirst.stories.passages import marks
from standfirst.stories.safehtml import safe_html

TEXT_FEATURES = ["bold", "italic", "link", "document-link", "ol", "ul", "superscript", "subscript", "strikethrough"]
STORY_FEATURES = [*TEXT_FEATURES, marks.FEATURE]
QUOTE_LENGTH_MAX = 2_000


class HeadingBlock(blocks.StructBlock):
    """A heading inside the story; the headline is level 1, so these are 2 to 4."""

    text = blocks.CharBlock(max_length=255, label=_("Text"))
    level = blocks.ChoiceBlock(choices=[("2", "2"), ("3", "3"), ("4", "4")], default="2", label=_("Level"))

    class Meta:
        icon = "title"
        template = "stories/blocks/heading.html"


class PictureBlock(blocks.StructBlock):
    """A picture with alt text for this place; caption and credit come from the picture itself if left blank."""

    picture = ImageBlock(label=_("Picture"))
    caption = blocks.CharBlock(max_length=500, required=False, label=_("Caption here"))
    width = blocks.ChoiceBlock(
        choices=[("text", _("As wide as the text")), ("wide", _("Wider")), ("full", _("Full width"))],
        default="text",
        label=_("Width"),
    )

    class Meta:
        icon = "image"
        template = "stories/blocks/picture.html"


class GalleryBlock(blocks.StructBlock):
    """Several pictures that belong together."""

    pictures = blocks.ListBlock(PictureBlock(), min_num=1, max_num=60, label=_("Pictures"))

    class Meta:
        icon = "copy"
        template = "stories/blocks/gallery.html"


class QuotationBlock(blocks.StructBlock):
    """Somebody's words at length, with who said them and where."""

    text = blocks.RichTextBlock(features=["bold", "italic", "link"], label=_("Text"))
    source = blocks.CharBlock(max_length=255, required=False, label=_("Who said it"))
    source_url = blocks.URLBlock(required=False, label=_("Where"))

    class Meta:
        icon = "openquote"
        template = "stories/blocks/quotation.html"


class PullQuoteBlock(blocks.StructBlock):
    """A sentence of the story, set large."""

    text = blocks.CharBlock(max_length=400, label=_("Text"))
    source = blocks.CharBlock(max_length=255, required=False, label=_("Who said it"))

    class Meta:
        icon = "openquote"
        template = "stories/blocks/pull_quote.html"


class EmbedBlock(blocks.StructBlock):
    """Something on another site: a card with a link until the reader asks for the thing itself."""

    url = blocks.URLBlock(max_length=2_000, label=_("Address"))
    title = blocks.CharBlock(max_length=255, required=False, label=_("What it is"))
    caption = blocks.CharBlock(max_length=500, required=False, label=_("Caption"))

    class Meta:
        icon = "media"
        template = "stories/blocks/embed.html"


class SupportCallBlock(blocks.StructBlock):
    """A call to support at this place of the story."""

    text = blocks.CharBlock(max_length=300, required=False, label=_("Sentence"))

    class Meta:
        icon = "pick"
        template = "stories/blocks/support_call.html"


class CampaignBlock(blocks.StructBlock):
    """How a campaign stands, always as of now, and the way to give to it."""

    campaign = blocks.ChoiceBlock(
        choices=campaign_choices,
        label=_("Campaign"),
        help_text=_("Its sum and its bar stand here and stay up to date."),
    )
    text = blocks.CharBlock(max_length=300, required=False, label=_("Sentence"))

    class Meta:
        icon = "pick"
        template = "stories/blocks/campaign.html"


class RelatedStoryBlock(blocks.StructBlock):
    """Another story, shown as a card."""

    story = blocks.PageChooserBlock(page_type="stories.Story", label=_("Story"))

    class Meta:
        icon = "link"
        template = "stories/blocks/related_story.html"


class SafeHTMLBlock(blocks.TextBlock):
    """HTML that came from elsewhere, cleaned when it is saved and again when it is shown."""

    def clean(self, value: Any) -> Any:
        """Clean the HTML before it is stored."""
        return super().clean(safe_html(value or ""))

    class Meta:
        icon = "code"
        template = "stories/blocks/safe_html.html"


class BodyBlock(blocks.StreamBlock):
    """A story's body."""

    text = blocks.RichTextBlock(features=STORY_FEATURES, label=_("Text"), template="stories/blocks/text.html")
    heading = HeadingBlock(label=_("Heading"))
    picture = PictureBlock(label=_("Picture"))
    gallery = GalleryBlock(label=_("Gallery"))
    quotation = QuotationBlock(label=_("Quotation"))
    pull_quote = PullQuoteBlock(label=_("Pull quote"))
    embed = EmbedBlock(label=_("Embed"))
    table = TypedTableBlock(
        [
            ("text", blocks.RichTextBlock(features=["bold", "italic", "link"])),
            ("number", blocks.CharBlock(max_length=60)),
        ],
        label=_("Table"),
        template="stories/blocks/table.html",
    )
    support_call = SupportCallBlock(label=_("Call to support"))
    campaign = CampaignBlock(label=_("Campaign"))
    related_story = RelatedStoryBlock(label=_("Related story"))
    safe_html = SafeHTMLBlock(label=_("HTML"), group=_("Imported"))

    class Meta:
        block_counts: ClassVar = {"support_call": {"max_num": 3}, "campaign": {"max_num": 3}}
