"""Each message of a payment service remembers of which payment it is, so that one question answers all of them.

Locks: the inbox for a moment (PostgreSQL and SQLite add the column without touching the rows). Undo: the column goes;
every message is then asked about by itself, as before.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funding", "0013_beside_the_sum")]
    operations = [
        migrations.AddField("providerevent", "payment_ref", models.CharField(blank=True, max_length=120)),
    ]
