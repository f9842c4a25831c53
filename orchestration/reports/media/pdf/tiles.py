"""Tiles of indicators as both documents set them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orchestration.reports.content.front import HEIGHT, WIDTH, Sparkline, Tile


def tiles_as_data(tiles: Iterable[Tile]) -> list[dict[str, Any]]:
    """What report.typ's `tile` reads."""
    return [_tile(tile) for tile in tiles]


def sparklines(tiles: Iterable[Tile]) -> dict[str, str]:
    """Their drawings, by file name."""
    return {_file(tile): _drawing(tile.sparkline) for tile in tiles if tile.sparkline}


def _file(tile: Tile) -> str:
    return f"{tile.indicator.indicator_id}.svg"


def _tile(tile: Tile) -> dict[str, Any]:
    judged = [tile.direction.capitalize(), tile.state_says]
    return {
        "caption": tile.indicator.caption, "value": tile.reason or tile.value.text, "unit": tile.value.note,
        "is_empty": bool(tile.reason), "sparkline": _file(tile) if tile.sparkline else None,
        "alt": tile.sparkline.says if tile.sparkline else "",
        "small": [said for said in (tile.year_before, tile.compared) if said],
        "judged": ". ".join(said for said in judged if said), "state": tile.state,
    }  # fmt: skip


def _drawing(sparkline: Sparkline) -> str:
    runs = "".join(f'<polyline points="{run}"/>' for run in sparkline.runs)
    x, y = sparkline.last
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" fill="none" stroke="#12436d" stroke-width="1.6">{runs}'
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#12436d"/></svg>'
    )
