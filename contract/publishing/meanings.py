"""What each event type and each field means, in English and Chinese: schemas and pages say it."""

from __future__ import annotations

from typing import NamedTuple

from contract import types as t


class Meaning(NamedTuple):
    """One text in both languages."""

    en: str
    zh: str


_M = Meaning

ATTRIBUTES: dict[str, Meaning] = {
    "specversion": _M("Always `1.0`.", "固定为 `1.0`。"),
    "id": _M(
        "With type and `source` it identifies the event: a repeat changes nothing. 1-1024 bytes.",
        "与事件类型、`source` 一起唯一标识一个事件，重复发送不产生任何影响。1–1024 字节。",
    ),
    "source": _M(
        "Which system sends it, such as `//crm.example.com`. 1-1024 bytes.",
        "发送方系统，例如 `//crm.example.com`。1–1024 字节。",
    ),
    "type": _M("Decides which `data` is expected.", "事件类型，决定 `data` 的字段。"),
    "time": _M(
        "When it happened (not when it was sent), RFC 3339 with an offset.",
        "业务实际发生的时间（不是发送时间），RFC 3339 格式，必须带时区。",
    ),
    "datacontenttype": _M("`application/json`, or left out.", "`application/json`，可省略。"),
    "data": _M(
        "The fields below; fields not listed are allowed and ignored.",
        "下列字段；未列出的字段可以出现，会被忽略。",
    ),
}

#: What one event of a type is called.
NAMES: dict[type[t.EventData], Meaning] = {
    t.CrmEdit: _M("CRM edit", "CRM 操作"),
    t.Payment: _M("payment", "收付款"),
    t.Shipment: _M("shipment", "发货"),
    t.ChatHit: _M("chat", "聊天"),
    t.HrChange: _M("HR change", "人事变动"),
    t.EndpointFile: _M("file event", "文件操作"),
    t.ServiceCallback: _M("callback", "客服回访"),
    t.Tip: _M("tip", "举报"),
    t.ReferenceAccount: _M("account on file", "账户资料"),
    t.ReferenceEmployee: _M("employee on file", "员工资料"),
    t.ReferenceCustomer: _M("customer on file", "客户资料"),
    t.Heartbeat: _M("heartbeat", "心跳"),
}

TYPES: dict[type[t.EventData], Meaning] = {
    t.CrmEdit: _M(
        "Somebody created, changed, deleted, restored, exported or viewed a CRM record.",
        "有人在 CRM 中新建、修改、删除、恢复、导出或查看了记录。",
    ),
    t.Payment: _M(
        "Money came in or went back, as a bank feed or the ledger saw it.",
        "收到货款或退款，来自银行流水或财务系统。",
    ),
    t.Shipment: _M("Goods left, arrived or came back.", "货物发出、签收或退回。"),
    t.ChatHit: _M(
        "A keyword rule of the chat archive matched a message of an employee.",
        "员工的聊天消息命中了会话存档的关键词规则。",
    ),
    t.HrChange: _M(
        "An employee was hired, gave notice, left, was dismissed or moved.",
        "员工入职、提出离职、离职、被辞退或调岗。",
    ),
    t.EndpointFile: _M(
        "Files on an employee's computer were deleted, copied out, uploaded, printed or sent.",
        "员工电脑上的文件被删除、拷贝到外部设备、上传、打印或外发。",
    ),
    t.ServiceCallback: _M(
        "Customer service called a customer back to check a deal.", "客服回访客户、核对交易。"
    ),
    t.Tip: _M(
        "Somebody told something. Who told it must not be part of it: a document with a key that "
        "begins with `reporter` or `whistleblower`, at any depth, is refused and stored nowhere.",
        "举报线索。不得包含举报人的任何信息：任意层级的键名若以 `reporter` 或 `whistleblower` "
        "开头（不分大小写），整条拒收，内容不落盘。",
    ),
    t.ReferenceAccount: _M("An account the company owns.", "公司名下的收款账户。"),
    t.ReferenceEmployee: _M(
        "An employee, with what is known to be theirs.", "员工档案，以及已知属于其本人的信息。"
    ),
    t.ReferenceCustomer: _M("A customer and who owns it.", "客户档案及其归属。"),
    t.Heartbeat: _M(
        "Everything that happened up to `time` has been sent, on the partition this stands on. A "
        "topic that has ever had a heartbeat is complete only up to its newest one.",
        "截至 `time` 发生的事件已全部发送到本消息所在的分区。某个 topic 一旦有过心跳，"
        "其完整性就只认到最近一次心跳为止。",
    ),
}

