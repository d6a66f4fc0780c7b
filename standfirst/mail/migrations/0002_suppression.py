"""Keep addresses to which nothing is sent. A new table: locks nothing. Undo: migrate back, and every address gets mail again."""

import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('mail', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Suppression',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254, unique=True, verbose_name='address')),
                ('reason', models.CharField(choices=[('bounced', 'mail came back'), ('complained', 'reported as unwanted'), ('by_hand', 'by staff')], max_length=10, verbose_name='why')),
                ('note', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('suppressed_at', models.DateTimeField(verbose_name='since')),
            ],
            options={
                'verbose_name': 'suppressed address',
                'verbose_name_plural': 'suppressed addresses',
                'ordering': ['-suppressed_at', '-id'],
                'default_permissions': ['view', 'delete'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason__in', ['bounced', 'complained', 'by_hand'])), name='suppression_reason_known'), models.CheckConstraint(condition=models.Q(('address', django.db.models.functions.text.Lower('address'))), name='suppression_is_in_lower_case')],
            },
        ),
    ]
