"""The Faust Table whose partitions are `EntityPartition`s: Faust says which, we fill them."""

from __future__ import annotations

import logging
from typing import Any, Final

import faust
from faust.stores.base import Store
from faust.types import TP

from streams.monitor.entity_partition import EntityPartition

#: Beyond every real offset, so that Faust finds nothing to recover: each partition reads its own
#: changelog. Faust's recovery costs about as much per record as its agents do, filters records by a
#: counter that a rebalance during recovery leaves ahead of the data, and trusts an end offset that
#: Tansu reports too low.
_NOTHING_TO_RECOVER: Final = 2**62

#: Faust services log under the module that defines them; ours are to log as Faust's.
_faust_logger = logging.getLogger("faust.tables")


class EntityStore(Store):
    """The store behind the Table: partitions by number, loaded by the monitor, dropped by Faust."""

    logger = _faust_logger

    def __post_init__(self) -> None:
        self.data: dict[int, EntityPartition] = {}

    def persisted_offset(self, tp: TP) -> int:
        return _NOTHING_TO_RECOVER

    def apply_changelog_batch(self, batch: Any, to_key: Any, to_value: Any) -> None:
        if batch:
            raise AssertionError("Faust recovers what the partitions read themselves")

    def reset_state(self) -> None:
        self.data.clear()

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Forget revoked partitions; another worker's writes would otherwise be missed here."""
        for tp in revoked:
            partition = self.data.get(tp.partition)
            if partition is not None:
                async with partition.lock:
                    self.data.pop(tp.partition, None)

    async def backup_partition(self, *_: Any, **__: Any) -> None:
        """There is nothing on disk."""

    def restore_backup(self, *_: Any, **__: Any) -> None:
        """There is nothing on disk."""


class EntityTable(faust.Table):
    """A Faust Table whose store is `EntityStore`.

    Faust gives it a changelog topic that is assigned together with `offbook.keyed`, and tells it
    when partitions come and go. Nothing is written through `table[key] = …`: that is not awaited
    before the commit, and costs 450 µs.
    """

    logger = _faust_logger

    def _new_store_by_url(self, url: Any) -> EntityStore:
        return EntityStore(
            url,
            self.app,
            self,
            table_name=self.name,
            key_type=self.key_type,
            value_type=self.value_type,
            key_serializer=self.key_serializer,
            value_serializer=self.value_serializer,
            options=self.options,
        )
