"""Lay the tables of the moderators' desk; seed house rules and ready reasons that a newsroom can begin with.

Adds two columns with a constant default to comments, one to threads and four to decisions: PostgreSQL writes
no row anew, SQLite copies the tables once. Three indexes of comments and one of decisions are built, each while
writers of that table wait. Undo: migrate back; what the new tables hold is lost.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


RULES = (
    ("Stay on the subject", "Write about the story and what others say of it. Advertising has its place elsewhere."),
    ("Argue with what is said, not with who says it", "No insults, no threats, nothing that drives others away."),
    ("Nobody is less than others", "Nothing that demeans people for where they come from, believe, love or are."),
    ("Keep private what is private", "No addresses, numbers or stories of people who have not made them public."),
    ("Say what you know, and from where", "Rumours that can harm somebody are not published."),
)
REASONS = (
    ("It is about something else than the story.", 1),
    ("It attacks a person instead of what they said.", 2),
    ("It demeans people.", 3),
    ("It tells what is private.", 4),
    ("It claims what can harm somebody and cannot be checked.", 5),
)


def seed(apps, schema_editor):
    rules = apps.get_model("discussion", "HouseRule").objects
    reasons = apps.get_model("discussion", "SavedReason").objects
    for number, (title, words) in enumerate(RULES, 1):
        rules.get_or_create(number=number, defaults={"title": title, "words": words})
    for number, (words, rule) in enumerate(REASONS, 1):
        reasons.get_or_create(number=number, defaults={"words": words, "rule": rule})


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('discussion', '0007_rules'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('words', models.TextField(max_length=10000)),
                ('made_at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, default='', max_length=500)),
                ('granted', models.BooleanField(blank=True, null=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Ban',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('refuse', 'may not write, vote or report'), ('shadow', 'every comment is held; they see it as waiting')], default='refuse', max_length=8)),
                ('target', models.CharField(choices=[('guest', 'this guest key'), ('account', 'this account'), ('household', "this household's address"), ('range', 'a range of addresses')], max_length=10)),
                ('address_hash', models.CharField(blank=True, default='', max_length=32)),
                ('network', models.CharField(blank=True, default='', max_length=50)),
                ('name', models.CharField(blank=True, default='', max_length=60)),
                ('reason', models.CharField(max_length=500)),
                ('banned_at', models.DateTimeField()),
                ('until', models.DateTimeField(blank=True, null=True)),
                ('hid_count', models.PositiveIntegerField(default=0)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Claim',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('expires_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='House',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reports_to_hold', models.PositiveSmallIntegerField(default=3)),
                ('shows_removals', models.BooleanField(default=False)),
                ('preamble', models.TextField(blank=True, default='')),
            ],
        ),
        migrations.CreateModel(
            name='HouseRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(unique=True)),
                ('title', models.CharField(max_length=120)),
                ('words', models.TextField(blank=True, default='')),
            ],
        ),
        migrations.CreateModel(
            name='Pick',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('featured', 'Featured'), ('pinned', 'Pinned')], max_length=8)),
                ('picked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='RemovalCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('rule', models.PositiveSmallIntegerField()),
                ('count', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address_hash', models.CharField(blank=True, default='', max_length=32)),
                ('reason', models.CharField(choices=[('insult', 'It insults or threatens somebody'), ('hate', 'It is hateful'), ('spam', 'It is advertising'), ('private', 'It tells what is private'), ('false', 'It says what is not true'), ('other', 'Something else')], max_length=8)),
                ('words', models.CharField(blank=True, default='', max_length=500)),
                ('reported_at', models.DateTimeField()),
                ('outcome', models.CharField(choices=[('open', 'open'), ('upheld', 'the comment was taken down'), ('dismissed', 'the comment stays')], default='open', max_length=10)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='SavedReason',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(unique=True)),
                ('words', models.CharField(max_length=500)),
                ('rule', models.PositiveSmallIntegerField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Summary',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('html', models.TextField()),
                ('signed', models.CharField(max_length=60)),
                ('written_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'summaries',
            },
        ),
        migrations.RemoveConstraint(
            model_name='decision',
            name='decision_changes_the_state',
        ),
        migrations.AddField(
            model_name='comment',
            name='is_picked',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='comment',
            name='open_reports',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='decision',
            name='batch',
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='kind',
            field=models.CharField(choices=[('decided', 'decided'), ('spam', 'advertising'), ('reports', 'held by reports'), ('ban', 'hidden with a ban'), ('appeal', 'an appeal was granted'), ('undo', 'taken back'), ('kept', 'kept, the reports dismissed')], default='decided', max_length=8),
        ),
        migrations.AddField(
            model_name='decision',
            name='rule',
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='decision',
            name='undoes',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='undone', to='discussion.decision'),
        ),
        migrations.AddField(
            model_name='thread',
            name='adorned',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('open_reports__gt', 0)), fields=['id'], name='comment_with_reports'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('is_picked', True)), fields=['thread', 'created_at', 'id'], name='comment_picked'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('state', 'published'), _negated=True), fields=['thread', 'state'], name='comment_unpublished'),
        ),
        migrations.AddIndex(
            model_name='decision',
            index=models.Index(fields=['decided_by', 'id'], name='decision_by_person'),
        ),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('was', models.F('state')), _negated=True), ('kind__in', ('kept', 'appeal', 'undo')), _connector='OR'), name='decision_changes_the_state_or_leaves_it_on_purpose'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='answered_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='appeal',
            name='comment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='appeal', to='discussion.comment'),
        ),
        migrations.AddField(
            model_name='appeal',
            name='decision',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='discussion.decision'),
        ),
        migrations.AddField(
            model_name='ban',
            name='account',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='bans', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ban',
            name='banned_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ban',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ban',
            name='guest',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='bans', to='accounts.guest'),
        ),
        migrations.AddField(
            model_name='claim',
            name='claimed_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='claim',
            name='comment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='claim', to='discussion.comment'),
        ),
        migrations.AddConstraint(
            model_name='house',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='house_is_one'),
        ),
        migrations.AddConstraint(
            model_name='houserule',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='house_rules_begin_at_one'),
        ),
        migrations.AddConstraint(
            model_name='houserule',
            constraint=models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='house_rule_has_a_title'),
        ),
        migrations.AddField(
            model_name='pick',
            name='comment',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='picks', to='discussion.comment'),
        ),
        migrations.AddField(
            model_name='pick',
            name='picked_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='pick',
            name='thread',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='picks', to='discussion.thread'),
        ),
        migrations.AddField(
            model_name='removalcount',
            name='thread',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='removals', to='discussion.thread'),
        ),
        migrations.AddField(
            model_name='report',
            name='account',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='report',
            name='comment',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='reports', to='discussion.comment'),
        ),
        migrations.AddField(
            model_name='report',
            name='guest',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='accounts.guest'),
        ),
        migrations.AddField(
            model_name='report',
            name='settled_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='discussion.decision'),
        ),
        migrations.AddConstraint(
            model_name='savedreason',
            constraint=models.CheckConstraint(condition=models.Q(('number__gte', 1), ('number__lte', 9)), name='saved_reason_is_under_a_digit'),
        ),
        migrations.AddConstraint(
            model_name='savedreason',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='saved_reason_says_something'),
        ),
        migrations.AddField(
            model_name='summary',
            name='thread',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='summaries', to='discussion.thread'),
        ),
        migrations.AddField(
            model_name='summary',
            name='written_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='appeal',
            index=models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['id'], name='appeal_that_waits'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='appeal_says_something'),
        ),
        migrations.AddConstraint(
            model_name='appeal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('answered_at__isnull', True), ('granted__isnull', True)), models.Q(('answered_at__isnull', False), ('granted__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='appeal_is_answered_in_words'),
        ),
        migrations.AddIndex(
            model_name='ban',
            index=models.Index(condition=models.Q(('address_hash', ''), _negated=True), fields=['address_hash'], name='ban_by_address'),
        ),
        migrations.AddIndex(
            model_name='ban',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['until'], name='ban_in_force'),
        ),
        migrations.AddConstraint(
            model_name='ban',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='ban_says_why'),
        ),
        migrations.AddConstraint(
            model_name='ban',
            constraint=models.CheckConstraint(condition=models.Q(('until__isnull', True), ('until__gt', models.F('banned_at')), _connector='OR'), name='ban_ends_after_it_began'),
        ),
        migrations.AddConstraint(
            model_name='ban',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('guest__isnull', False), ('target', 'guest')), models.Q(('target', 'guest'), _negated=True), _connector='OR'), models.Q(models.Q(('account__isnull', False), ('target', 'account')), models.Q(('target', 'account'), _negated=True), _connector='OR'), models.Q(models.Q(('target', 'range'), models.Q(('network', ''), _negated=True)), models.Q(('target', 'range'), _negated=True), _connector='OR')), name='ban_concerns_somebody'),
        ),
        migrations.AddConstraint(
            model_name='pick',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True), ('kind', 'pinned')), fields=('thread',), name='thread_has_one_pin'),
        ),
        migrations.AddConstraint(
            model_name='pick',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('comment', 'kind'), name='comment_is_picked_once'),
        ),
        migrations.AddConstraint(
            model_name='removalcount',
            constraint=models.UniqueConstraint(fields=('thread', 'rule'), name='removals_are_counted_by_rule'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(fields=['comment', 'outcome'], name='report_by_comment'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('address_hash', ''), _negated=True), fields=['address_hash', 'reported_at'], name='report_by_address'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('guest__isnull', False)), fields=('comment', 'guest'), name='report_of_a_guest_is_one'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('account__isnull', False)), fields=('comment', 'account'), name='report_of_an_account_is_one'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.UniqueConstraint(condition=models.Q(('address_hash', ''), _negated=True), fields=('comment', 'address_hash'), name='report_from_an_address_is_one'),
        ),
        migrations.AddConstraint(
            model_name='report',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'open'), ('settled_at__isnull', True)), models.Q(('settled_at__isnull', False), models.Q(('outcome', 'open'), _negated=True)), _connector='OR'), name='report_is_settled_at_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='summary',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('thread',), name='thread_has_one_summary'),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
