"""Create the tables of the discussion. Locks nothing that exists; undo by migrating to zero."""

import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('accounts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Thread',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=120, unique=True)),
                ('title', models.CharField(max_length=300)),
                ('url', models.CharField(max_length=500)),
                ('opened_at', models.DateTimeField()),
                ('published_count', models.PositiveIntegerField(default=0)),
                ('roots_count', models.PositiveIntegerField(default=0)),
                ('last_comment_at', models.DateTimeField(blank=True, null=True)),
                ('event', models.BigIntegerField(default=0)),
                ('votes_number', models.BigIntegerField(default=0)),
            ],
            options={
                'indexes': [models.Index(fields=['last_comment_at'], name='thread_by_last_comment')],
                'constraints': [models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='thread_names_its_subject'), models.CheckConstraint(condition=models.Q(('roots_count__lte', models.F('published_count'))), name='thread_has_no_more_roots_than_comments')],
            },
        ),
        migrations.CreateModel(
            name='Comment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('depth', models.PositiveSmallIntegerField(default=0)),
                ('name', models.CharField(max_length=60)),
                ('html', models.TextField()),
                ('state', models.CharField(choices=[('published', 'published'), ('held', 'held'), ('rejected', 'rejected'), ('removed', 'removed')], max_length=10)),
                ('created_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(blank=True, null=True)),
                ('edited_at', models.DateTimeField(blank=True, null=True)),
                ('event', models.BigIntegerField(default=0)),
                ('up_count', models.PositiveIntegerField(default=0)),
                ('down_count', models.PositiveIntegerField(default=0)),
                ('up_count_before', models.PositiveIntegerField(default=0)),
                ('down_count_before', models.PositiveIntegerField(default=0)),
                ('score', models.IntegerField(default=0)),
                ('reply_count', models.PositiveIntegerField(default=0)),
                ('shown', models.GeneratedField(db_persist=True, expression=models.Q(('state', 'published'), ('reply_count__gt', 0), _connector='OR'), output_field=models.BooleanField())),
                ('address_hash', models.CharField(blank=True, default='', max_length=32)),
                ('source', models.CharField(blank=True, default='', max_length=40)),
                ('source_id', models.CharField(blank=True, default='', max_length=80)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='comments', to=settings.AUTH_USER_MODEL)),
                ('guest', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='comments', to='accounts.guest')),
                ('parent', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replies', to='discussion.comment')),
                ('root', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='descendants', to='discussion.comment')),
                ('thread', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='discussion.thread')),
            ],
            options={
                'permissions': [('moderate', 'Can moderate comments')],
            },
        ),
        migrations.CreateModel(
            name='Closing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closed_at', models.DateTimeField()),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('reopened_at', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closings', to='discussion.thread')),
            ],
        ),
        migrations.CreateModel(
            name='Vote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('value', models.SmallIntegerField()),
                ('cast_at', models.DateTimeField()),
                ('address_hash', models.CharField(blank=True, default='', max_length=32)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='votes', to=settings.AUTH_USER_MODEL)),
                ('comment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='discussion.comment')),
                ('guest', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='votes', to='accounts.guest')),
            ],
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decided_at', models.DateTimeField()),
                ('was', models.CharField(choices=[('published', 'published'), ('held', 'held'), ('rejected', 'rejected'), ('removed', 'removed')], max_length=10)),
                ('state', models.CharField(choices=[('published', 'published'), ('held', 'held'), ('rejected', 'rejected'), ('removed', 'removed')], max_length=10)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='decisions', to='discussion.comment')),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('was', models.F('state')), _negated=True), name='decision_changes_the_state'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'rejected'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='decision_to_reject_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Revision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(default=1)),
                ('format', models.CharField(choices=[('markdown', 'Markdown'), ('html', 'Html')], default='markdown', max_length=8)),
                ('text', models.TextField()),
                ('html', models.TextField()),
                ('text_hash', models.CharField(max_length=32)),
                ('verdict', models.CharField(choices=[('publish', 'Publish'), ('hold', 'Hold'), ('brought_in', 'Brought In')], max_length=10)),
                ('reason', models.CharField(blank=True, default='', max_length=500)),
                ('written_at', models.DateTimeField()),
                ('comment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='revisions', to='discussion.comment')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('comment', 'number'), name='revision_numbers_are_unique'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='revision_numbers_begin_at_one'), models.CheckConstraint(condition=models.Q(models.Q(('verdict', 'hold'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='revision_held_says_why')],
            },
        ),
        migrations.CreateModel(
            name='Swing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.BigIntegerField()),
                ('step', models.SmallIntegerField()),
                ('swung_at', models.DateTimeField()),
                ('comment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='swings', to='discussion.comment')),
                ('thread', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='swings', to='discussion.thread')),
            ],
            options={
                'indexes': [models.Index(fields=['swung_at'], name='swing_by_time')],
                'constraints': [models.UniqueConstraint(fields=('thread', 'number'), name='swing_numbers_are_unique'), models.CheckConstraint(condition=models.Q(('step__gte', -2), ('step__lte', 2), models.Q(('step', 0), _negated=True)), name='swing_is_one_or_two')],
            },
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('shown', True), ('parent__isnull', True)), fields=['thread', 'created_at', 'id'], name='comment_roots_by_time'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('shown', True), ('parent__isnull', True)), fields=['thread', 'score', 'id'], name='comment_roots_by_score'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent'], name='comment_by_parent'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('shown', True), ('parent__isnull', False)), fields=['parent', 'created_at', 'id'], name='comment_replies_by_time'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['thread', 'event'], name='comment_by_event'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['state', 'id'], name='comment_by_state'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(fields=['guest', 'created_at'], name='comment_by_guest'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('address_hash', ''), _negated=True), fields=['address_hash', 'created_at'], name='comment_by_address'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.UniqueConstraint(condition=models.Q(('source', ''), _negated=True), fields=('source', 'source_id'), name='comment_is_brought_in_once'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('state__in', ['published', 'held', 'rejected', 'removed'])), name='comment_state_is_known'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='comment_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('depth', 0), ('parent__isnull', True), ('root__isnull', True)), models.Q(('depth__gt', 0), ('depth__lte', 1000), ('parent__isnull', False), ('root__isnull', False)), _connector='OR'), name='comment_answer_has_parent_root_and_depth'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('parent__isnull', True), models.Q(('parent', models.F('id')), _negated=True), _connector='OR'), name='comment_does_not_answer_itself'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'published'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='comment_published_has_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('score', django.db.models.expressions.CombinedExpression(models.F('up_count'), '-', models.F('down_count')))), name='comment_score_is_up_less_down'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('down_count__gte', models.F('down_count_before')), ('up_count__gte', models.F('up_count_before'))), name='comment_keeps_the_votes_it_came_with'),
        ),
        migrations.AddConstraint(
            model_name='closing',
            constraint=models.UniqueConstraint(condition=models.Q(('reopened_at__isnull', True)), fields=('thread',), name='thread_is_closed_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='closing',
            constraint=models.CheckConstraint(condition=models.Q(('reopened_at__isnull', True), ('reopened_at__gte', models.F('closed_at')), _connector='OR'), name='thread_reopens_after_it_closed'),
        ),
        migrations.AddIndex(
            model_name='vote',
            index=models.Index(condition=models.Q(('address_hash', ''), _negated=True), fields=['address_hash', 'cast_at'], name='vote_by_address'),
        ),
        migrations.AddConstraint(
            model_name='vote',
            constraint=models.UniqueConstraint(condition=models.Q(('guest__isnull', False)), fields=('comment', 'guest'), name='vote_of_a_guest_is_one'),
        ),
        migrations.AddConstraint(
            model_name='vote',
            constraint=models.UniqueConstraint(condition=models.Q(('account__isnull', False)), fields=('comment', 'account'), name='vote_of_an_account_is_one'),
        ),
        migrations.AddConstraint(
            model_name='vote',
            constraint=models.CheckConstraint(condition=models.Q(('value__in', (1, -1))), name='vote_is_up_or_down'),
        ),
        migrations.AddConstraint(
            model_name='vote',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', False), ('guest__isnull', True)), models.Q(('account__isnull', True), ('guest__isnull', False)), _connector='OR'), name='vote_has_one_voter'),
        ),
    ]
