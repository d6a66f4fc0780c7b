"""Lay the tables of following. New tables: locks nothing that is there. Undo: migrate back; who follows what is lost then."""

import django.db.models.deletion
import django.db.models.functions.text
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('discussion', '0005_mine'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('thread', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='watch', serialize=False, to='discussion.thread')),
                ('event', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Asking',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(max_length=32)),
                ('at', models.DateTimeField()),
                ('used', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('mark', 'at'), name='asking_is_counted_once_at_a_time'), models.CheckConstraint(condition=models.Q(('mark', ''), _negated=True), name='asking_is_of_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Follower',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.EmailField(max_length=254, unique=True)),
                ('key', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('delivery', models.CharField(choices=[('instant', 'at once'), ('hourly', 'together, at most once an hour'), ('daily', 'together, once a day')], default='instant', max_length=8)),
                ('language', models.CharField(max_length=12)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('delivery__in', ['instant', 'hourly', 'daily'])), name='follower_delivery_is_known'), models.CheckConstraint(condition=models.Q(('address', django.db.models.functions.text.Lower('address'))), name='follower_address_is_in_lower_case')],
            },
        ),
        migrations.CreateModel(
            name='Follow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('what', models.CharField(choices=[('comment', 'answers to one comment'), ('mine', 'answers to my comments'), ('thread', 'all new comments')], max_length=8)),
                ('asked_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
                ('account', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follows', to=settings.AUTH_USER_MODEL)),
                ('comment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='discussion.comment')),
                ('guest', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='follows', to='accounts.guest')),
                ('thread', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='discussion.thread')),
                ('follower', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='follows', to='discussion.follower')),
            ],
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField()),
                ('letter_key', models.CharField(blank=True, default='', max_length=80)),
                ('comment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='discussion.comment')),
                ('follow', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='discussion.follow')),
                ('follower', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notices', to='discussion.follower')),
            ],
        ),
        migrations.CreateModel(
            name='Telling',
            fields=[
                ('comment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='telling', serialize=False, to='discussion.comment')),
                ('reached', models.BigIntegerField(default=0)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('done_at__isnull', True)), fields=['comment'], name='telling_that_goes_on')],
            },
        ),
        migrations.AddIndex(
            model_name='follow',
            index=models.Index(condition=models.Q(('confirmed_at__isnull', False)), fields=['thread', 'follower', 'what'], name='follow_confirmed_by_thread'),
        ),
        migrations.AddIndex(
            model_name='follow',
            index=models.Index(condition=models.Q(('confirmed_at__isnull', True)), fields=['asked_at'], name='follow_asked_by_time'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.UniqueConstraint(condition=models.Q(('what', 'thread')), fields=('follower', 'thread'), name='follow_of_a_thread_is_one'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.UniqueConstraint(condition=models.Q(('what', 'mine')), fields=('follower', 'thread', 'guest'), name='follow_of_a_guests_own_is_one'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.UniqueConstraint(condition=models.Q(('comment__isnull', False)), fields=('follower', 'comment'), name='follow_of_a_comment_is_one'),
        ),
        migrations.AddConstraint(
            model_name='follow',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('comment__isnull', False), ('what', 'comment')), models.Q(('comment__isnull', True), ('what__in', ['mine', 'thread'])), _connector='OR'), name='follow_names_a_comment_if_it_is_of_one'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('letter_key', '')), fields=['due_at', 'follower'], name='notice_waiting_by_time'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['follower', 'due_at'], name='notice_by_follower'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=models.UniqueConstraint(fields=('comment', 'follower'), name='notice_of_a_comment_is_one'),
        ),
    ]
