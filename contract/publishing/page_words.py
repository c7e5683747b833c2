"""What the pages of the contract say around what is rendered from the types, in both languages."""

from __future__ import annotations

from typing import NamedTuple

from contract.publishing.meanings import Meaning

STAGES: dict[str, Meaning] = {
    "decode": Meaning(
        "The bytes are not one JSON object in UTF-8: something else, cut off, nested too deep, "
        "larger than 1 MiB, null.",
        "内容不是一个 UTF-8 编码的 JSON 对象：格式不对、被截断、嵌套过深、超过 1 MiB 或为 null。",
    ),
    "envelope": Meaning(
        "A CloudEvents attribute or `ce_` header is missing or wrong; a batch; `data_base64`.",
        "CloudEvents 属性或 `ce_` header 缺失或有误；批量事件；使用了 `data_base64`。",
    ),
    "type": Meaning(
        "The `type` is unknown, or belongs on another topic.", "`type` 未知，或发错了 topic。"
    ),
    "data": Meaning(
        "A field of `data` is missing, ill-typed or out of range.",
        "`data` 中的字段缺失、类型不符或超出范围。",
    ),
    "privacy": Meaning(
        "A tip names its reporter: value, key and headers are stored nowhere.",
        "举报线索中出现举报人信息：内容、键和 header 一律不保存。",
    ),
    "time": Meaning(
        "`time` has no offset, lies outside 1990-2100, or (live) more than 5 minutes ahead.",
        "`time` 没有时区、不在 1990–2100 年之间，或（实时接入时）比当前时间超前 5 分钟以上。",
    ),
    "conflict": Meaning(
        "An event with the same `type`, `source` and `id` came before and said something else: "
        "the first counts, and the message names the place of both.",
        "此前已有 `type`、`source`、`id` 都相同而内容不同的事件："
        "以第一份为准，错误信息给出两者的位置。",
    ),
}


class PageWords(NamedTuple):
    opening: str
    modes: str
    rules: str
    images: str
    refused: str
    after_refused: str
    repeats: str
    complete: str
    alerts: str
    actions: str
    allowances: str
    handled: str


