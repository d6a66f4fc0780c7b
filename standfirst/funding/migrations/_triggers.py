"""The triggers that refuse what code must never do. Made for the tables that are there at a migration's place.

SQLite rebuilds a table to alter it and loses its triggers on the way, so a migration that
alters one of these tables drops all of them first and creates them again in the end.
Written for both databases; each statement is safe to run on tables with rows.
"""

FACTS = (
    "funding_transfer",
    "funding_link",
    "funding_payment",
    "funding_period",
    "funding_closing",
    "funding_receipt",
    "funding_yearstatement",
    "funding_disputestep",
)
FIXED_COLUMNS = {"funding_campaign": ("slug", "currency"), "funding_goalversion": ("campaign_id", "goal_minor", "set_at")}
OTHER_REFUNDS = """
    SELECT COALESCE(SUM(amount_minor), 0) FROM funding_refund
    WHERE payment_id = NEW.payment_id AND status <> 'failed' AND id <> NEW.id
"""


def create(apps, schema_editor):
    there = set(schema_editor.connection.introspection.table_names())
    facts = [table for table in FACTS if table in there]
    _run(schema_editor, _on_postgresql(facts) if _is_postgresql(schema_editor) else _on_sqlite(facts))


def drop(apps, schema_editor):
    if not _is_postgresql(schema_editor):
        with schema_editor.connection.cursor() as cursor:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'funding\\_%' ESCAPE '\\'")
            names = [name for (name,) in cursor.fetchall()]
        _run(schema_editor, [f"DROP TRIGGER {name}" for name in names])
        return
    _run(
        schema_editor,
        [
            f"DROP FUNCTION IF EXISTS {name} CASCADE"
            for name in ("funding_refuse_change", "funding_refuse_truncate", "funding_refund_within_payment")
        ],
    )


def _is_postgresql(schema_editor):
    return schema_editor.connection.vendor == "postgresql"


def _run(schema_editor, statements):
    for statement in statements:
        # No parameters: a percent sign or a colon is not ours to escape.
        schema_editor.execute(statement, params=None)


def _on_sqlite(facts):
    for table in facts:
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
            "(SELECT amount_minor + cover_minor FROM funding_payment WHERE id = NEW.payment_id) "
            "BEGIN SELECT RAISE(ABORT, 'refund_within_payment'); END"
        )


def _on_postgresql(facts):
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
    for table in facts:
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
        DECLARE charged bigint;
        BEGIN
            SELECT amount_minor + cover_minor INTO charged FROM funding_payment WHERE id = NEW.payment_id FOR UPDATE;
            IF NEW.status <> 'failed' AND ({OTHER_REFUNDS}) + NEW.amount_minor > charged THEN
                RAISE EXCEPTION 'refund_within_payment' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
    """
    yield (
        "CREATE TRIGGER funding_refund_within_payment BEFORE INSERT OR UPDATE ON funding_refund "
        "FOR EACH ROW EXECUTE FUNCTION funding_refund_within_payment()"
    )
