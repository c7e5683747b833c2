"""The topics as an AsyncAPI 3.0 document: what Offbook reads, and what it writes."""

from __future__ import annotations

from typing import Any, get_args

from contract.kinds import HEARTBEAT, KIND_OF_TYPE, KINDS, Kind
from contract.publishing import meanings
from contract.rejected import Stage

ALERTS_TOPIC = "offbook.alerts"
ACTIONS_TOPIC = "offbook.actions"
ALLOWANCES_TOPIC = "offbook.allowances"
HANDLED_TOPIC = "offbook.dlq-handled"
_BINDING = "0.5.0"

#: The headers a dead letter has beside those of its record: KIP-1034's six, and our own.
DEAD_LETTER_HEADERS: dict[str, meanings.Meaning] = {
    "__streams.errors.exception": meanings.Meaning(
        "`contract.rejected.Rejected` for a record that breaks the contract, else the class "
        "of the error our own code met.",
        "不符合约定为 `contract.rejected.Rejected`，程序自身出错则为错误类名。",
    ),
    "__streams.errors.stacktrace": meanings.Meaning(
        "Where our own code failed, else empty.", "程序自身出错时的调用栈，否则为空。"
    ),
    "__streams.errors.message": meanings.Meaning(
        "Which field is wrong, why, and what to send instead.", "哪个字段有误、原因及如何改正。"
    ),
    "__streams.errors.topic": meanings.Meaning("Topic of the record.", "原记录的 topic。"),
    "__streams.errors.partition": meanings.Meaning("Its partition.", "原记录的分区。"),
    "__streams.errors.offset": meanings.Meaning("Its offset.", "原记录的 offset。"),
    "offbook.errors.stage": meanings.Meaning(
        "How far it came; the stages are listed below.", "在哪一步被拒收，见下表。"
    ),
}
#: What a dead letter of a connector has besides; the last two only where they say something.
CONNECTOR_HEADERS: dict[str, str] = {
    "offbook.connect.content": "What the value is: `record` as it was decoded, `raw` bytes that "
    "are none, `withheld` or `absent`.",
    "offbook.connect.file": "The file that it stood in; its line is the offset.",
    "offbook.connect.split": "`done`: it is one item of what came, and is not split again.",
}
_CONNECTORS = "dlq.connect"


