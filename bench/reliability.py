"""The reliability curve as a drawing: mean confidence against share right, bin by bin, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from math import sqrt

from crawlers.classify.figures import Bin, Calibration

SIDE = 240
"""Pixels of a panel's square."""
LEFT, TOP, RIGHT, BOTTOM = 52, 44, 20, 48
STYLE = """
  .card { fill: #ffffff } text { fill: #1f2328; font: 12px sans-serif } .title { font-weight: bold; font-size: 13px }
  .frame { fill: none; stroke: #8c959f } .grid { stroke: #d8dee4 } .ideal { stroke: #8c959f; stroke-dasharray: 4 4 }
  .curve { fill: none; stroke: #0969da; stroke-width: 1.5 } .interval { stroke: #0969da } .bin { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    .card { fill: #0d1117 } text { fill: #e6edf3 } .frame, .ideal { stroke: #8b949e } .grid { stroke: #30363d }
    .curve, .interval { stroke: #58a6ff } .bin { fill: #58a6ff }
  }
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """One curve."""

    title: str
    calibration: Calibration

    @property
    def bins(self) -> list[Bin]:
        return [each for each in self.calibration.bins if each.n]


@dataclass(frozen=True, slots=True)
class Scale:
    """Shares -> pixels; both axes run from `tenths` / 10 to 1."""

    tenths: int

    @classmethod
    def around(cls, panels: list[Panel]) -> Scale:
        """From the last tenth below everything that is drawn."""
        bins = [each for panel in panels for each in panel.bins]
        lowest = [min(each.mean_confidence or 0, each.right.interval.low) for each in bins if each.right.interval]
        return cls(min(9, int(min(lowest, default=0) * 10)))

    def x(self, share: float | None) -> float:
        low = self.tenths / 10
        return round(((share or 0) - low) / (1 - low) * SIDE, 1)

    def y(self, share: float | None) -> float:
        return round(SIDE - self.x(share), 1)


def drawing(panels: list[Panel]) -> str:
    """An SVG with the panels side by side; light or dark as the reader's system is."""
    step = LEFT + SIDE + RIGHT
    width, height = step * len(panels), TOP + SIDE + BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        "<title>Confidence against the share of readings that are right</title>",
        f"<style>{STYLE}</style>",
        f'<rect class="card" width="{width}" height="{height}"/>',
    ]
    scale = Scale.around(panels)
    for index, panel in enumerate(panels):
        parts += [f'<g transform="translate({index * step + LEFT} {TOP})">', *_panel(panel, scale), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(panel: Panel, scale: Scale) -> Iterator[str]:
    n = sum(each.n for each in panel.bins)
    yield f'<text class="title" x="0" y="-24">{escape(panel.title)}</text>'
    yield f'<text x="0" y="-8">{n:,} readings, calibration error {panel.calibration.error or 0:.3f}</text>'
    for tenth in range(scale.tenths, 11):
        tick = tenth / 10
        x, y = scale.x(tick), scale.y(tick)
        yield f'<path class="grid" d="M{x} 0V{SIDE}M0 {y}H{SIDE}"/>'
        yield f'<text x="{x}" y="{SIDE + 16}" text-anchor="middle">{tick:g}</text>'
        yield f'<text x="-8" y="{y + 4}" text-anchor="end">{tick:g}</text>'
    yield f'<path class="ideal" d="M0 {SIDE}L{SIDE} 0"/><rect class="frame" width="{SIDE}" height="{SIDE}"/>'
    yield f'<text x="{SIDE / 2:g}" y="{SIDE + 36}" text-anchor="middle">mean confidence</text>'
    yield f'<text transform="translate(-36 {SIDE / 2:g}) rotate(-90)" text-anchor="middle">share right</text>'
    points = " ".join(f"{scale.x(each.mean_confidence)},{scale.y(each.right.value)}" for each in panel.bins)
    yield f'<polyline class="curve" points="{points}"/>'
    for each in panel.bins:
        yield from _point(each, n, scale)


def _point(each: Bin, n: int, scale: Scale) -> Iterator[str]:
    interval, x, y = each.right.interval, scale.x(each.mean_confidence), scale.y(each.right.value)
    assert interval
    said = f"{each.n:,} readings: confidence {each.mean_confidence:.3f}, right {each.right.value:.3f}"
    yield f'<path class="interval" d="M{x} {scale.y(interval.low)}V{scale.y(interval.high)}"/>'
    radius = 2 + 3 * sqrt(each.n / n)
    yield f'<circle class="bin" cx="{x}" cy="{y}" r="{radius:.1f}"><title>{said}</title></circle>'
