"""What people take back themselves; and an index by which an account finds its comments, in place of a plainer one.

On PostgreSQL, nobody writes comments while the index is made: some seconds for a million. Undoing it forgets who
took what back; such comments stay removed.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_signing_in'),
        ('discussion', '0004_writing'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Removal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('removed_at', models.DateTimeField()),
                ('emptied_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AlterField(
            model_name='comment',
            name='account',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='comments', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('account__isnull', False)), fields=['account', 'created_at'], name='comment_by_account'),
        ),
        migrations.AddField(
            model_name='removal',
            name='comment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='removal', to='discussion.comment'),
        ),
        migrations.AddIndex(
            model_name='removal',
            index=models.Index(condition=models.Q(('emptied_at__isnull', True)), fields=['removed_at'], name='removal_to_be_emptied'),
        ),
        migrations.AddConstraint(
            model_name='removal',
            constraint=models.CheckConstraint(condition=models.Q(('emptied_at__isnull', True), ('emptied_at__gte', models.F('removed_at')), _connector='OR'), name='removal_is_emptied_after_it_was_made'),
        ),
    ]
