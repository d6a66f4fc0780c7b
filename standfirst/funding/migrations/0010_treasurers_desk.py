"""What treasurers may do with what the desk shows since 0004, and editors with the sums.

Locks: none beyond a few inserted rows. Undo: the permissions stay, as people may have been given them.
"""

from django.db import migrations

MAY = {
    "Treasurers": {
        "bankline": ("change", "view"),
        "bankstatement": ("add", "view"),
        "closing": ("view",),
        "dispute": ("view",),
        "donor": ("change", "view"),
        "matchingpool": ("add", "change", "view"),
        "rate": ("add", "change", "view"),
        "receipt": ("view",),
        "reconciliation": ("view",),
        "subscription": ("change", "view"),
        "transfer": ("view",),
        "yearstatement": ("view",),
    },
    "Editors": {"closing": ("view",)},
}
ADJUST = ("adjust_ledger", "Can correct the books by an entry with a reason")


def seed(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    for name, models in MAY.items():
        group, _ = Group.objects.get_or_create(name=name)
        for model, actions in models.items():
            for action in actions:
                group.permissions.add(_permission(apps, model, f"{action}_{model}", f"Can {action} {model}"))
        if name == "Treasurers":
            group.permissions.add(_permission(apps, "transfer", *ADJUST))


def _permission(apps, model, codename, title):
    # Django makes these rows after all migrations only; it takes what it finds.
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="funding", model=model
    )
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": title}
    )
    return permission


class Migration(migrations.Migration):
    dependencies = [("funding", "0009_giving")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
