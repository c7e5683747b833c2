"""Where a value stands in a record: dotted names, or JMESPath where it has to choose or to reshape.

JMESPath because it ends, runs nothing and knows no environment, and because it keeps an account of
nineteen digits as it is. Its functions cannot be added to from a page.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final

import jmespath
from jmespath.exceptions import JMESPathError

from connectors.mapping.wrong import WrongValueError

#: Of a header such as `收(付)方账号` or `收入（+元）` there are none.
_OF_JMESPATH: Final = frozenset("[]|&`'*@{}!<>=\"")

Getter = Callable[[dict[str, Any]], Any]


@lru_cache(maxsize=4096)
def getter(path: str) -> Getter:
    """Looks a path up: None where there is nothing. Raises `ValueError` if the path is none, with
    what is wrong; what is returned raises `WrongValueError`."""
    if not _OF_JMESPATH.isdisjoint(path):
        return _searched(path)
    if not path.strip():
        raise ValueError("the path is empty")
    return _dotted(path)


def _dotted(path: str) -> Getter:
    names = path.split(".")
    if len(names) == 1:
        return lambda record: record.get(path)

    def get(record: dict[str, Any]) -> Any:
        # A column may have dots in its name.
        if path in record:
            return record[path]
        value: Any = record
        for name in names:
            if not isinstance(value, dict):
                return None
            value = value.get(name)
        return value

    return get


def _searched(path: str) -> Getter:
    try:
        search = jmespath.compile(path).search
    except (JMESPathError, RecursionError) as error:
        raise ValueError(f"is no JMESPath: {' '.join(str(error).split())}") from None

    def get(record: dict[str, Any]) -> Any:
        try:
            return search(record)
        except (JMESPathError, ArithmeticError, RecursionError, TypeError, ValueError):
            raise WrongValueError(
                f"`{path}` cannot be answered of this record.",
                "Make sure that what its functions are given is of the kind they take.",
            ) from None

    return get


def is_nothing(value: Any) -> bool:
    """Whether there is no value: it is absent, null, or empty."""
    return not value and (value is None or isinstance(value, str | list | dict))
