"""Triggers that refuse what code must never do.

Locks: each CREATE TRIGGER takes a short exclusive lock on its table. Undo: migrate to 0001,
which drops them; no row is touched.

A later migration that makes SQLite rebuild one of these tables loses its triggers there and
has to create them again; the test of the triggers runs after all migrations and would show it.
"""

from django.db import migrations

FACTS = ("funding_transfer", "funding_payment", "funding_period")
FIXED_COLUMNS = {"funding_campaign": ("slug", "currency"), "funding_goalversion": ("campaign_id", "goal_minor", "set_at")}
OTHER_REFUNDS = """
    SELECT COALESCE(SUM(amount_minor), 0) FROM funding_refund
    WHERE payment_id = NEW.payment_id AND status <> 'failed' AND id <> NEW.id
"""


def forwards(apps, schema_editor):
    run = schema_editor.execute
    statements = on_postgresql() if schema_editor.connection.vendor == "postgresql" else on_sqlite()
    for statement in statements:
        # No parameters: a percent sign or a colon is not ours to escape.
        run(statement, params=None)


def on_sqlite():
    for table in FACTS:
        for event in ("UPDATE", "DELETE"):
            yield (
                f"CREATE TRIGGER {table}_refuses_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table}: a fact is never changed'); END"
            )
    for table, columns in FIXED_COLUMNS.items():
        changed = " OR ".join(f"NEW.{column} IS NOT OLD.{column}" for column in columns)
        yield (
            f"CREATE TRIGGER {table}_keeps_its_facts BEFORE UPDATE ON {table} WHEN {changed} "
            f"BEGIN SELECT RAISE(ABORT, '{table}: this column never changes'); END"
        )
    for event in ("INSERT", "UPDATE"):
        # A row that is being inserted has no id yet: SQLite shows -1, which no row has.
        yield (
            f"CREATE TRIGGER funding_refund_within_payment_{event.lower()} BEFORE {event} ON funding_refund "
            f"WHEN NEW.status <> 'failed' AND ({OTHER_REFUNDS}) + NEW.amount_minor > "
            "(SELECT amount_minor FROM funding_payment WHERE id = NEW.payment_id) "
            "BEGIN SELECT RAISE(ABORT, 'refund_within_payment'); END"
        )


def on_postgresql():
    yield """
        CREATE FUNCTION funding_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '%: a fact is never changed', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
        END $$
    """
    yield """
        CREATE FUNCTION funding_refuse_truncate() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE filled boolean;
        BEGIN
            EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', TG_TABLE_NAME) INTO filled;
            IF filled THEN
                RAISE EXCEPTION '%: a fact is never changed', TG_TABLE_NAME
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
    """
    for table in FACTS:
        yield (
            f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION funding_refuse_change()"
        )
        yield (
            f"CREATE TRIGGER {table}_refuses_truncate BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION funding_refuse_truncate()"
        )
    for table, columns in FIXED_COLUMNS.items():
        changed = " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in columns)
        yield (
            f"CREATE TRIGGER {table}_keeps_its_facts BEFORE UPDATE ON {table} "
            f"FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION funding_refuse_change()"
        )
    yield f"""
        CREATE FUNCTION funding_refund_within_payment() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE paid bigint;
        BEGIN
            SELECT amount_minor INTO paid FROM funding_payment WHERE id = NEW.payment_id FOR UPDATE;
            IF NEW.status <> 'failed' AND ({OTHER_REFUNDS}) + NEW.amount_minor > paid THEN
                RAISE EXCEPTION 'refund_within_payment' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
    """
    yield (
        "CREATE TRIGGER funding_refund_within_payment BEFORE INSERT OR UPDATE ON funding_refund "
        "FOR EACH ROW EXECUTE FUNCTION funding_refund_within_payment()"
    )


def backwards(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name in ("change", "truncate"):
            schema_editor.execute(f"DROP FUNCTION funding_refuse_{name} CASCADE")
        schema_editor.execute("DROP FUNCTION funding_refund_within_payment CASCADE")
        return
    for table in FACTS:
        for event in ("update", "delete"):
            schema_editor.execute(f"DROP TRIGGER {table}_refuses_{event}")
    for table in FIXED_COLUMNS:
        schema_editor.execute(f"DROP TRIGGER {table}_keeps_its_facts")
    for event in ("insert", "update"):
        schema_editor.execute(f"DROP TRIGGER funding_refund_within_payment_{event}")


class Migration(migrations.Migration):
    dependencies = [("funding", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