EN = PageWords(
    opening="""# Events

What to send to Offbook, rendered from the code that reads it. [中文](events.zh.md)

One event is one [CloudEvents 1.0](https://cloudevents.io) document in JSON, one per Kafka record.
For machines: a JSON Schema per type in [schemas/](schemas/), all topics in
[asyncapi.yaml](asyncapi.yaml). `offbook validate FILE` says line by line what is wrong with a
file that holds one document a line. [producing.md](producing.md) has what sends them from Python,
TypeScript and Java.

## Around every event
""",
    modes="""
**Two ways to put it into a record.** *Structured*: the value is the whole document. *Binary*: each
attribute is a header (`ce_specversion`, `ce_id`, `ce_source`, `ce_type`, `ce_time`, all five) and
the value is `data` alone. A header that begins with `ce_` makes a record binary, unless
`content-type` is `application/cloudevents+json`. Batches are refused. The record's key is free,
except on reference topics.
""",
    rules="""**Rules for all types**

- *Ids* (`employee`, `customer`, `order`, …): strings of 1-128 characters without control
  characters. Use the same id for the same thing in every system.
- *Spelling*. Ids are compared with full and half width folded (Unicode NFKC), without characters
  that nobody sees and without blanks at the ends; their case counts. Accounts, besides, without
  blanks, hyphens and dots, in upper case; one that is masked, or cut off by a spreadsheet
  (`6.22E+18`), is refused. Phones are compared as E.164 without their extension (a number without a
  country code is at home where `phone_region` says), e-mails without case, addresses without
  blanks, case and width. What is masked (`138****8000`) or stands for nothing (`-`, `N/A`, `无`,
  `不详`, `同上`) is none. `offbook validate` tells what was folded; the evidence of an alert shows
  what was sent.
- *Amounts*: `"1280.00"`. Digits with at most one point, at most 18 digits, never below 0, no
  exponent, space or thousands separator. A JSON number is taken too.
- *Currency*: an ISO 4217 code; the renminbi is `CNY`, not `RMB`.
- *Dates*: `"2026-03-31"`, 1990 to 2100.
- *Optional fields* that have no value are left out; null says the same, except for an `owner`:
  after a value, null says that it is nobody's from then on.
- A leap second that happened (`23:59:60Z`) is read as the last microsecond of its minute.
- A document is at most 1 MiB.
""",
    images="""`before` and `after` hold field images. These keys are read, each for the types of
object named; other keys may be there and hold anything.
""",
    refused="""## What is refused

A record that is no event goes to `dlq.<topic>` with its key, value and headers as they came; the
stream goes on. Sending the same record again never helps; `offbook dlq` lists what is there, shows
it and sends it again after a mend ([how](operations.md#dead-letters)). These headers say why:
""",
    after_refused="""
The message names fields, types and limits and never quotes a value. A refused record on `tips`, or
one whose type is the tip's, is kept only if it is certain that it does not name the reporter: what
cannot be read, is larger than 1 MiB or has a document within a string is withheld as well.
""",
    repeats="""## Repeated, late and removed

- *Repeated*: `type`, `source` and `id` together are the event. A second one with the same three
  changes nothing. If it says something else it is a conflict: the first stays, and the second is
  in the dead letters with the place of both.
- *Corrected*: the newest word, by `time`, counts. To correct a payment or a shipment, send its
  number again with what is right, under a new event `id` and a later `time`, within 30 days; alerts
  are revised or withdrawn. After a refund or a return the same number begins a new leg.
- *Late*: order of arrival does not matter. An event up to 14 days behind the stream's time gives
  the same alerts as one in time; a later one still counts where a window is open. Alerts already
  raised are revised or withdrawn.
- *Ahead*: a `time` more than 5 minutes ahead of the record's timestamp is refused (live only), so
  one wrong clock does not move the deadlines of others.
- *Reference topics* are compacted: key each record by the id of what it describes; the last
  document of an id wins. A record with that key and a null value removes the entry. Elsewhere a
  null value is refused.

""",
    complete="""## Up to when a topic is complete

"No order within 72 hours" can only be said once all orders of those 72 hours have been sent. Say so
with a heartbeat, on any source topic, behind the events it speaks of, at least as often as
deadlines may wait (every minute, say), and on each of the topic's partitions. From the first one
on, the topic's time moves by its events and heartbeats only: while the sender is down, whatever
could be missing because of that is waited for, and nobody is accused. For a sender that cannot, set
`expected_every` for its topic; a topic with neither counts as complete as soon as it has been read
to its end.
""",
    alerts="""## Alerts

Alerts are written to topic `offbook.alerts`, keyed by `alert_id`
([schema](schemas/offbook.alert.v1.json)). Of one `alert_id` the highest `revision` holds.
""",
    actions="""## Actions on alerts

What somebody did about an alert is a record on topic `offbook.actions`, keyed by `alert_id`
([schema](schemas/offbook.action.v1.json)); `offbook alerts` writes them. They count in the order in
which they stand there.
""",
    allowances="""## Allowances

What was agreed on while the service runs is a record on the compacted topic `offbook.allowances`,
keyed by `allowance_id` ([schema](schemas/offbook.allowance.v1.json)); `offbook allow` writes them.
""",
    handled="""## Dead letters that were dealt with

What `offbook dlq replay` sent again, and what `offbook dlq drop` put aside, is a record on the
topic `offbook.dlq-handled` ([schema](schemas/offbook.dlq-handled.v1.json)); the letters stay where
they are. A record that was sent again bears the header `offbook.replayed-from`, with topic,
partition and offset of its letter.
""",
)

