"""One full document of each type: every field is there, as a real system would send it."""

from __future__ import annotations

from typing import Any

from contract.kinds import KIND_OF_TYPE


def _example(type_: str, id_: str, source: str, time: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": KIND_OF_TYPE[type_].type,
        "time": time,
        "data": data,
    }


_ALL = (
    _example(
        "offbook.crm.edit.v1",
        "edit-90211",
        "//crm.example.com",
        "2026-03-02T10:41:07+08:00",
        {
            "actor": "E-107",
            "op": "update",
            "object": {"type": "order", "id": "SO-2026-0412"},
            "customer": "C-2031",
            "order": "SO-2026-0412",
            "count": 1,
            "before": {"status": "submitted", "discount_pct": "5"},
            "after": {
                "owner": "E-107",
                "status": "approved",
                "amount": "128000.00",
                "currency": "CNY",
                "discount_pct": "12.5",
                "approved_by": "E-100",
            },
        },
    ),
    _example(
        "offbook.payment.v1",
        "bank-20260305-000718",
        "//bank-feed.example.com",
        "2026-03-05T14:22:30+08:00",
        {
            "payment": "P-000718",
            "kind": "received",
            "order": "SO-2026-0412",
            "customer": "C-2031",
            "amount": "128000.00",
            "currency": "CNY",
            "payee_account": "6222020200112233445",
            "payee_name": "上海示例贸易有限公司",
            "payer_account": "6217000010099887766",
            "payer_name": "苏州样本机械有限公司",
            "method": "transfer",
            "recorded_by": "E-301",
        },
    ),
    _example(
        "offbook.shipment.v1",
        "wms-55120",
        "//wms.example.com",
        "2026-03-06T08:05:00+08:00",
        {
            "shipment": "SH-55120",
            "status": "dispatched",
            "order": "SO-2026-0412",
            "customer": "C-2031",
            "address": "江苏省苏州市工业园区示例路 88 号",
            "consignee": "王五",
            "phone": "+8613800000001",
            "quantity": "40",
            "value": "128000.00",
            "released_by": "E-401",
        },
    ),
    _example(
        "offbook.chat.keyword-hit.v1",
        "hit-7781",
        "//chat-archive.example.com",
        "2026-03-06T21:17:44+08:00",
        {
            "employee": "E-107",
            "app": "wecom",
            "keyword": "打到我卡上",
            "category": "off_channel_payment",
            "customer": "C-2031",
            "counterparty": "wm-88213",
            "excerpt": "尾款你先打到我卡上，我帮你走，价格再低两个点",
        },
    ),
    _example(
        "offbook.hr.change.v1",
        "hr-1204",
        "//hr.example.com",
        "2026-03-09T09:00:00+08:00",
        {"employee": "E-107", "kind": "resigned", "effective_on": "2026-04-08"},
    ),
    _example(
        "offbook.endpoint.file.v1",
        "dlp-330187",
        "//dlp.example.com",
        "2026-03-09T18:52:10+08:00",
        {
            "employee": "E-107",
            "action": "delete",
            "count": 36,
            "bytes": 48211034,
            "path": "D:\\客户资料\\华东",
            "backed_up": False,
        },
    ),
    _example(
        "offbook.service.callback.v1",
        "cb-4410",
        "//service.example.com",
        "2026-03-12T15:30:00+08:00",
        {
            "callback": "CB-4410",
            "customer": "C-2031",
            "order": "SO-2026-0412",
            "employee": "E-107",
            "outcome": "mismatch",
            "differences": {"amount": {"company": "128000.00", "customer": "141000.00"}},
            "satisfaction": 2,
        },
    ),
    _example(
        "offbook.tip.v1",
        "tip-19",
        "//tips.example.com",
        "2026-03-13T11:00:00+08:00",
        {
            "tip": "T-19",
            "about_employee": "E-107",
            "about_customer": "C-2031",
            "category": "private_deal",
            "text": "他让客户把货款打到一个私人账户。",
        },
    ),
    _example(
        "offbook.reference.account.v1",
        "account-6222020200112233445-1",
        "//finance.example.com",
        "2026-01-01T00:00:00+08:00",
        {
            "account": "6222020200112233445",
            "name": "上海示例贸易有限公司",
            "bank": "示例银行上海分行",
            "valid_from": "2019-05-01",
            "valid_to": "2027-12-31",
        },
    ),
    _example(
        "offbook.reference.employee.v1",
        "employee-E-107-3",
        "//hr.example.com",
        "2026-01-01T00:00:00+08:00",
        {
            "employee": "E-107",
            "name": "李四",
            "team": "华东一组",
            "manager": "E-100",
            "role": "sales",
            "phones": ["+8613900000002"],
            "accounts": ["6228480400012345678"],
            "addresses": ["上海市浦东新区样本路 6 弄 2 号"],
        },
    ),
    _example(
        "offbook.reference.customer.v1",
        "customer-C-2031-1",
        "//crm.example.com",
        "2026-01-01T00:00:00+08:00",
        {
            "customer": "C-2031",
            "owner": "E-107",
            "tier": "key",
            "phone": "+8651200000003",
            "address": "江苏省苏州市工业园区示例路 88 号",
        },
    ),
    _example(
        "offbook.heartbeat.v1",
        "crm-complete-2026-03-02T10:45",
        "//crm.example.com",
        "2026-03-02T10:45:00+08:00",
        {"partition": 3},
    ),
)

EXAMPLES: dict[str, dict[str, Any]] = {example["type"]: example for example in _ALL}
