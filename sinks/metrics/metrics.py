"""All figures of one process, and the page that Prometheus reads.

No employee, customer, order or account is ever a label: labels are topics, detectors and other
words of Offbook's own and of whoever writes its settings. What is not known is counted as `other`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Info, ProcessCollector, disable_created_metrics
from prometheus_client.exposition import choose_encoder

from contract import __version__
from contract.alert import Severity
from contract.kinds import SOURCE_TOPICS
from sinks.metrics.alertmanager import AlertmanagerFigures
from sinks.metrics.alerts import AlertFigures
from sinks.metrics.canary import CanaryFigures
from sinks.metrics.detectors import DetectorFigures
from sinks.metrics.entities import EntityFigures
from sinks.metrics.events import EventFigures
from sinks.metrics.feeds import FeedFigures
from sinks.metrics.kafka import KafkaFigures
from sinks.metrics.labels import DetectorLabels
from sinks.metrics.partitions import PartitionFigures
from sinks.metrics.recovery import RecoveryFigures
from sinks.metrics.settings_file import SettingsFileFigures


class Metrics:
    """All figures of one process, in a registry of its own.

    `detectors` maps detector ids to the severities each can give; `topics` are the source topics
    this process reads. Every counter they make possible starts at 0, so that the first event
    already shows in `rate()`. A gauge appears when its value is first known: a role that never
    learns it does not claim 0.
    """

    def __init__(
        self,
        *,
        topics: Iterable[str] = SOURCE_TOPICS,
        detectors: Mapping[str, Sequence[Severity]] | None = None,
        version: str = __version__,
    ) -> None:
        # `_created` samples would double every series and are in no contract. The switch is the
        # library's, for all registries of the process.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = registry = CollectorRegistry()
        topics, labels = tuple(topics), DetectorLabels()
        self.events = EventFigures(registry, topics)
        self.alerts = AlertFigures(registry, labels)
        self.alertmanager = AlertmanagerFigures(registry)
        self.canary = CanaryFigures(registry)
        self.partitions = PartitionFigures(registry)
        self.recovery = RecoveryFigures(registry)
        self.entities = EntityFigures(registry)
        self.feeds = FeedFigures(registry)
        self.kafka = KafkaFigures(registry)
        self.detectors = DetectorFigures(registry, labels)
        self.settings_file = SettingsFileFigures(registry)
        Info("offbook_build", "The running version.", registry=registry).info({"version": version})
        ProcessCollector(registry=registry)
        self._labels = labels
        self.know(detectors or {})

    def know(self, detectors: Mapping[str, Sequence[Severity]]) -> None:
        """There are these detectors, too, each with the severities it can give. Those that were
        known are, as long as the process lives: a counter that goes would look like a restart."""
        self._labels.know(detectors)
        self.alerts.know(detectors)
        self.detectors.know(detectors)

    def exposition(self, accept: str = "") -> tuple[bytes, str]:
        """The page Prometheus scrapes and its content type, for an `Accept` header."""
        encode, content_type = choose_encoder(accept)
        return encode(self.registry), content_type
