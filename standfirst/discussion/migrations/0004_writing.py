"""Pictures of comments, and what the desk sets about writing; moderators may set it.

Adds a column that may be NULL and two tables: no rewrite, no long lock. Undo: migrate back; the pictures' files stay
in the media folder.
"""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


GROUP = "Moderators"


def permission(apps):
    kind, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="discussion", model="commentwriting"
    )
    return apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=kind, codename="change_commentwriting", defaults={"name": "Can change writing comments"}
    )[0]


def seed(apps, schema_editor):
    apps.get_model("auth", "Group").objects.get(name=GROUP).permissions.add(permission(apps))


def take_back(apps, schema_editor):
    group = apps.get_model("auth", "Group").objects.filter(name=GROUP).first()
    if group is not None:
        group.permissions.remove(permission(apps))


class Migration(migrations.Migration):

    dependencies = [
        ('discussion', '0003_withdrawn_threads'),
        ('wagtailcore', '0098_apitoken'),
    ]

    operations = [
        migrations.AddField(
            model_name='comment',
            name='pictures_shown',
            field=models.TextField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name='CommentPicture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=32, unique=True)),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('alt', models.CharField(blank=True, default='', max_length=300)),
                ('width', models.PositiveSmallIntegerField()),
                ('height', models.PositiveSmallIntegerField()),
                ('uploaded_at', models.DateTimeField()),
                ('address_hash', models.CharField(blank=True, default='', max_length=32)),
                ('comment', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='discussion.comment')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('comment__isnull', True)), fields=['uploaded_at'], name='picture_pending_by_time'), models.Index(condition=models.Q(('address_hash', ''), _negated=True), fields=['address_hash', 'uploaded_at'], name='picture_by_address')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('comment__isnull', False)), fields=('comment', 'position'), name='picture_places_in_a_comment_are_unique'), models.CheckConstraint(condition=models.Q(('position__lt', 4)), name='picture_is_one_of_few'), models.CheckConstraint(condition=models.Q(('height__gt', 0), ('width__gt', 0)), name='picture_has_a_size')],
            },
        ),
        migrations.CreateModel(
            name='CommentWriting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('edit_minutes', models.PositiveSmallIntegerField(default=15, help_text='Until somebody answers it. 0: never; 1440 is a day.', validators=[django.core.validators.MaxValueValidator(1440)], verbose_name='minutes to change a comment')),
                ('hold_pictures', models.BooleanField(default=False, help_text='A moderator looks at the pictures before anybody else does.', verbose_name='hold comments with pictures')),
                ('site', models.OneToOneField(editable=False, on_delete=django.db.models.deletion.CASCADE, to='wagtailcore.site')),
            ],
            options={
                'verbose_name': 'writing comments',
                'default_permissions': ['change'],
                'constraints': [models.CheckConstraint(condition=models.Q(('edit_minutes__lte', 1440)), name='comment_writing_ends_within_a_day')],
            },
        ),
        migrations.RunPython(seed, take_back),
    ]
