"""Let a thread be withdrawn. Adds a column that may be NULL: no rewrite, no long lock. Undo: migrate back."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('discussion', '0002_moderators'),
    ]

    operations = [
        migrations.AddField(
            model_name='thread',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
