"""Short ways to read bytes and fixtures."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

from connectors.decoding.decode import records
from connectors.decoding.options import Decoding
from connectors.record import Record, Undecodable

FIXTURES: Final = Path(__file__).parents[1] / "fixtures"

#: How each fixture is read.
READ: Final[dict[str, dict[str, Any]]] = {
    "bank/alipay_merchant.csv": {"format": "csv", "skip_rows": ["#"], "header_has": "账务流水号"},
    "bank/alipay_notify.form.txt": {"format": "form"},
    "bank/camt053.xml": {"format": "camt"},
    "bank/camt053_v08.xml": {"format": "camt"},
    "bank/camt054.xml": {"format": "camt"},
    "bank/cmb_corporate.csv": {"format": "csv", "skip_rows": ["#"], "header_has": "收(付)方账号"},
    "bank/icbc_corporate.csv": {"format": "csv", "header_has": ["凭证号"], "totals": ["合计"]},
    "bank/mt940.txt": {"format": "mt940"},
    "bank/wechatpay_notify_decrypted.json": {"format": "json"},
    "bank/wechatpay_trade_bill.csv": {"format": "csv", "totals": ["总交易单数"]},
    "debezium/create_no_schema.json": {"format": "debezium"},
    "debezium/update_with_schema.json": {"format": "debezium"},
    "endpoint/cef.GUESS.log": {"format": "cef"},
    "endpoint/file_log.GUESS.csv": {"format": "csv", "header_has": "操作类型"},
    "endpoint/ipguard_document_log.GUESS.csv": {"format": "csv"},
    "endpoint/keyword_alert.GUESS.csv": {"format": "csv"},
    "endpoint/syslog_kv.GUESS.log": {"format": "syslog"},
    "hr/departures.csv": {"format": "csv"},
    "salesforce/event_log_file_bulk_api.csv": {"format": "csv"},
    "salesforce/event_log_file_report_export.csv": {"format": "csv"},
    "shipping/kuaidi100_push.form.txt": {"format": "form", "json_in": ["param"]},
    "shipping/wms_outbound.csv": {"format": "csv", "encoding": "gbk"},
    "wecom/change_contact.xml": {"format": "xml"},
    "zoho/audit_log.GUESS.csv": {"format": "csv"},
    "zoho/bulk_read_deals.csv": {"format": "csv"},
}


def read(content: bytes | str, **options: Any) -> list[Record | Undecodable]:
    """All that is in it; text is UTF-8."""
    content = content.encode() if isinstance(content, str) else content
    return list(records(io.BytesIO(content), Decoding(**options)))


def values(content: bytes | str, **options: Any) -> list[dict[str, Any]]:
    """Of what is all records."""
    items = read(content, **options)
    assert all(isinstance(it, Record) for it in items), items
    return [it.value for it in items if isinstance(it, Record)]


def fault(content: bytes | str, **options: Any) -> Undecodable:
    """Of what is nothing else."""
    (item,) = read(content, **options)
    assert isinstance(item, Undecodable), item
    assert item.reason
    assert item.mend
    return item


def fixture(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def read_fixture(name: str, **more: Any) -> list[dict[str, Any]]:
    return values(fixture(name), **READ[name], **more)