ZH = PageWords(
    opening="""# 事件接入说明

本页由解析代码自动生成，说明向 Offbook 发送哪些事件、如何发送。[English](events.md)

每个事件是一份 [CloudEvents 1.0](https://cloudevents.io) JSON 文档，一条 Kafka 消息只放一个事件。
供程序使用的文件：[schemas/](schemas/) 下每种类型一份 JSON Schema，[asyncapi.yaml](asyncapi.yaml)
列出全部 topic。把文档按一行一条存成文件，用 `offbook validate FILE` 可逐行检查错误。
Python、TypeScript、Java 的库和类型见 [producing.zh.md](producing.zh.md)。

## 公共属性
""",
    modes="""
**两种消息格式。** *structured*：消息体就是整份文档。*binary*：每个属性放在一个 header 里
（`ce_specversion`、`ce_id`、`ce_source`、`ce_type`、`ce_time`，五个缺一不可），消息体只放 `data`。
只要有以 `ce_` 开头的 header，就按 binary 解析，除非 `content-type` 为
`application/cloudevents+json`。不接受批量事件。除参考数据的 topic 外，消息的键可自由使用。
""",
    rules="""**通用规则**

- *编号*（`employee`、`customer`、`order` 等）：1–128 个字符的字符串，不含控制字符。
  同一对象在各系统中必须使用同一编号。
- *写法*：编号比较时统一全角半角（Unicode NFKC），去掉不可见字符和首尾空白，区分大小写。
  账号还会去掉空白、连字符和点，并转为大写；打了掩码的，或被表格软件截断的（`6.22E+18`），拒收。
  电话按 E.164 比较，不含分机（没有国家码的号码属于 `phone_region` 所设地区）；邮箱不分大小写；
  地址不计空白、大小写和全半角。打了掩码的（`138****8000`）或占位的（`-`、`N/A`、`无`、`不详`、
  `同上`）视为没有。`offbook validate` 会列出哪些内容做了归一；告警的证据中显示原文。
- *金额*：写作 `"1280.00"`。只含数字和至多一个小数点，总共不超过 18 位数字，不得为负，
  不用科学计数法、空格或千分位。也接受 JSON 数字。
- *币种*：ISO 4217 代码；人民币写 `CNY`，不写 `RMB`。
- *日期*：写作 `"2026-03-31"`，1990 年至 2100 年。
- *可选字段*没有值时直接省略；写 null 等同于省略，只有 `owner` 例外：有过归属之后写 null，
  表示从此无人归属。
- 真实发生过的闰秒（`23:59:60Z`）按该分钟的最后一微秒处理。
- 单个文档不超过 1 MiB。
""",
    images="""`before` 和 `after` 是修改前后的字段值。系统按记录类型读取下列键；
其他键可以出现，内容不限。
""",
    refused="""## 哪些消息会被拒收

不符合约定的消息转入死信 topic `dlq.<topic>`，键、内容和 header 原样保留，其余消息照常处理。
原样重发没有意义，须先改正；`offbook dlq` 可查看死信，并在改正后重发
（[用法](operations.zh.md#死信)）。死信的 header 说明原因：
""",
    after_refused="""
说明文字只提字段名、类型和限制，不会引用事件中的任何值。`tips` 上的消息（或类型为举报线索的消息）
被拒收时，只有确定不含举报人信息才会保留内容；无法解析、超过 1 MiB，
或在字符串里又套了一份文档的，一律不保存。
""",
    repeats="""## 重复、迟到与删除

- *重复*：`type`、`source` 加 `id` 唯一确定一个事件。三者相同的后续消息不产生任何影响；
  若内容不同，则为冲突：以先到者为准，后到者连同双方位置转入死信。
- *更正*：以 `time` 最新的说法为准。更正收款或发货时，请在 30 天内用同一单号重发正确
  内容，事件 `id` 须为新值，`time` 须更晚；相关告警会修订或撤销。退款或退货之后再用同一单号，
  视为同一笔业务的新一程。
- *迟到*：与到达顺序无关。比流时间晚 14 天以内到达的事件，与准时到达时产生的告警完全一致；
  更晚的事件，只要窗口还在就仍然计入。已发出的告警会相应修订或撤销。
- *超前*：`time` 比消息时间戳超前 5 分钟以上的事件会被拒收（仅限实时接入），
  以免一台机器的时钟错误影响其他截止时间。
- *参考数据的 topic* 启用了日志压缩：请以所描述对象的编号作为消息的键，
  同一编号以最后一份文档为准。键相同、内容为 null 的消息表示删除该条目。
  在其他 topic 上，内容为 null 的消息会被拒收。

""",
    complete="""## topic 完整到何时

只有 72 小时内的订单都已发来，才能断言“72 小时内没有订单”。请用心跳说明这一点：可发到任何数据源
topic，排在所覆盖的事件之后，频率不低于允许截止时间等待的时长（例如每分钟一次），且每个分区都要发。
自第一次心跳起，该 topic 的时间只随事件和心跳前进：发送方中断期间，凡可能因此缺失的内容都会等待，
不会冤枉任何人。发不了心跳的系统，可为其 topic 设置 `expected_every`；两者都没有的 topic，
读到末尾即视为完整。
""",
    alerts="""## 告警

告警写入 topic `offbook.alerts`，以 `alert_id` 为键（[Schema](schemas/offbook.alert.v1.json)）。
同一 `alert_id` 以 `revision` 最大的为准。
""",
    actions="""## 对告警的操作

任何人对告警做了什么，都是 topic `offbook.actions` 上的一条消息，键为 `alert_id`
（[schema](schemas/offbook.action.v1.json)），由 `offbook alerts` 写入，按消息先后顺序生效。
""",
    allowances="""## 豁免

服务运行期间批准的豁免，是压缩型 topic `offbook.allowances` 上的一条消息，键为 `allowance_id`
（[schema](schemas/offbook.allowance.v1.json)），由 `offbook allow` 写入。
""",
    handled="""## 已处理的死信

`offbook dlq replay` 重发的、`offbook dlq drop` 搁置的死信，记为 topic `offbook.dlq-handled`
上的一条消息（[schema](schemas/offbook.dlq-handled.v1.json)），死信本身保留原处。
重发的消息带有 header `offbook.replayed-from`，写明死信所在的 topic、分区和 offset。
""",
)
