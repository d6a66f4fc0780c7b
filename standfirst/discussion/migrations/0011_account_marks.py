"""Marks that last, such as that of a supporter who lets it be seen.

A new table: nobody waits. Undo: migrate back; the marks are found again by whoever keeps them.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('discussion', '0010_reading'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountMark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(max_length=20)),
                ('under', models.CharField(max_length=60)),
                ('given_at', models.DateTimeField()),
                ('account', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='marks', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'default_permissions': [],
                'constraints': [models.UniqueConstraint(fields=('account', 'mark'), name='account_mark_once'), models.CheckConstraint(condition=models.Q(('under', ''), _negated=True), name='account_mark_names_its_name')],
            },
        ),
    ]
