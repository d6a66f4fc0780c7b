"""Which household began a gift, as a keyed hash, so that declined cards count against it.

Adds one column that may be empty: no row is rewritten, and no table is rebuilt on SQLite.
Undone by dropping it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funding", "0008_chain")]
    operations = [
        migrations.AddField(
            model_name="gift",
            name="household",
            field=models.CharField(blank=True, editable=False, max_length=64, null=True),
        ),
    ]
