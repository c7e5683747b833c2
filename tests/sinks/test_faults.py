"""Of an error nobody foresaw the classes and frames are told, and nothing it holds."""

from __future__ import annotations

import aiokafka.errors
import kafka.errors
import pytest
import redis

from sinks.faults import account, chain, classes, is_for_people, place, told
from sinks.redis.connection import RedisUnavailableError

SECRET = "C-88XQ"


def met(error: BaseException, cause: BaseException | None = None) -> BaseException:
    """`error` as it is after it was raised."""
    customer = SECRET
    try:
        raise error from cause
    except BaseException as raised:  # noqa: BLE001 - whatever was given
        assert customer
        return raised


@pytest.mark.parametrize(
    "error",
    [
        RedisUnavailableError("Redis at a:1 is not available"),
        aiokafka.errors.KafkaConnectionError("Unable to bootstrap"),
        kafka.errors.KafkaTimeoutError("no answer"),
        redis.exceptions.ReadOnlyError("You can't write against a read only replica."),
        FileNotFoundError(2, "No such file or directory", "/etc/offbook.toml"),
        ConnectionRefusedError("refused"),
    ],
)
def test_errors_of_servers_and_files_and_ours_tell_their_text(error: Exception) -> None:
    assert is_for_people(error)
    assert told(error) == str(error)


def test_any_other_tells_its_classes_and_where_it_was_raised() -> None:
    error = met(ValueError(SECRET), met(KeyError(SECRET)))
    assert not is_for_people(error)
    assert told(error).startswith("ValueError from KeyError at test_faults.py:")
    assert told(error).endswith(" in met")
    assert told(TypeError(SECRET)) == "TypeError"
    assert place(TypeError(SECRET)) == ""


def test_an_account_is_the_frames_and_classes_of_the_whole_chain_causes_first() -> None:
    lines = account(met(ValueError(SECRET), met(KeyError(SECRET)))).splitlines()
    assert [line for line in lines if not line.startswith("  File ")] == [
        "builtins.KeyError",
        "from which came",
        "builtins.ValueError",
    ]
    frame = next(line for line in lines if line.startswith("  File "))
    assert frame.startswith(f'  File "{__file__}", line ')
    assert frame.endswith(", in met")
    assert SECRET not in "\n".join(lines)


def test_what_was_being_handled_is_a_cause_unless_it_is_left_out() -> None:
    def handling(leave_out: bool) -> BaseException:
        try:
            try:
                raise KeyError(SECRET)
            except KeyError:
                if leave_out:
                    raise ValueError(SECRET) from None
                raise ValueError(SECRET)  # noqa: B904 - that is what is asked here
        except ValueError as error:
            return error

    assert classes(handling(False)) == "ValueError from KeyError"
    assert classes(handling(True)) == "ValueError"


def test_members_of_a_group_are_told_and_a_circle_ends() -> None:
    group = ExceptionGroup(SECRET, [KeyError(SECRET), OSError(SECRET)])
    assert classes(group) == "ExceptionGroup from KeyError from OSError"
    one, other = ValueError(), TypeError()
    one.__cause__, other.__cause__ = other, one
    assert chain(one) == [one, other]


def test_a_recursion_without_end_is_told_by_its_ends() -> None:
    def deeper(n: int) -> int:
        return deeper(n + 1) + 1

    with pytest.raises(RecursionError) as caught:
        deeper(0)
    lines = account(caught.value).splitlines()
    assert len(lines) == 5 + 1 + 45 + 1
    assert lines[5].endswith(" more …")
