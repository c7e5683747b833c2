"""Panels as this house has them: each with a title, what it says and asks to do, a unit, and what
it says when there is nothing. Whatever a panel differs in stands where it is used."""

from __future__ import annotations

from typing import TypeVar

from grafana_foundation_sdk.builders import bargauge, stat, table, timeseries
from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    StackingConfig,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.dashboard import FieldColor, Row, ThresholdsConfig
from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BarGaugeNamePlacement,
    BarGaugeValueMode,
    BigValueColorMode,
    BigValueGraphMode,
    BigValueTextMode,
    GraphDrawStyle,
    GraphThresholdsStyleMode,
    LegendDisplayMode,
    LegendPlacement,
    SortOrder,
    StackingMode,
    TooltipDisplayMode,
    VisibilityMode,
    VizOrientation,
)
from grafana_foundation_sdk.models.dashboard import (
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)

from contract.alert import Bilingual
from deploy.grafana.source.words import Say

AnyPanel = stat.Panel | bargauge.Panel | table.Panel | timeseries.Panel
_P = TypeVar("_P", stat.Panel, bargauge.Panel, table.Panel, timeseries.Panel)

#: Of a panel's row; all in one have the same, so that they stand side by side.
TALL, LOW = 8, 5


def row(say: Say, title: Bilingual) -> Row:
    """The heading of what follows it."""
    return Row(say(title))


def stats(say: Say, title: Bilingual, does: Bilingual, empty: Bilingual) -> stat.Panel:
    """Big figures, one for each series."""
    panel = (
        stat.Panel()
        .color_mode(BigValueColorMode.BACKGROUND)
        .graph_mode(BigValueGraphMode.NONE)
        .text_mode(BigValueTextMode.VALUE_AND_NAME)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .height(LOW)
    )
    return _told(panel, say, title, does, empty)


def bars(say: Say, title: Bilingual, does: Bilingual, empty: Bilingual) -> bargauge.Panel:
    """A bar for each series."""
    panel = (
        bargauge.Panel()
        .orientation(VizOrientation.HORIZONTAL)
        .display_mode(BarGaugeDisplayMode.BASIC)
        .value_mode(BarGaugeValueMode.TEXT)
        .name_placement(BarGaugeNamePlacement.AUTO)
        .show_unfilled(True)
        .min(0)
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .height(TALL)
    )
    return _told(panel, say, title, does, empty)


def lines(say: Say, title: Bilingual, does: Bilingual, empty: Bilingual) -> timeseries.Panel:
    """Lines over time. A gap stays one: no figure is not the last figure."""
    panel = (
        timeseries.Panel()
        .fill_opacity(10)
        .line_width(1)
        .show_points(VisibilityMode.AUTO)
        .span_nulls(False)
        .legend(
            VizLegendOptions()
            .display_mode(LegendDisplayMode.LIST)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(VizTooltipOptions().mode(TooltipDisplayMode.MULTI).sort(SortOrder.DESCENDING))
        .height(TALL)
    )
    return _told(panel, say, title, does, empty)


def columns(say: Say, title: Bilingual, does: Bilingual, empty: Bilingual) -> timeseries.Panel:
    """Counts over time, on top of each other."""
    return (
        lines(say, title, does, empty)
        .draw_style(GraphDrawStyle.BARS)
        .fill_opacity(70)
        .stacking(StackingConfig().mode(StackingMode.NORMAL))
        .min(0)
        .decimals(0)
    )


def rows(say: Say, title: Bilingual, does: Bilingual, empty: Bilingual) -> table.Panel:
    """A table."""
    # Of another unit an id that is all digits would be shown as a number.
    return _told(table.Panel().height(TALL), say, title, does, empty).unit("string")


def each_row() -> ReduceDataOptions:
    """A figure for each row, where rows were counted."""
    return ReduceDataOptions().calcs([]).values(True).limit(100)


def colours(base: str, **above: float) -> ThresholdsConfig:
    """`base`, and another colour from a value on: `red=900`."""
    steps = [Threshold(None, base), *(Threshold(value, it) for it, value in above.items())]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps)


def by_thresholds() -> FieldColor:
    """Coloured by what `colours` says."""
    return FieldColor().mode(FieldColorModeId.THRESHOLDS)


def line_at(panel: timeseries.Panel, colour: str, value: float) -> timeseries.Panel:
    """A line across, where somebody is told of it."""
    style = GraphThresholdsStyleConfig().mode(GraphThresholdsStyleMode.LINE)
    return panel.thresholds(colours("transparent", **{colour: value})).thresholds_style(style)


def named(**words: str) -> ValueMap:
    """Numbers as words: `_0="away"`."""
    return ValueMap(
        {
            number.removeprefix("_"): ValueMappingResult(text=text, index=index)
            for index, (number, text) in enumerate(words.items())
        }
    )


def _told(panel: _P, say: Say, title: Bilingual, does: Bilingual, empty: Bilingual) -> _P:
    return panel.title(say(title)).description(say(does)).no_value(say(empty)).unit("short")