def asyncapi() -> dict[str, Any]:
    """The whole document, ready to be written as YAML."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Offbook",
            "version": "1",
            "description": "Company events in, alerts on off-the-books deals out. One CloudEvents "
            "1.0 document in JSON per record, structured or binary; events.md says it in full.",
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {kind.topic: _source(kind) for kind in KINDS}
        | {ALERTS_TOPIC: _alerts(), ACTIONS_TOPIC: _actions(), ALLOWANCES_TOPIC: _allowances()}
        | {HANDLED_TOPIC: _handled()}
        | {f"dlq.{kind.topic}": _dead_letters(kind) for kind in KINDS}
        | {_CONNECTORS: _letters_of_connectors()},
        "operations": {
            f"receive.{kind.topic}": _operation("receive", kind.topic, kind.type, HEARTBEAT.type)
            for kind in KINDS
        }
        | {f"send.{ALERTS_TOPIC}": _operation("send", ALERTS_TOPIC, "offbook.alert.v1")}
        | {f"send.{ACTIONS_TOPIC}": _operation("send", ACTIONS_TOPIC, "offbook.action.v1")}
        | {f"send.{ALLOWANCES_TOPIC}": _operation("send", ALLOWANCES_TOPIC, "offbook.allowance.v1")}
        | {f"send.{HANDLED_TOPIC}": _operation("send", HANDLED_TOPIC, "offbook.dlq-handled.v1")}
        | {
            f"send.dlq.{kind.topic}": _operation("send", f"dlq.{kind.topic}", "deadLetter")
            for kind in KINDS
        }
        | {f"send.{_CONNECTORS}": _operation("send", _CONNECTORS, "connectorLetter")},
        "components": {
            "messages": {kind.type: _event(kind) for kind in KIND_OF_TYPE.values()}
            | {"offbook.alert.v1": _alert(), "offbook.action.v1": _action()}
            | {"offbook.allowance.v1": _allowance()}
            | {"offbook.dlq-handled.v1": _handled_letters()}
            | {"deadLetter": _dead_letter(), "connectorLetter": _connector_letter()}
        },
    }


def _source(kind: Kind) -> dict[str, Any]:
    policy = ["compact"] if kind.is_reference else ["delete"]
    summary = meanings.TYPES[kind.data].en
    return _channel(kind.topic, summary, policy, kind.type, HEARTBEAT.type)


def _alerts() -> dict[str, Any]:
    return _channel(ALERTS_TOPIC, "Every revision of every alert.", ["delete"], "offbook.alert.v1")


def _actions() -> dict[str, Any]:
    summary = "What somebody did about an alert."
    return _channel(ACTIONS_TOPIC, summary, ["delete"], "offbook.action.v1")


def _allowances() -> dict[str, Any]:
    summary = "What was agreed on while the service runs."
    return _channel(ALLOWANCES_TOPIC, summary, ["compact"], "offbook.allowance.v1")


def _handled() -> dict[str, Any]:
    summary = "What was done about dead letters."
    return _channel(HANDLED_TOPIC, summary, ["delete"], "offbook.dlq-handled.v1")


def _dead_letters(kind: Kind) -> dict[str, Any]:
    summary = f"Records of `{kind.topic}` that are no events, as they came."
    return _channel(f"dlq.{kind.topic}", summary, ["delete"], "deadLetter")


def _letters_of_connectors() -> dict[str, Any]:
    summary = "What a connector read and could make no event of."
    channel = _channel("dlq.connect.{connector}", summary, ["delete"], "connectorLetter")
    # Of a topic that stands for many, only the address is told.
    del channel["bindings"]["kafka"]["topic"]
    return channel | {"parameters": {"connector": {"description": "The name of its page."}}}


def _channel(topic: str, summary: str, policy: list[str], *messages: str) -> dict[str, Any]:
    return {
        "address": topic,
        "summary": summary,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {
            "kafka": {
                "topic": topic,
                "topicConfiguration": {"cleanup.policy": policy},
                "bindingVersion": _BINDING,
            }
        },
    }


def _operation(action: str, topic: str, *messages: str) -> dict[str, Any]:
    channel = f"#/channels/{topic}"
    return {
        "action": action,
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{name}"} for name in messages],
    }


def _event(kind: Kind) -> dict[str, Any]:
    key = (
        "The id of what the record describes; a null value under it removes the entry."
        if kind.is_reference
        else "Free."
    )
    return _message(kind.type, meanings.TYPES[kind.data].en, f"{kind.type}.json", key)


def _alert() -> dict[str, Any]:
    summary = "One revision of one alert."
    message = _message("offbook.alert.v1", summary, "offbook.alert.v1.json", "The alert's id.")
    return message | {"contentType": "application/json"}


def _action() -> dict[str, Any]:
    summary = "One action on one alert."
    message = _message("offbook.action.v1", summary, "offbook.action.v1.json", "The alert's id.")
    return message | {"contentType": "application/json"}


def _allowance() -> dict[str, Any]:
    name, key = "offbook.allowance.v1", "The allowance's id."
    message = _message(name, "One allowance, as it stands now.", f"{name}.json", key)
    return message | {"contentType": "application/json"}


def _handled_letters() -> dict[str, Any]:
    name, key = "offbook.dlq-handled.v1", "The dead letter topic."
    message = _message(name, "Dead letters that were dealt with.", f"{name}.json", key)
    return message | {"contentType": "application/json"}


def _message(name: str, summary: str, schema: str, key: str) -> dict[str, Any]:
    return {
        "name": name,
        "summary": summary,
        "payload": {"$ref": f"./schemas/{schema}"},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": key},
                "bindingVersion": _BINDING,
            }
        },
    }


def _dead_letter() -> dict[str, Any]:
    headers: dict[str, Any] = {
        name: {"type": "string", "description": meaning.en}
        for name, meaning in DEAD_LETTER_HEADERS.items()
    }
    headers["offbook.errors.stage"]["examples"] = list(get_args(Stage))
    return {
        "name": "deadLetter",
        "summary": "A refused record with its key, value and headers as they came. The value of a "
        "tip that names or may name its reporter is withheld.",
        "contentType": "application/octet-stream",
        "headers": {"type": "object", "required": list(headers), "properties": headers},
    }


def _connector_letter() -> dict[str, Any]:
    letter = _dead_letter()
    own = {
        name: {"type": "string", "description": meaning}
        for name, meaning in CONNECTOR_HEADERS.items()
    }
    headers = letter["headers"]
    return letter | {
        "name": "connectorLetter",
        "summary": "A record of a connector that became no event. What people wrote is withheld.",
        "headers": headers | {"properties": headers["properties"] | own},
    }
