"""Corrections of the books, which one person proposes and another signs off.

Locks: none, a new table. Undo: the table goes, and with it who proposed what; what was booked stays in the ledger.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0014_messages_of_a_payment'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('first_day', models.DateField()),
                ('kind', models.CharField(choices=[('gifts_less', 'Too much was counted as gifts'), ('gifts_more', 'Too little was counted as gifts'), ('cover_less', 'Too much was counted as added for the fees'), ('cover_more', 'Too little was counted as added for the fees'), ('gifts_to_cover', 'Counted as a gift, but was added for the fees'), ('cover_to_gifts', 'Counted as added for the fees, but was a gift'), ('fees_less', 'Too much was booked as fees of the payment service'), ('fees_more', 'Too little was booked as fees of the payment service'), ('disputes_less', 'Too much was booked as cost of disputes'), ('disputes_more', 'Too little was booked as cost of disputes'), ('to_bank', 'Booked at the payment service, but is at the bank'), ('to_service', 'Booked at the bank, but is at the payment service')], max_length=20)),
                ('debit', models.CharField(max_length=90)),
                ('credit', models.CharField(max_length=90)),
                ('amount_minor', models.BigIntegerField()),
                ('mode', models.CharField(choices=[('live', 'live'), ('rehearsal', 'rehearsal')], max_length=10)),
                ('reason', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('proposed', 'waits for a signature'), ('confirmed', 'signed off'), ('withdrawn', 'withdrawn')], default='proposed', max_length=10)),
                ('proposed_at', models.DateTimeField()),
                ('settled_at', models.DateTimeField(null=True)),
                ('alone', models.BooleanField(default=False)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='funding.campaign')),
                ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('settled_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('transfer', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='funding.transfer')),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': [],
                'indexes': [models.Index(fields=['mode', 'state', '-id'], name='correction_by_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='correction_amount_positive'), models.CheckConstraint(condition=models.Q(('debit', models.F('credit')), _negated=True), name='correction_between_two_accounts'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='correction_has_a_reason'), models.CheckConstraint(condition=models.Q(('mode__in', ['live', 'rehearsal'])), name='correction_mode_known'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), ('transfer__isnull', False)), models.Q(('state__in', ['proposed', 'withdrawn']), ('transfer__isnull', True)), _connector='OR'), name='correction_booked_when_signed_off'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('settled_by__isnull', True), ('state', 'proposed')), models.Q(models.Q(('state', 'proposed'), _negated=True), ('settled_at__isnull', False), ('settled_by__isnull', False)), _connector='OR'), name='correction_settled_by_somebody'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'confirmed'), _negated=True), ('alone', True), models.Q(('settled_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='correction_signed_off_by_another')],
            },
        ),
    ]
