"""The group of those who look after the money, and what its members may do on the desk.

Locks: none beyond a few inserted rows. Undo: the group stays, as people may be in it.
"""

from django.db import migrations

MAY = {
    "campaign": ("add", "change", "view"),
    "gift": ("add", "view"),
    "payment": ("refund", "view"),
    "providerevent": ("change", "view"),
    "transfer": ("view",),
}


def seed(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    treasurers, _ = Group.objects.get_or_create(name="Treasurers")
    treasurers.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    for model, actions in MAY.items():
        # Django makes these two rows after all migrations only; it takes what it finds.
        content_type, _ = ContentType.objects.get_or_create(app_label="funding", model=model)
        for action in actions:
            permission, _ = Permission.objects.get_or_create(
                content_type=content_type, codename=f"{action}_{model}", defaults={"name": f"Can {action} {model}"}
            )
            treasurers.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("funding", "0002_what_never_changes"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailadmin", "0001_create_admin_access_permissions"),
    ]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
