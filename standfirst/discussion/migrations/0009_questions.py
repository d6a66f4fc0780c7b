"""Questions about passages, answers to them, passages that readers quote; who may close a question.

Adds two columns that may be NULL, and indexes of what has them: on PostgreSQL no rewrite, a short lock while the rows
are read for the two constraints and the indexes; SQLite copies the comments once. Undo: migrate back; answers
then are comments without a question, and quotes are lost.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GROUPS = ("Editors", "Authors", "Moderators")
PERMISSION = {"codename": "curate_questions", "defaults": {"name": "Can close questions and pick answers"}}


def allow(apps, schema_editor):
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _ = ContentType.objects.get_or_create(app_label="discussion", model="question")
    permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(content_type=kind, **PERMISSION)
    for name in GROUPS:
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        group.permissions.add(permission)


def take_back(apps, schema_editor):
    permissions = apps.get_model("auth", "Permission").objects
    permissions.filter(content_type__app_label="discussion", codename="curate_questions").delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('discussion', '0008_moderating'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.UUIDField()),
                ('place', models.PositiveSmallIntegerField(default=0)),
                ('passage', models.CharField(max_length=1000)),
                ('text', models.CharField(max_length=300)),
                ('opened', models.BooleanField(default=False)),
                ('asked_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(blank=True, null=True)),
                ('answer_count', models.PositiveIntegerField(default=0)),
                ('thread', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='discussion.thread')),
            ],
            options={
                'permissions': [('curate_questions', 'Can close questions and pick answers')],
            },
        ),
        migrations.CreateModel(
            name='PickedAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('picked_at', models.DateTimeField()),
                ('comment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='discussion.comment')),
                ('picked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('question', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='picked', to='discussion.question')),
            ],
        ),
        migrations.AddField(
            model_name='comment',
            name='question',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='answers', to='discussion.question'),
        ),
        migrations.CreateModel(
            name='QuestionClosing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('closed_at', models.DateTimeField()),
                ('reopened_at', models.DateTimeField(blank=True, null=True)),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('question', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='closings', to='discussion.question')),
            ],
        ),
        migrations.CreateModel(
            name='Quote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('exact', models.CharField(max_length=1000)),
                ('before', models.CharField(blank=True, default='', max_length=40)),
                ('after', models.CharField(blank=True, default='', max_length=40)),
                ('found', models.CharField(blank=True, default='', max_length=1000)),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='quotes', to='discussion.thread')),
            ],
        ),
        migrations.AddField(
            model_name='comment',
            name='quote',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='comments', to='discussion.quote'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('shown', True), ('question__isnull', False)), fields=['thread', 'created_at', 'id'], name='comment_answers_by_time'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('shown', True), ('question__isnull', False)), fields=['thread', 'score', 'id'], name='comment_answers_by_score'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('shown', True), ('question__isnull', False)), fields=['question', 'created_at', 'id'], name='comment_by_question'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('quote__isnull', False)), fields=['quote'], name='comment_by_quote'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('question__isnull', True), ('parent__isnull', True), _connector='OR'), name='comment_answers_a_question_or_a_comment'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.UniqueConstraint(fields=('thread', 'mark'), name='question_is_asked_once_in_a_thread'),
        ),
        migrations.AddConstraint(
            model_name='question',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('text', ''), _negated=True), models.Q(('passage', ''), _negated=True)), name='question_asks_about_something'),
        ),
        migrations.AddConstraint(
            model_name='questionclosing',
            constraint=models.UniqueConstraint(condition=models.Q(('reopened_at__isnull', True)), fields=('question',), name='question_is_closed_once_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='questionclosing',
            constraint=models.CheckConstraint(condition=models.Q(('reopened_at__isnull', True), ('reopened_at__gte', models.F('closed_at')), _connector='OR'), name='question_reopens_after_it_closed'),
        ),
        migrations.AddConstraint(
            model_name='quote',
            constraint=models.CheckConstraint(condition=models.Q(('exact', ''), _negated=True), name='quote_has_words'),
        ),
        migrations.RunPython(allow, take_back),
    ]
