"""Create the triggers again that 0004 dropped, and those of the new tables.

Locks: each CREATE TRIGGER takes a short exclusive lock on its table. Undo: drops them; no row is touched.
"""

from django.db import migrations

from standfirst.funding.migrations import _triggers


class Migration(migrations.Migration):
    dependencies = [("funding", "0005_sums_so_far")]
    operations = [migrations.RunPython(_triggers.create, _triggers.drop)]
