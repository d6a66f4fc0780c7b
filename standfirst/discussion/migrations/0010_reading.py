"""How good readers find a comment, as a column; what changed on pages that are open; what was posted here.

Writes every comment that was voted up once (some seconds for a million), and reads all for the indexes and the
constraint: meanwhile nobody writes comments. SQLite copies the table. Undo: migrate back, nothing is lost, as all of
it follows from the votes.
"""

from django.conf import settings
from django.db import migrations, models

# As in merit.py on the day of this migration; counts.check_counts would tell any difference.
FILL = """
    UPDATE discussion_comment SET merit = CAST(ROUND(
        1000000 * (
            up_count + 1.920729440648
            - 1.959964 * SQRT(1.0 * up_count * down_count / (up_count + down_count) + 0.960364720324)
        ) / (up_count + down_count + 3.841458881296)
    ) AS INTEGER)
    WHERE up_count > 0
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_challenges'),
        ('discussion', '0009_questions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='comment',
            name='changed_event',
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='comment',
            name='merit',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='swing',
            name='merit_step',
            field=models.IntegerField(default=0),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('shown', True), ('parent__isnull', True)), fields=['thread', 'merit', 'id'], name='comment_roots_by_merit'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('changed_event__isnull', False)), fields=['thread', 'changed_event'], name='comment_by_changed_event'),
        ),
        migrations.AddIndex(
            model_name='comment',
            index=models.Index(condition=models.Q(('source', ''), ('state', 'published')), fields=['source', 'id'], name='comment_posted_here'),
        ),
        migrations.AddConstraint(
            model_name='comment',
            constraint=models.CheckConstraint(condition=models.Q(('merit__lte', 1000000)), name='comment_merit_is_a_share_in_millionths'),
        ),
    ]
