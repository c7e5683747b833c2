"""Each event that a fixture is to give, held against what the preset gives, as a whole document."""

from __future__ import annotations

import fnmatch
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest

from tests.connectors.presets.fixture import FIXTURES, events, plain
from connectors.loading import load_connector
from tests.connectors.presets.fixture import COMPANY
from tests.connectors.presets.trial import bytes_of

#: By which page each fixture is read: a preset, or a company's page that rests on one.
READ = {
    "bank/camt053.xml": "camt",
    "bank/camt053_v08.xml": "camt",
    "bank/camt054.xml": "camt",
    "bank/mt940.txt": "mt940",
    "bank/cmb_corporate.csv": "bank-cmb",
    "bank/icbc_corporate.csv": "bank-icbc",
    "bank/alipay_merchant.csv": "alipay-bill",
    "bank/alipay_notify.form.txt": "alipay-notify",
    "bank/wechatpay_trade_bill.csv": "wechatpay-bill",
    "bank/wechatpay_notify.json": "wechatpay-notify",
    "debezium/update_no_schema.json": "debezium/own.toml",
    "debezium/update_with_schema.json": "debezium/own.toml",
    "debezium/update_before_null.json": "debezium/own.toml",
    "debezium/create_no_schema.json": "debezium/own.toml",
    "debezium/delete_no_schema.json": "debezium/own.toml",
    "debezium/mysql_update.json": "debezium/own.toml",
    "debezium/flattened_update.json": "debezium/own_flattened.toml",
    "debezium/flattened_delete_rewrite.json": "debezium/own_flattened.toml",
    "debezium/outbox_routed.json": "debezium-outbox",
    "dingtalk/user_leave_org_http.json": "dingtalk",
    "dingtalk/user_leave_org_stream.json": "dingtalk",
    "dingtalk/user_add_org_http.json": "dingtalk",
    "dingtalk/user_add_org_stream.json": "dingtalk",
    "dingtalk/bpms_instance_change_http.json": "dingtalk",
    "dingtalk/bpms_instance_change_stream.json": "dingtalk",
    "dustess/contact_created.json": "dustess",
    "dustess/contacts_merged.json": "dustess",
    "endpoint/file_log.GUESS.csv": "endpoint-csv",
    "endpoint/keyword_alert.GUESS.csv": "endpoint-csv",
    "endpoint/syslog_kv.GUESS.log": "endpoint-syslog",
    "endpoint/cef.GUESS.log": "endpoint-cef",
    "feishu/contact_user_deleted_v3.json": "feishu",
    "feishu/contact_user_created_v3.json": "feishu",
    "feishu/contact_user_updated_v3.json": "feishu",
    "feishu/corehr_offboarding_updated_v2.json": "feishu",
    "fxiaoke/query_opportunity.json": "fxiaoke-query",
    "fxiaoke/query_sales_order.json": "fxiaoke-query",
    "fxiaoke/query_payment.json": "fxiaoke-query",
    "fxiaoke/query_account_pool.json": "fxiaoke-query",
    "fxiaoke/apl_webhook.OUR_OWN.json": "fxiaoke-apl",
    "fxiaoke/audit_log.GUESS.csv": "fxiaoke-audit-log",
    "hr/departures.csv": "hr-csv",
    "hr/workday_raas.json": "workday",
    "hubspot/webhook.json": "hubspot",
    "salesforce/cdc_update.json": "salesforce-cdc",
    "salesforce/cdc_create.json": "salesforce-cdc",
    "salesforce/cdc_delete_many.json": "salesforce-cdc",
    "salesforce/event_log_file_report_export.csv": "salesforce-event-log",
    "salesforce/event_log_file_bulk_api.csv": "salesforce-event-log",
    "shipping/kuaidi100_param.json": "kuaidi100",
    "shipping/sf_route_push.json": "sf-route",
    "shipping/kingdee_sal_outstock.json": "kingdee",
    "shipping/wms_outbound.csv": "wms-csv",
    "wecom/chat_text.json": "wecom-chat",
    "wecom/chat_group.json": "wecom-chat",
    "wecom/chat_file.json": "wecom-chat",
    "wecom/change_contact.xml": "wecom-contacts",
    "wecom/change_contact_create_user.xml": "wecom-contacts",
    "wecom/change_contact_delete_user.xml": "wecom-contacts",
    "wecom/sys_approval_change.xml": "wecom-approvals",
    "wecom/external_del_by_employee.xml": "wecom-customers",
    "wecom/file_oper_record.json": "wecom-file-log",
    "zoho/timeline.json": "zoho-timeline",
    "zoho/notification.json": "zoho-notification",
    "zoho/notification_delete.json": "zoho/unknown.toml",
    "zoho/record_sales_order.json": "zoho/records.toml",
    "zoho/record_quote.json": "zoho/records.toml",
    "zoho/audit_log.GUESS.csv": "zoho-audit-log",
}

def expected():
    for path in sorted(FIXTURES.glob("*/expected.ndjson")):
        for line in path.read_text("utf-8").splitlines():
            e = json.loads(line)
            yield path.parent.name, e.pop("x_fixture"), e

ARR = {"debezium/outbox_routed.json": "debezium/outbox_envelope.json"}
def content(f):
    if f.endswith("wechatpay_notify.json"):
        n=json.loads(bytes_of(f)); n["resource"]=json.loads(bytes_of("bank/wechatpay_notify_decrypted.json"))
        return json.dumps(n).encode()
    c = bytes_of(ARR.get(f,f))
    if "wecom/chat" in f:  # ndjson
        c = json.dumps(json.loads(c)).encode()
    return c
@cache
def given(f):
    named = READ[f]
    conn = load_connector(str(FIXTURES/named) if "/" in named else named, COMPANY)
    out = list(conn.read(io.BytesIO(content(f))))
    return events(out), [o.outcome for o in out]

def flat(d, before=""):
    for k,v in d.items():
        if isinstance(v, dict): yield from flat(v, before+k+".")
        elif v is not None: yield before+k, (v.replace("Z","+00:00") if k=="time" else v)

def main():
    from collections import Counter, defaultdict
    ok, tot = Counter(), Counter()
    rows=[]
    exp=list(expected())
    byfile=defaultdict(list)
    for s,x,e in exp:
        names=re.findall(r"[\w.*]+\.(?:json|xml|csv|txt|log)", x)
        files=[f for f in READ if f.startswith(s+"/") and any(fnmatch.fnmatch(f.split("/")[1],n) for n in names)]
        for f in files: byfile[f].append(e)
        tot[s]+=1
        bad=[]
        if not files: bad.append(("?", "no fixture read"))
        for f in files:
            g,o=given(f)
            w=dict(flat(e))
            if any(dict(flat(x))==w for x in g): continue
            if not g: bad.append((f, [type(i).__name__+":"+str(getattr(i,'reason','') or getattr(i,'why','')) for i in o])); continue
            best=min(g,key=lambda x:len(set(dict(flat(x)).items())^set(w.items()) if True else 0))
            b=dict(flat(best))
            bad.append((f,{k:(w.get(k),b.get(k)) for k in w.keys()|b.keys() if w.get(k)!=b.get(k)}))
        if bad: rows.append((s,e["id"],bad))
        else: ok[s]+=1
    for s in tot: print(s, ok[s], "/", tot[s])
    print("TOTAL", sum(ok.values()), sum(tot.values()))
    for r in rows: print(r)
    for f in READ:
        g,o=given(f)
        if len(g)!=len(byfile[f]): print("count", f, len(g), len(byfile[f]))
if __name__=="__main__": main()