_CUSTOMER = _M("The customer it is about.", "相关客户编号。")
_ORDER = _M("The order it is about.", "相关订单号。")
_EMPLOYEE = _M("The employee it is about.", "相关员工编号。")

FIELDS: dict[type[t.EventData], dict[str, Meaning]] = {
    t.CrmEdit: {
        "actor": _M("The employee who did it.", "操作人（员工编号）。"),
        "op": _M("What was done.", "操作类型。"),
        "object": _M("The record it was done to.", "被操作的记录。"),
        "customer": _CUSTOMER,
        "order": _ORDER,
        "count": _M(
            "How many records this one act touched; a bulk delete is one event.",
            "一次操作涉及的记录数；批量删除算一个事件。",
        ),
        "before": _M("Fields before the edit.", "修改前的字段值。"),
        "after": _M("Fields after the edit.", "修改后的字段值。"),
    },
    t.ObjectRef: {
        "type": _M("What kind of record.", "记录类型。"),
        "id": _M("Its id.", "记录编号。"),
    },
    t.Image: {
        "owner": _M(
            "The employee it belongs to; null: nobody's from now on (returned to the pool).",
            "归属员工；null 表示从此无人归属（退回公海）。",
        ),
        "name": _M("Name of the customer.", "客户名称。"),
        "phone": _M("Phone of the customer.", "客户电话。"),
        "email": _M("E-mail of the customer.", "客户邮箱。"),
        "address": _M("Address of the customer.", "客户地址。"),
        "tier": _M("Class of the customer.", "客户等级。"),
        "stage": _M("Where the opportunity stands.", "商机阶段。"),
        "amount": _M("Amount.", "金额。"),
        "loss_reason": _M("Why the opportunity was lost.", "丢单原因。"),
        "list_price": _M("Price before the discount.", "标准价（折扣前）。"),
        "discount_pct": _M(
            "Discount in per cent; below 0 a surcharge.", "折扣百分比；负数为加价。"
        ),
        "terms_changed": _M("Whether standard terms were changed.", "是否改动了标准条款。"),
        "approved_by": _M("The employee who approved it.", "审批人（员工编号）。"),
        "status": _M("Where the order stands.", "订单状态。"),
        "currency": _M("Currency of the amounts.", "币种。"),
        "kind": _M("What kind of activity.", "跟进方式。"),
    },
    t.Payment: {
        "payment": _M("Id of the payment.", "收付款流水号。"),
        "kind": _M("Money in, or back to the customer.", "收款或退款。"),
        "order": _M("The order it pays.", "对应的订单号。"),
        "customer": _M("The customer who pays.", "付款客户编号。"),
        "amount": _M("How much, never below 0.", "金额，不得为负。"),
        "currency": _M("Currency of the amount.", "币种。"),
        "payee_account": _M("The account that received the money.", "收款账号。"),
        "payee_name": _M("Name on the receiving account.", "收款户名。"),
        "payer_account": _M("The account that paid.", "付款账号。"),
        "payer_name": _M("Name on the paying account.", "付款户名。"),
        "method": _M("Such as transfer, cash, WeChat.", "支付方式，如转账、现金、微信。"),
        "recorded_by": _M("The employee who booked it.", "记账人（员工编号）。"),
    },
    t.Shipment: {
        "shipment": _M("Id of the shipment.", "发货单号。"),
        "status": _M("What happened to the goods.", "发货状态。"),
        "order": _M("The order it delivers.", "对应的订单号。"),
        "customer": _CUSTOMER,
        "address": _M("Where it goes.", "收货地址。"),
        "consignee": _M("Who receives it.", "收货人。"),
        "phone": _M("Phone of the consignee.", "收货电话。"),
        "quantity": _M("How many units.", "数量。"),
        "value": _M("What the goods are worth.", "货值。"),
        "released_by": _M("The employee who released it.", "放行人（员工编号）。"),
    },
    t.ChatHit: {
        "employee": _EMPLOYEE,
        "app": _M("Where it was said, such as wecom.", "聊天工具，如企业微信 `wecom`。"),
        "keyword": _M("The rule that matched.", "命中的关键词。"),
        "category": _M("What the rule is about.", "关键词类别。"),
        "customer": _CUSTOMER,
        "counterparty": _M("The other side of the chat.", "聊天对方。"),
        "excerpt": _M("The words around the hit.", "命中处的上下文。"),
    },
    t.HrChange: {
        "employee": _EMPLOYEE,
        "kind": _M(
            "What changed; `resigned` is notice given.", "变动类型；`resigned` 指提出离职。"
        ),
        "effective_on": _M("The day it takes effect.", "生效日期。"),
    },
    t.EndpointFile: {
        "employee": _EMPLOYEE,
        "action": _M("What was done.", "操作类型。"),
        "count": _M("How many files.", "文件数。"),
        "bytes": _M("How many bytes together.", "总字节数。"),
        "path": _M("Where they were.", "文件路径。"),
        "backed_up": _M("Whether a backup has them.", "是否已有备份。"),
    },
    t.ServiceCallback: {
        "callback": _M("Id of the callback.", "回访编号。"),
        "customer": _M("The customer called.", "被回访的客户编号。"),
        "order": _ORDER,
        "employee": _M("The salesperson it is about.", "相关销售（员工编号）。"),
        "outcome": _M("What the customer said.", "回访结果。"),
        "differences": _M(
            "By field, what the company has on record and what the customer said.",
            "按字段列出公司记录与客户说法的差异。",
        ),
        "satisfaction": _M("How content the customer is.", "客户满意度。"),
    },
    t.Difference: {
        "company": _M("What the company has on record.", "公司记录。"),
        "customer": _M("What the customer said.", "客户说法。"),
    },
    t.Tip: {
        "tip": _M("Id of the tip.", "线索编号。"),
        "about_employee": _M("The employee it is about.", "被举报员工编号。"),
        "about_customer": _CUSTOMER,
        "category": _M("What it is about.", "线索类别。"),
        "text": _M("What was told, without who told it.", "线索内容（不含举报人信息）。"),
    },
    t.ReferenceAccount: {
        "account": _M("Account number.", "账号。"),
        "name": _M("Name on the account.", "户名。"),
        "bank": _M("The bank.", "开户行。"),
        "valid_from": _M(
            "First day of use; before 1990 means always.", "启用日期；1990 年前视为不限。"
        ),
        "valid_to": _M(
            "Last day of use; after 2100 means no end.", "停用日期；2100 年后视为不限。"
        ),
    },
    t.ReferenceEmployee: {
        "employee": _M("Id of the employee.", "员工编号。"),
        "name": _M("Name.", "姓名。"),
        "team": _M("Team.", "团队。"),
        "manager": _M("The employee they report to.", "直属上级（员工编号）。"),
        "role": _M("What they do.", "岗位。"),
        "phones": _M("The employee's own phones.", "本人电话。"),
        "accounts": _M("The employee's own bank accounts.", "本人银行账号。"),
        "addresses": _M("The employee's own addresses.", "本人地址。"),
    },
    t.ReferenceCustomer: {
        "customer": _M("Id of the customer.", "客户编号。"),
        "owner": _M(
            "The employee the customer belongs to; null: nobody.",
            "归属员工编号；null 表示无人归属。",
        ),
        "tier": _M("`key` for a key account.", "`key` 为大客户。"),
        "phone": _M("Phone.", "电话。"),
        "address": _M("Address.", "地址。"),
    },
    t.Heartbeat: {
        "partition": _M(
            "The partition it stands on, for whoever sends to one by number.",
            "所在的分区号，便于按分区发送者核对。",
        ),
    },
}
