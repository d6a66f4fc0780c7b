"""What readers sign in with: codes that were mailed, and names of which no two look the same.

Locks the table of accounts for as long as its rows are written once; a site has few before this. Of two accounts
that have the same name already, the older one keeps it to itself. Undoing it forgets codes and skeletons only.
"""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

from standfirst.kit.lookalikes import skeleton


def note_skeletons(apps, schema_editor):
    Account = apps.get_model("accounts", "Account")
    known = set()
    for account in Account.objects.exclude(display_name="").order_by("pk"):
        look = skeleton(account.display_name)[:120]
        if look and look not in known:
            known.add(look)
            Account.objects.filter(pk=account.pk).update(name_skeleton=look)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Code',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('sign_in', 'Sign In'), ('new_address', 'New Address'), ('still_me', 'Still Me')], max_length=12)),
                ('email', models.EmailField(max_length=254)),
                ('household', models.CharField(blank=True, max_length=32)),
                ('asked_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='account',
            name='name_skeleton',
            field=models.CharField(blank=True, default='', editable=False, max_length=120),
        ),
        migrations.RunPython(note_skeletons, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(condition=models.Q(('name_skeleton', ''), _negated=True), fields=('name_skeleton',), name='account_name_looks_like_no_other'),
        ),
        migrations.AddField(
            model_name='code',
            name='account',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='codes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='code',
            index=models.Index(fields=['email', 'asked_at'], name='code_by_address'),
        ),
        migrations.AddIndex(
            model_name='code',
            index=models.Index(fields=['household', 'asked_at'], name='code_by_household'),
        ),
        migrations.AddIndex(
            model_name='code',
            index=models.Index(fields=['asked_at'], name='code_by_time'),
        ),
        migrations.AddConstraint(
            model_name='code',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('account__isnull', True), ('purpose', 'sign_in')), models.Q(models.Q(('purpose', 'sign_in'), _negated=True), ('account__isnull', False)), _connector='OR'), name='code_is_of_an_account_unless_to_sign_in'),
        ),
    ]
