"""What treasurers may do with supporters, receipts and letters.

Locks: none beyond a few inserted rows. Undo: the permissions stay, as they do no harm without what they are about.
"""

from django.db import migrations

MAY = {
    ("funding", "donor"): ("view", "change"),
    ("funding", "receipt"): ("view",),
    ("funding", "issuer"): ("change",),
    ("mail", "letter"): ("view", "change"),
}


def seed(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    treasurers, _ = Group.objects.get_or_create(name="Treasurers")
    for (app, model), actions in MAY.items():
        # Django makes these two rows after all migrations only; it takes what it finds.
        content_type, _ = ContentType.objects.get_or_create(app_label=app, model=model)
        for action in actions:
            permission, _ = Permission.objects.get_or_create(
                content_type=content_type, codename=f"{action}_{model}", defaults={"name": f"Can {action} {model}"}
            )
            treasurers.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("funding", "0011_supporters"), ("mail", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
