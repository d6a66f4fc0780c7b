"""What a campaign shows beside its sum, and yearly gifts that count over twelve months.

SQLite rebuilds the tables of campaigns and payments to add columns, and would lose their triggers: they are dropped
first and created again in the end. PostgreSQL adds the columns without rewriting a row. Undone by dropping them.
"""

from django.db import migrations, models

from standfirst.funding.migrations import _triggers


def _note_sponsors(apps, schema_editor):
    promised = apps.get_model("funding", "MatchingPool").objects.values("campaign")
    apps.get_model("funding", "Campaign").objects.filter(pk__in=promised).update(has_sponsors=True)


class Migration(migrations.Migration):
    dependencies = [("funding", "0012_treasurers_and_supporters")]
    operations = [
        migrations.RunPython(_triggers.drop, _triggers.create),
        migrations.AddField(
            model_name="campaign",
            name="spreads_yearly",
            field=models.BooleanField(default=False, verbose_name="spread yearly gifts over twelve months"),
        ),
        migrations.AddField(
            model_name="campaign",
            name="shows_on_its_way",
            field=models.BooleanField(default=False, verbose_name="show what is on its way"),
        ),
        migrations.AddField(
            model_name="campaign",
            name="shows_promised",
            field=models.BooleanField(
                default=False, verbose_name="show what is promised for the rest of the month"
            ),
        ),
        migrations.AddField(
            model_name="campaign",
            name="beyond_goal",
            field=models.CharField(blank=True, max_length=300, verbose_name="what happens with more than the goal"),
        ),
        migrations.AddField(
            model_name="campaign", name="has_sponsors", field=models.BooleanField(default=False, editable=False)
        ),
        migrations.AddField(
            model_name="payment",
            name="counts_over",
            field=models.PositiveSmallIntegerField(default=1),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("counts_over__in", [1, 12])), name="payment_counts_over_a_month_or_a_year"
            ),
        ),
        migrations.RunPython(_note_sponsors, migrations.RunPython.noop),
        migrations.RunPython(_triggers.create, _triggers.drop),
    ]
