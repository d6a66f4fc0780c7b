"""What editors do."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from PIL import Image as Drawing

from standfirst.kit import clock
from standfirst.stories import bringing_in, publishing, roles
from standfirst.stories.models import FrontPage, FrontPagePick, PublicationSettings
from standfirst.testing import stories as paper
from tests.scenes.world import World, scene

HARBOUR = Path(__file__).resolve().parent.parent.parent / "standfirst/importers/tests/data/harbour.xml"


@scene
def a_story_is_published(world: World) -> None:
    paper.published_story("Storm closes the quay", section=world.section)


@scene
def a_story_is_changed(world: World) -> None:
    world.story.title = "Ferry returns, late"
    publishing.publish_story(story=world.story)


@scene
def a_story_closes_its_comments(world: World) -> None:
    world.other.comments_open = False
    publishing.publish_story(story=world.other)


@scene
def a_story_goes_to_another_section(world: World) -> None:
    world.other.section = paper.make_section("Port")
    publishing.publish_story(story=world.other)


@scene
def a_scheduled_story_comes_due(world: World) -> None:
    publishing.schedule_story(story=paper.draft("Tomorrow"), at=clock.now() + timedelta(hours=1))
    publishing.schedule_story(story=paper.draft("Today"), at=clock.now() - timedelta(seconds=1))
    publishing.publish_due()


@scene
def a_story_is_withdrawn(world: World) -> None:
    publishing.withdraw_story(story=paper.published_story("A mistake", section=world.section))


@scene
def a_story_is_deleted(world: World) -> None:
    paper.published_story("Another mistake", section=world.section).delete()


@scene
def names_change(world: World) -> None:
    for each in (world.section, world.series, world.topic, world.author):
        each.name += " again"
        each.save()


@scene
def the_menu_changes(world: World) -> None:
    paper.make_section("Weather")
    world.section.position += 100
    world.section.save()


@scene
def a_section_leaves_the_menu(world: World) -> None:
    world.section.in_menu = False
    world.section.save()


@scene
def a_section_returns_to_the_menu(world: World) -> None:
    world.section.in_menu = True
    world.section.save()


@scene
def a_logo_is_chosen(world: World) -> None:
    chosen = PublicationSettings.objects.get()
    chosen.logo = world.picture
    chosen.save()


@scene
def the_publication_changes(world: World) -> None:
    chosen = PublicationSettings.objects.get()
    chosen.name, chosen.accent = "The Other Post", "#114477"
    chosen.save()


@scene
def the_front_page_is_picked(world: World) -> None:
    front = FrontPage.objects.get()
    front.picks.add(FrontPagePick(story=world.other))
    front.save_revision().publish()


@scene
def a_plain_page_changes(world: World) -> None:
    world.page.title = "Who we are"
    world.page.save_revision().publish()


@scene
def a_picture_changes(world: World) -> None:
    world.picture.description = "A larger boat"
    world.picture.save()


@scene
def things_are_brought_in(world: World) -> None:
    call_command("import_wordpress", str(HARBOUR), verbosity=0)


@scene
def pictures_are_brought_in_later(world: World) -> None:
    folder = Path(settings.MEDIA_ROOT) / "uploads" / "2021" / "11"
    folder.mkdir(parents=True)
    for name, form in (("ferry.jpg", "JPEG"), ("quay.png", "PNG")):
        Drawing.new("RGB", (320, 200), (30, 60, 90)).save(folder / name, form)
    (folder / "timetable.pdf").write_bytes(b"%PDF-1.4 timetable")
    call_command("import_wordpress", str(HARBOUR), media=folder.parent.parent, verbosity=0)


@scene
def a_document_is_brought_in(world: World) -> None:
    bringing_in.pick_for_front_page(story=world.other)
    roles.seed_roles()
