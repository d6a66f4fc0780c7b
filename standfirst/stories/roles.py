"""Who may do what on the desk with stories: the groups that a new publication starts with."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from standfirst.delivery.changes import verb
from standfirst.stories.models import FrontPage
from standfirst.stories.publishing import found_publication

EDITORS = "Editors"
AUTHORS = "Authors"
FILING = ("section", "series", "topic", "author")
PAGE_RIGHTS = {
    EDITORS: ("add_page", "change_page", "publish_page", "lock_page", "unlock_page"),
    AUTHORS: ("add_page",),
}
# Wagtail asks for the rights of its own models, whatever model a site puts in their place.
LIBRARY_RIGHTS = ("add_image", "change_image", "choose_image", "add_document", "change_document", "choose_document")


@verb
def seed_roles() -> None:
    """Create the groups of editors and authors. An author writes and submits; an editor publishes, too."""
    for name in ("Moderators", EDITORS, AUTHORS):
        group, _made = Group.objects.get_or_create(name=name)
        # Wagtail's first migration lets Moderators publish pages; here they look after comments.
        GroupPagePermission.objects.filter(group=group).delete()
        GroupCollectionPermission.objects.filter(group=group).delete()
    for name, rights in PAGE_RIGHTS.items():
        _give(Group.objects.get(name=name), rights)
    editors = Group.objects.get(name=EDITORS)
    filing = Q()
    for model in FILING:
        filing |= Q(codename__endswith=f"_{model}")
    editors.permissions.add(*Permission.objects.filter(filing, content_type__app_label="stories"))
    editors.permissions.add(*Permission.objects.filter(content_type__app_label="wagtailredirects"))
    editors.permissions.add(*Permission.objects.filter(codename="change_publicationsettings"))


def _give(group: Group, page_rights: tuple[str, ...]) -> None:
    group.permissions.add(Permission.objects.get(codename="access_admin", content_type__app_label="wagtailadmin"))
    front, library = FrontPage.objects.order_by("path").first(), Collection.get_first_root_node()
    for permission in Permission.objects.filter(codename__in=page_rights, content_type__model="page"):
        GroupPagePermission.objects.get_or_create(group=group, page=front, permission=permission)
    library_apps = ("wagtailimages", "wagtaildocs")
    for permission in Permission.objects.filter(codename__in=LIBRARY_RIGHTS, content_type__app_label__in=library_apps):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=library, permission=permission)


def after_migrating(**_: Any) -> None:
    """Found the publication on its first migration; later ones only follow a changed address."""
    new = not FrontPage.objects.exists()
    if new and Collection.get_first_root_node() is None:
        Collection.add_root(name="Root")
    found_publication()
    if new:
        seed_roles()
