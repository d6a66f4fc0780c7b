"""What it takes to live on gifts: cadences, covered fees, currencies, supporters, the chain, statements of the bank.

Locks: payments, gifts, campaigns, donors and transfers are altered; on SQLite they are rebuilt,
which takes a second for each hundred thousand rows. The triggers on them are dropped here and
created again in 0006. Undo: migrate to 0003; what the new tables hold is lost, sums are not.
"""

from importlib import import_module

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from standfirst.funding.migrations import _triggers


def _triggers_of_0002(apps, schema_editor):
    import_module("standfirst.funding.migrations.0002_what_never_changes").forwards(apps, schema_editor)


class Migration(migrations.Migration):

    dependencies = [
        ('funding', '0003_treasurers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunPython(_triggers.drop, _triggers_of_0002),
        migrations.CreateModel(
            name='Allowance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('window_starts_at', models.DateTimeField()),
                ('used', models.PositiveIntegerField(default=0)),
            ],
            options={
                'default_permissions': [],
            },
        ),
        migrations.CreateModel(
            name='BankLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('fingerprint', models.CharField(max_length=64, unique=True)),
                ('booked_on', models.DateField(verbose_name='booked')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount')),
                ('currency', models.CharField(max_length=3)),
                ('payer', models.CharField(blank=True, max_length=140, verbose_name='from')),
                ('text', models.CharField(blank=True, max_length=500, verbose_name='text')),
                ('state', models.CharField(choices=[('new', 'waits'), ('suggested', 'to be confirmed'), ('counted', 'counted'), ('same', 'recorded before'), ('ignored', 'no gift')], default='new', max_length=10, verbose_name='state')),
                ('note', models.CharField(blank=True, max_length=200)),
                ('settled_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'bank line',
                'verbose_name_plural': 'bank lines',
                'ordering': ['-booked_on', '-id'],
                'default_permissions': ['view', 'change'],
            },
        ),
        migrations.CreateModel(
            name='BankStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(max_length=120, verbose_name='file')),
                ('format', models.CharField(max_length=10, verbose_name='format')),
                ('imported_at', models.DateTimeField(verbose_name='imported')),
            ],
            options={
                'verbose_name': 'bank statement',
                'verbose_name_plural': 'bank statements',
                'ordering': ['-id'],
                'default_permissions': ['add', 'view'],
            },
        ),
        migrations.CreateModel(
            name='Closing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('live', 'live'), ('rehearsal', 'rehearsal')], max_length=10)),
                ('given_minor', models.BigIntegerField()),
                ('goal_minor', models.BigIntegerField(null=True)),
                ('ended_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='ColumnMapping',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('heading_digest', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(max_length=60, verbose_name='bank')),
                ('columns', models.JSONField()),
                ('saved_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': [],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider_ref', models.CharField(max_length=120, unique=True)),
                ('amount_minor', models.BigIntegerField()),
                ('status', models.CharField(choices=[('inquiry', 'inquiry'), ('open', 'open'), ('won', 'won'), ('lost', 'lost')], max_length=10, verbose_name='state')),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('opened_at', models.DateTimeField()),
                ('answer_by', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('transfer', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='link', serialize=False, to='funding.transfer')),
                ('number', models.BigIntegerField(unique=True)),
                ('salt', models.CharField(max_length=32)),
                ('hash_before', models.CharField(max_length=64)),
                ('hash', models.CharField(max_length=64, unique=True)),
            ],
            options={
                'ordering': ['number'],
                'default_permissions': [],
            },
        ),
        migrations.CreateModel(
            name='MatchingPool',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=40, unique=True, verbose_name='short name')),
                ('sponsor', models.CharField(max_length=60, verbose_name='who promises')),
                ('cap_minor', models.BigIntegerField(verbose_name='at most')),
                ('percent', models.PositiveIntegerField(default=100, verbose_name='percent of each gift')),
                ('starts_at', models.DateTimeField(verbose_name='from')),
                ('ends_at', models.DateTimeField(verbose_name='until')),
                ('ended_early_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'verbose_name': 'matching pool',
                'verbose_name_plural': 'matching pools',
                'ordering': ['-starts_at'],
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount')),
                ('label', models.CharField(max_length=120, verbose_name='what it makes possible')),
                ('stretch', models.BooleanField(default=False, verbose_name='beyond the goal')),
            ],
            options={
                'ordering': ['amount_minor'],
            },
        ),
        migrations.CreateModel(
            name='Preset',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('interval', models.CharField(choices=[('once', 'once'), ('month', 'monthly'), ('year', 'yearly')], max_length=5, verbose_name='how often')),
                ('amount_minor', models.BigIntegerField(verbose_name='amount')),
            ],
            options={
                'ordering': ['interval', 'amount_minor'],
            },
        ),
        migrations.CreateModel(
            name='Rate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('base', models.CharField(max_length=3, verbose_name='from')),
                ('quote', models.CharField(max_length=3, verbose_name='to')),
                ('day', models.DateField(verbose_name='on')),
                ('rate', models.DecimalField(decimal_places=10, max_digits=20, verbose_name='rate')),
                ('source', models.CharField(max_length=60, verbose_name='source')),
            ],
            options={
                'verbose_name': 'exchange rate',
                'verbose_name_plural': 'exchange rates',
                'ordering': ['-day', 'base'],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('live', 'live'), ('rehearsal', 'rehearsal')], max_length=10)),
                ('year', models.PositiveIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('issued_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=20)),
                ('mode', models.CharField(choices=[('live', 'live'), ('rehearsal', 'rehearsal')], max_length=10)),
                ('checked_at', models.DateTimeField()),
                ('since', models.DateTimeField()),
                ('compared', models.PositiveIntegerField()),
                ('differences', models.JSONField(default=list)),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': ['view'],
            },
        ),
        migrations.CreateModel(
            name='Subscription',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('provider', models.CharField(max_length=20)),
                ('provider_ref', models.CharField(max_length=120)),
                ('customer_ref', models.CharField(blank=True, max_length=120)),
                ('status', models.CharField(choices=[('active', 'active'), ('past_due', 'payment failed'), ('paused', 'paused'), ('cancelled', 'cancelled'), ('lapsed', 'lapsed')], default='active', max_length=10, verbose_name='state')),
                ('started_at', models.DateTimeField(verbose_name='since')),
                ('next_at', models.DateTimeField(blank=True, null=True, verbose_name='next payment')),
                ('resumes_at', models.DateTimeField(blank=True, null=True, verbose_name='paused until')),
                ('ends_at', models.DateTimeField(blank=True, null=True, verbose_name='ends')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('card_brand', models.CharField(blank=True, max_length=20)),
                ('card_last4', models.CharField(blank=True, max_length=4)),
                ('card_expires_on', models.DateField(blank=True, null=True)),
                ('failures', models.PositiveIntegerField(default=0)),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': ['view', 'change'],
            },
        ),
        migrations.CreateModel(
            name='SupporterAct',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(max_length=30)),
                ('note', models.CharField(blank=True, max_length=200)),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': [],
            },
        ),
        migrations.CreateModel(
            name='SupporterLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64, unique=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'default_permissions': [],
            },
        ),
        migrations.CreateModel(
            name='Terms',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount_minor', models.BigIntegerField()),
                ('cover_minor', models.BigIntegerField(default=0)),
                ('set_at', models.DateTimeField()),
            ],
            options={
                'ordering': ['-id'],
                'default_permissions': [],
            },
        ),
        migrations.CreateModel(
            name='Total',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('live', 'live'), ('rehearsal', 'rehearsal')], max_length=10)),
                ('account', models.CharField(max_length=90)),
                ('currency', models.CharField(max_length=3)),
                ('minor', models.BigIntegerField(default=0)),
            ],
            options={
                'default_permissions': [],
            },
        ),
        migrations.CreateModel(
            name='YearStatement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('live', 'live'), ('rehearsal', 'rehearsal')], max_length=10)),
                ('first_day', models.DateField()),
                ('number', models.PositiveIntegerField()),
                ('totals', models.JSONField()),
                ('issued_at', models.DateTimeField()),
            ],
            options={
                'default_permissions': ['view'],
            },
        ),
        migrations.AlterModelOptions(
            name='donor',
            options={'default_permissions': ['view', 'change'], 'verbose_name': 'supporter', 'verbose_name_plural': 'supporters'},
        ),
        migrations.AlterModelOptions(
            name='transfer',
            options={'default_permissions': ['view'], 'ordering': ['id'], 'permissions': [('adjust_ledger', 'Can correct the books by an entry with a reason')]},
        ),
        migrations.RemoveConstraint(
            model_name='campaign',
            name='campaign_one_takes_gifts',
        ),
        migrations.RemoveConstraint(
            model_name='gift',
            name='gift_open_once_for_browser_and_amount',
        ),
        migrations.AddField(
            model_name='campaign',
            name='about',
            field=models.TextField(blank=True, max_length=2000, verbose_name='what it is for'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='featured',
            field=models.BooleanField(default=False, verbose_name='stands on every page'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='fee_basis_points',
            field=models.PositiveIntegerField(default=290, verbose_name='usual fee, in hundredths of a percent'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='fee_fixed_minor',
            field=models.PositiveIntegerField(default=30, verbose_name='usual fixed fee, in the smallest unit'),
        ),
        migrations.AddField(
            model_name='campaign',
            name='net_of_fees',
            field=models.BooleanField(default=False, verbose_name='count what is left after fees'),
        ),
        migrations.AddField(
            model_name='donor',
            name='erased_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='donor',
            name='key_version',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name='donor',
            name='language',
            field=models.CharField(blank=True, max_length=10),
        ),
        migrations.AddField(
            model_name='donor',
            name='name',
            field=models.CharField(blank=True, max_length=60, verbose_name='name'),
        ),
        migrations.AddField(
            model_name='gift',
            name='cover_minor',
            field=models.BigIntegerField(default=0, verbose_name='added for the fees'),
        ),
        migrations.AddField(
            model_name='gift',
            name='dedication',
            field=models.CharField(blank=True, max_length=100, verbose_name='dedication'),
        ),
        migrations.AddField(
            model_name='gift',
            name='interval',
            field=models.CharField(choices=[('once', 'once'), ('month', 'monthly'), ('year', 'yearly')], default='once', max_length=5, verbose_name='how often'),
        ),
        migrations.AddField(
            model_name='gift',
            name='reference',
            field=models.CharField(blank=True, editable=False, max_length=20, null=True, unique=True, verbose_name='reference'),
        ),
        migrations.AddField(
            model_name='gift',
            name='thanked_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='thanked'),
        ),
        migrations.AddField(
            model_name='gift',
            name='thanked_by',
            field=models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='payment',
            name='counted_cover_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='payment',
            name='counted_minor',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='payment',
            name='cover_minor',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='payment',
            name='invoice_ref',
            field=models.CharField(blank=True, max_length=120),
        ),
        migrations.AddField(
            model_name='payment',
            name='rate',
            field=models.DecimalField(decimal_places=10, max_digits=20, null=True),
        ),
        migrations.AddField(
            model_name='payment',
            name='rate_source',
            field=models.CharField(blank=True, max_length=80),
        ),
        migrations.AddField(
            model_name='transfer',
            name='note',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='transfer',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AlterField(
            model_name='donor',
            name='email',
            field=models.EmailField(max_length=254, null=True, unique=True, verbose_name='e-mail'),
        ),
        migrations.AlterField(
            model_name='gift',
            name='donor',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='gifts', to='funding.donor', verbose_name='supporter'),
        ),
        migrations.AddIndex(
            model_name='gift',
            index=models.Index(fields=['donor', '-id'], name='gift_by_donor'),
        ),
        migrations.AddIndex(
            model_name='gift',
            index=models.Index(fields=['story_key'], name='gift_by_story'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['period', 'mode', '-id'], name='payment_by_period'),
        ),
        migrations.AddIndex(
            model_name='transfer',
            index=models.Index(fields=['occurred_at'], name='transfer_by_day'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.UniqueConstraint(condition=models.Q(('featured', True)), fields=('featured',), name='campaign_one_on_every_page', violation_error_message='Another campaign stands on every page. Take that one off first.'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('featured', False), ('active', True), _connector='OR'), name='campaign_on_every_page_takes_gifts', violation_error_message='A campaign that stands on every page has to take gifts.'),
        ),
        migrations.AddConstraint(
            model_name='campaign',
            constraint=models.CheckConstraint(condition=models.Q(('fee_basis_points__lt', 10000)), name='campaign_fee_below_everything'),
        ),
        migrations.AddConstraint(
            model_name='donor',
            constraint=models.CheckConstraint(condition=models.Q(('erased_at__isnull', True), models.Q(('email__isnull', True), ('name', '')), _connector='OR'), name='donor_erased_is_empty'),
        ),
        migrations.AddConstraint(
            model_name='gift',
            constraint=models.CheckConstraint(condition=models.Q(('cover_minor__gte', 0)), name='gift_cover_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='gift',
            constraint=models.CheckConstraint(condition=models.Q(('interval__in', ['once', 'month', 'year'])), name='gift_interval_known'),
        ),
        migrations.AddConstraint(
            model_name='gift',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'open'), ('browser__gt', '')), fields=('browser', 'campaign', 'interval', 'amount_minor', 'cover_minor', 'currency', 'provider', 'mode'), name='gift_open_once_for_browser_and_amount'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('invoice_ref__gt', '')), fields=('provider', 'invoice_ref'), name='payment_once_for_an_invoice'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('cover_minor__gte', 0), ('counted_minor__gte', 0), ('counted_cover_minor__gte', 0)), name='payment_parts_not_negative'),
        ),
        migrations.AddIndex(
            model_name='allowance',
            index=models.Index(fields=['window_starts_at'], name='allowance_by_window'),
        ),
        migrations.AddConstraint(
            model_name='allowance',
            constraint=models.UniqueConstraint(fields=('digest', 'window_starts_at'), name='allowance_once_a_window'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='payment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='bank_lines', to='funding.payment'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='settled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankline',
            name='suggested_gift',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='funding.gift'),
        ),
        migrations.AddField(
            model_name='bankline',
            name='suggested_payment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='funding.payment'),
        ),
        migrations.AddField(
            model_name='bankstatement',
            name='imported_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='bankline',
            name='statement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='funding.bankstatement'),
        ),
        migrations.AddField(
            model_name='closing',
            name='period',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closings', to='funding.period'),
        ),
        migrations.AddField(
            model_name='dispute',
            name='payment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='funding.payment'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.CheckConstraint(condition=models.Q(('number__gt', 0)), name='link_numbers_start_at_one'),
        ),
        migrations.AddConstraint(
            model_name='link',
            constraint=models.UniqueConstraint(fields=('hash_before',), name='link_chain_never_forks'),
        ),
        migrations.AddField(
            model_name='matchingpool',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pools', to='funding.campaign'),
        ),
        migrations.AddField(
            model_name='milestone',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestones', to='funding.campaign'),
        ),
        migrations.AddField(
            model_name='preset',
            name='campaign',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='presets', to='funding.campaign'),
        ),
        migrations.AddConstraint(
            model_name='rate',
            constraint=models.UniqueConstraint(fields=('base', 'quote', 'day'), name='rate_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='rate',
            constraint=models.CheckConstraint(condition=models.Q(('rate__gt', 0)), name='rate_positive'),
        ),
        migrations.AddConstraint(
            model_name='rate',
            constraint=models.CheckConstraint(condition=models.Q(('base', models.F('quote')), _negated=True), name='rate_between_two_currencies'),
        ),
        migrations.AddField(
            model_name='receipt',
            name='payment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='funding.payment'),
        ),
        migrations.AddIndex(
            model_name='reconciliation',
            index=models.Index(fields=['provider', 'mode', '-checked_at'], name='reconciliation_by_time'),
        ),
        migrations.AddField(
            model_name='subscription',
            name='gift',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='subscription', to='funding.gift'),
        ),
        migrations.AddField(
            model_name='supporteract',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='supporteract',
            name='donor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acts', to='funding.donor'),
        ),
        migrations.AddField(
            model_name='supporterlink',
            name='donor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='funding.donor'),
        ),
        migrations.AddField(
            model_name='terms',
            name='subscription',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='terms', to='funding.subscription'),
        ),
        migrations.AddField(
            model_name='total',
            name='period',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='totals', to='funding.period'),
        ),
        migrations.AddField(
            model_name='yearstatement',
            name='donor',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='year_statements', to='funding.donor'),
        ),
        migrations.AddIndex(
            model_name='bankline',
            index=models.Index(fields=['state', '-booked_on'], name='bank_line_by_state'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['new', 'suggested', 'counted', 'same', 'ignored'])), name='bank_line_state_known'),
        ),
        migrations.AddConstraint(
            model_name='bankline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['counted', 'same']), _negated=True), ('payment__isnull', False), _connector='OR'), name='bank_line_counted_names_its_payment'),
        ),
        migrations.AddConstraint(
            model_name='closing',
            constraint=models.UniqueConstraint(fields=('period', 'mode'), name='closing_once_for_a_period'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='dispute_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['inquiry', 'open', 'won', 'lost'])), name='dispute_status_known'),
        ),
        migrations.AddConstraint(
            model_name='matchingpool',
            constraint=models.CheckConstraint(condition=models.Q(('cap_minor__gt', 0)), name='pool_cap_positive'),
        ),
        migrations.AddConstraint(
            model_name='matchingpool',
            constraint=models.CheckConstraint(condition=models.Q(('percent__gt', 0), ('percent__lte', 1000)), name='pool_percent_sensible'),
        ),
        migrations.AddConstraint(
            model_name='matchingpool',
            constraint=models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='pool_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.UniqueConstraint(fields=('campaign', 'amount_minor'), name='milestone_one_for_an_amount'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='milestone_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='preset',
            constraint=models.UniqueConstraint(fields=('campaign', 'interval', 'amount_minor'), name='preset_offered_once'),
        ),
        migrations.AddConstraint(
            model_name='preset',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='preset_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='preset',
            constraint=models.CheckConstraint(condition=models.Q(('interval__in', ['once', 'month', 'year'])), name='preset_interval_known'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('mode', 'year', 'number'), name='receipt_number_once_a_year'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(fields=['status', 'next_at'], name='subscription_by_status'),
        ),
        migrations.AddIndex(
            model_name='subscription',
            index=models.Index(fields=['card_expires_on'], name='subscription_by_card_expiry'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.UniqueConstraint(fields=('provider', 'provider_ref'), name='subscription_once_for_a_provider'),
        ),
        migrations.AddConstraint(
            model_name='subscription',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['active', 'past_due', 'paused', 'cancelled', 'lapsed'])), name='subscription_status_known'),
        ),
        migrations.AddConstraint(
            model_name='terms',
            constraint=models.CheckConstraint(condition=models.Q(('amount_minor__gt', 0)), name='terms_amount_positive'),
        ),
        migrations.AddConstraint(
            model_name='terms',
            constraint=models.CheckConstraint(condition=models.Q(('cover_minor__gte', 0)), name='terms_cover_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='total',
            constraint=models.UniqueConstraint(fields=('period', 'mode', 'account', 'currency'), name='total_once_for_an_account'),
        ),
        migrations.AddConstraint(
            model_name='yearstatement',
            constraint=models.UniqueConstraint(fields=('donor', 'mode', 'first_day'), name='statement_once_for_a_year'),
        ),
        migrations.AddConstraint(
            model_name='yearstatement',
            constraint=models.UniqueConstraint(fields=('mode', 'first_day', 'number'), name='statement_number_once_a_year'),
        ),
    ]
