"""What the books need besides: the steps of a dispute, how far the chain was checked, the month's rows in order.

Locks: on PostgreSQL the two indexes on transfers are built under a lock that lets readers pass, about a
second for each million rows. The triggers are dropped and created again, so that the new table
has its own. Undo: drops the two tables; no sum is touched.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from standfirst.funding.migrations import _triggers


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0006_triggers_again'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(_triggers.drop, _triggers.create),
        migrations.CreateModel(
            name='DisputeStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider_ref', models.CharField(max_length=120)),
                ('kind', models.CharField(choices=[('withdrawn', 'withdrawn'), ('reinstated', 'given back')], max_length=10)),
                ('amount_minor', models.BigIntegerField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['id'],
                'default_permissions': [],
            },
        ),
        migrations.CreateModel(
            name='VerifiedHead',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('hash', models.CharField(max_length=64)),
                ('verified_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': [],
            },
        ),
        migrations.RemoveIndex(
            model_name='transfer',
            name='transfer_by_period',
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(fields=['period', 'mode', 'id'], name='transfer_by_period'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(fields=['recorded_at'], name='transfer_by_record'),
        ),
        migrations.AddField(
            model_name='disputestep',
            name='dispute',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='funding.dispute'),
        ),
        migrations.AddConstraint(
            model_name='disputestep',
            constraint=models.UniqueConstraint(fields=('dispute', 'provider_ref', 'kind'), name='dispute_step_once'),
        ),
        migrations.AddConstraint(
            model_name='disputestep',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='dispute_step_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='disputestep',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['withdrawn', 'reinstated'])), name='dispute_step_kind_known'),
        ),
        migrations.RunPython(_triggers.create, _triggers.drop),
    ]
