"""A company's database, what is done in it, and how Debezium is told to follow it."""

from __future__ import annotations

from typing import Final

#: What the last row of each table holds: behind it nothing follows.
END: Final = "END"

TABLES: Final = """
CREATE TABLE opportunity (
    id bigint PRIMARY KEY, cust_no text NOT NULL, owner_no text, stage text NOT NULL,
    amount numeric(12,2), lost_reason text, updated_by text, deleted_by text
);
ALTER TABLE opportunity REPLICA IDENTITY FULL;
CREATE TABLE t_deal (
    "编号" bigint PRIMARY KEY, "客户" text NOT NULL, "阶段" text NOT NULL,
    "金额" numeric(12,2) NOT NULL, "备注" text, "经办人" text, tags text[], scan bytea, doc jsonb
);
CREATE TABLE sale_order (
    order_no text PRIMARY KEY, cust_no text, status text, amount numeric(12,2), updated_by text
);
CREATE TABLE receipt (
    id bigint PRIMARY KEY, by text, amount numeric, paid_at timestamp, booked_at timestamptz
);
CREATE TABLE outbox (
    id uuid PRIMARY KEY, aggregatetype text NOT NULL, aggregateid text NOT NULL, type text NOT NULL,
    occurred_at bigint NOT NULL, payload jsonb
);
CREATE PUBLICATION dbz_publication FOR ALL TABLES;
"""

#: Not to be made any smaller: so it is kept apart from its row, and not read again with it.
LARGE: Final = "(SELECT string_agg(md5(n::text), '') FROM generate_series(1, 100) n)"

#: What is there before Debezium comes.
BEFORE: Final = f"""
INSERT INTO opportunity VALUES (1, 'C-2031', 'E-107', 'open', 128000.00, {LARGE}, 'E-107');
INSERT INTO t_deal VALUES (1, 'C-2031', '谈判', 128000.00, {LARGE}, 'E-107',
    ARRAY[{LARGE}], {LARGE}::bytea, to_jsonb({LARGE}));
INSERT INTO sale_order VALUES ('SO-0', 'C-2031', 'draft', 1, 'E-107');
INSERT INTO receipt VALUES (1, 'wall', 1, '2026-03-08 10:42:10', '2026-03-08 10:42:10+08');
INSERT INTO outbox VALUES (
    '406c07f3-0000-4eea-a50c-000000000000', 'order', 'SO-0', 'OrderApproved', 1772937730484,
    '{{"order": "SO-0", "approvedBy": "E-100"}}');
"""

ACTS: Final = f"""
INSERT INTO opportunity VALUES (7, 'C-2031', 'E-107', 'open', 128000.00, NULL, 'E-107');
UPDATE opportunity SET stage = 'lost', amount = 0.05, lost_reason = 'price', updated_by = 'E-109'
    WHERE id = 7;
UPDATE opportunity SET amount = 127999.99, updated_by = 'E-109' WHERE id = 1;
UPDATE opportunity SET deleted_by = 'E-100' WHERE id = 7;
DELETE FROM opportunity WHERE id = 7;
UPDATE opportunity SET id = 2 WHERE id = 1;
COPY opportunity (id, cust_no, stage, updated_by) FROM stdin WITH (DELIMITER ',');
20,C-2031,open,E-107
21,C-2031,open,E-107
\\.
TRUNCATE opportunity;
INSERT INTO opportunity VALUES (99, '{END}', NULL, 'open', NULL, NULL, 'E-107');

UPDATE t_deal SET "阶段" = '输单', "金额" = 0.05, "经办人" = 'E-109';
DELETE FROM t_deal;
INSERT INTO t_deal VALUES (99, '{END}', '谈判', 1e9, NULL, 'E-107');

COPY sale_order FROM stdin WITH (DELIMITER ',');
SO-1,C-2031,draft,128000.00,E-107
SO-2,C-2031,draft,0.10,E-107
\\.
INSERT INTO sale_order VALUES ('SO-9', '{END}', 'draft', NULL, 'E-107');

INSERT INTO receipt VALUES
    (2, 'wall', 128000.5, '2026-03-08 10:42:10.000123', NULL),
    (3, 'zone', 1E+3, NULL, '2026-03-08 10:42:10.000123+08'),
    (4, 'wall', 'NaN', '2026-03-08 10:42:10', NULL),
    (5, 'wall', 1, 'infinity', NULL),
    (6, 'zone', 1, NULL, '-infinity'),
    (99, '{END}', 0.12, NULL, '2025-12-31 23:59:59+08');

INSERT INTO outbox VALUES (
    '406c07f3-0000-4eea-a50c-000000000001', 'order', 'SO-1', 'OrderApproved', 1772937730484,
    '{{"order": "SO-1", "customer": "C-2031", "approvedBy": "E-100", "amount": 128000.10}}');
DELETE FROM outbox;
INSERT INTO outbox VALUES (
    '406c07f3-0000-4eea-a50c-000000000009', 'order', '{END}', 'OrderApproved', 1772937730484,
    '{{"order": "{END}", "approvedBy": "E-100", "amount": "90071992547409.93"}}');
SELECT pg_logical_emit_message(true, 'offbook', 'no row was changed');
"""

_TABLES: Final = {
    "skipped.operations": "none",
    "table.include.list": "public.opportunity,public.t_deal,public.sale_order,public.receipt",
}
_FLAT: Final = _TABLES | {
    "transforms": "unwrap",
    "transforms.unwrap.type": "io.debezium.transforms.ExtractNewRecordState",
    "transforms.unwrap.add.fields": "op,table,lsn,source.ts_ms",
    "transforms.unwrap.delete.tombstone.handling.mode": "rewrite",
}
_OUTBOX: Final = {
    "table.include.list": "public.outbox",
    "transforms": "outbox",
    "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
    "transforms.outbox.route.topic.replacement": "outbox.${routedByValue}",
    "transforms.outbox.table.fields.additional.placement": (
        "id:envelope:id,type:envelope:type,occurred_at:envelope:occurred_at"
    ),
}


def _json(settings: dict[str, str], *, schema: bool, decimals: str = "precise") -> dict[str, str]:
    return settings | {
        "decimal.handling.mode": decimals,
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": str(schema).lower(),
    }


#: The full envelope, in each way in which it can be written.
ENVELOPES: Final = {
    "schema_precise": _json(_TABLES, schema=True),
    "schema_string": _json(_TABLES, schema=True, decimals="string"),
    "plain_precise": _json(_TABLES, schema=False),
    "plain_string": _json(_TABLES, schema=False, decimals="string"),
}
FLATTENED: Final = {
    "flat_schema": _json(_FLAT, schema=True),
    "flat_plain": _json(_FLAT, schema=False, decimals="string"),
}
OUTBOX: Final = {"outbox": _json(_OUTBOX, schema=False)}
CONNECTORS: Final = ENVELOPES | FLATTENED | OUTBOX
