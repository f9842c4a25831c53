"""A group beside the area's largest one, in words."""

from __future__ import annotations

from datetime import date

import pytest

from orchestration.reports.content.groups import GroupFigure


@pytest.mark.parametrize(
    ("reference", "ratio", "bounds", "told"),
    [
        ("White", 1.9, (1.2, 2.8), "1.9 times as often (1.2 to 2.8)"),
        ("White", 0.5, (0.3, 1.0), "0.5 times as often (0.3 to 1.0)"),
        ("White", None, (None, None), "not enough children to say"),
        ("Black", 1.0, (None, None), "the largest group"),
        ("Black", None, (None, None), "the largest group"),
        (None, None, (None, None), None),
    ],
)
def test_a_group_is_told_beside_the_largest(
    reference: str | None,
    ratio: float | None,
    bounds: tuple[float | None, float | None],
    told: str | None,
) -> None:
    group = GroupFigure(
        "cla_rate", date(2025, 3, 31), "ethnic_group", "Black", 3, 20.0, None, None, 1.0, reference, ratio, *bounds
    )  # fmt: skip
    assert group.beside_the_largest == told
