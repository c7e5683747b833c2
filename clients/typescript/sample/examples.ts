// One event of each type. Rendered from the contract, do not edit.
import {
  CrmEditEvent,
  PaymentEvent,
  ShipmentEvent,
  ChatHitEvent,
  HrChangeEvent,
  EndpointFileEvent,
  ServiceCallbackEvent,
  TipEvent,
  ReferenceAccountEvent,
  ReferenceEmployeeEvent,
  ReferenceCustomerEvent,
  HeartbeatEvent,
  OffbookEvent,
  keyOf,
  topicOf,
} from "../src/events";

const crmEdit: CrmEditEvent = {
  "specversion": "1.0",
  "id": "edit-90211",
  "source": "//crm.example.com",
  "type": "offbook.crm.edit.v1",
  "time": "2026-03-02T10:41:07+08:00",
  "data": {
    "actor": "E-107",
    "op": "update",
    "object": {
      "type": "order",
      "id": "SO-2026-0412"
    },
    "customer": "C-2031",
    "order": "SO-2026-0412",
    "count": 1,
    "before": {
      "status": "submitted",
      "discount_pct": "5"
    },
    "after": {
      "owner": "E-107",
      "status": "approved",
      "amount": "128000.00",
      "currency": "CNY",
      "discount_pct": "12.5",
      "approved_by": "E-100"
    }
  }
};

const payment: PaymentEvent = {
  "specversion": "1.0",
  "id": "bank-20260305-000718",
  "source": "//bank-feed.example.com",
  "type": "offbook.payment.v1",
  "time": "2026-03-05T14:22:30+08:00",
  "data": {
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
    "recorded_by": "E-301"
  }
};

const shipment: ShipmentEvent = {
  "specversion": "1.0",
  "id": "wms-55120",
  "source": "//wms.example.com",
  "type": "offbook.shipment.v1",
  "time": "2026-03-06T08:05:00+08:00",
  "data": {
    "shipment": "SH-55120",
    "status": "dispatched",
    "order": "SO-2026-0412",
    "customer": "C-2031",
    "address": "江苏省苏州市工业园区示例路 88 号",
    "consignee": "王五",
    "phone": "+8613800000001",
    "quantity": "40",
    "value": "128000.00",
    "released_by": "E-401"
  }
};

const chatHit: ChatHitEvent = {
  "specversion": "1.0",
  "id": "hit-7781",
  "source": "//chat-archive.example.com",
  "type": "offbook.chat.keyword-hit.v1",
  "time": "2026-03-06T21:17:44+08:00",
  "data": {
    "employee": "E-107",
    "app": "wecom",
    "keyword": "打到我卡上",
    "category": "off_channel_payment",
    "customer": "C-2031",
    "counterparty": "wm-88213",
    "excerpt": "尾款你先打到我卡上，我帮你走，价格再低两个点"
  }
};

const hrChange: HrChangeEvent = {
  "specversion": "1.0",
  "id": "hr-1204",
  "source": "//hr.example.com",
  "type": "offbook.hr.change.v1",
  "time": "2026-03-09T09:00:00+08:00",
  "data": {
    "employee": "E-107",
    "kind": "resigned",
    "effective_on": "2026-04-08"
  }
};

const endpointFile: EndpointFileEvent = {
  "specversion": "1.0",
  "id": "dlp-330187",
  "source": "//dlp.example.com",
  "type": "offbook.endpoint.file.v1",
  "time": "2026-03-09T18:52:10+08:00",
  "data": {
    "employee": "E-107",
    "action": "delete",
    "count": 36,
    "bytes": 48211034,
    "path": "D:\\客户资料\\华东",
    "backed_up": false
  }
};

const serviceCallback: ServiceCallbackEvent = {
  "specversion": "1.0",
  "id": "cb-4410",
  "source": "//service.example.com",
  "type": "offbook.service.callback.v1",
  "time": "2026-03-12T15:30:00+08:00",
  "data": {
    "callback": "CB-4410",
    "customer": "C-2031",
    "order": "SO-2026-0412",
    "employee": "E-107",
    "outcome": "mismatch",
    "differences": {
      "amount": {
        "company": "128000.00",
        "customer": "141000.00"
      }
    },
    "satisfaction": 2
  }
};

const tip: TipEvent = {
  "specversion": "1.0",
  "id": "tip-19",
  "source": "//tips.example.com",
  "type": "offbook.tip.v1",
  "time": "2026-03-13T11:00:00+08:00",
  "data": {
    "tip": "T-19",
    "about_employee": "E-107",
    "about_customer": "C-2031",
    "category": "private_deal",
    "text": "他让客户把货款打到一个私人账户。"
  }
};

const referenceAccount: ReferenceAccountEvent = {
  "specversion": "1.0",
  "id": "account-6222020200112233445-1",
  "source": "//finance.example.com",
  "type": "offbook.reference.account.v1",
  "time": "2026-01-01T00:00:00+08:00",
  "data": {
    "account": "6222020200112233445",
    "name": "上海示例贸易有限公司",
    "bank": "示例银行上海分行",
    "valid_from": "2019-05-01",
    "valid_to": "2027-12-31"
  }
};

const referenceEmployee: ReferenceEmployeeEvent = {
  "specversion": "1.0",
  "id": "employee-E-107-3",
  "source": "//hr.example.com",
  "type": "offbook.reference.employee.v1",
  "time": "2026-01-01T00:00:00+08:00",
  "data": {
    "employee": "E-107",
    "name": "李四",
    "team": "华东一组",
    "manager": "E-100",
    "role": "sales",
    "phones": [
      "+8613900000002"
    ],
    "accounts": [
      "6228480400012345678"
    ],
    "addresses": [
      "上海市浦东新区样本路 6 弄 2 号"
    ]
  }
};

const referenceCustomer: ReferenceCustomerEvent = {
  "specversion": "1.0",
  "id": "customer-C-2031-1",
  "source": "//crm.example.com",
  "type": "offbook.reference.customer.v1",
  "time": "2026-01-01T00:00:00+08:00",
  "data": {
    "customer": "C-2031",
    "owner": "E-107",
    "tier": "key",
    "phone": "+8651200000003",
    "address": "江苏省苏州市工业园区示例路 88 号"
  }
};

const heartbeat: HeartbeatEvent = {
  "specversion": "1.0",
  "id": "crm-complete-2026-03-02T10:45",
  "source": "//crm.example.com",
  "type": "offbook.heartbeat.v1",
  "time": "2026-03-02T10:45:00+08:00",
  "data": {
    "partition": 3
  }
};

const all: OffbookEvent[] = [
  crmEdit,
  payment,
  shipment,
  chatHit,
  hrChange,
  endpointFile,
  serviceCallback,
  tip,
  referenceAccount,
  referenceEmployee,
  referenceCustomer,
  heartbeat,
];

for (const event of all) {
  const heartbeat = event.type === "offbook.heartbeat.v1";
  console.log(JSON.stringify({
    topic: heartbeat ? "" : topicOf(event),
    key: heartbeat ? "" : keyOf(event),
    event,
  }));
}
