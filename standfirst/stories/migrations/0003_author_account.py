"""The account that an author has, if any. Locks the authors for a moment; undoing it forgets the accounts."""

import django.db.models.deletion
import standfirst.accounts.staff
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('stories', '0002_campaigns_in_stories'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='author',
            name='account',
            field=models.ForeignKey(blank=True, help_text="Whose comments below this author's stories carry the mark “Author”.", limit_choices_to=standfirst.accounts.staff.members_of_the_house, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='account'),
        ),
    ]
