"""Parts of a change: they sum to it whatever the groups are, and say which group moved and how."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.anomalies.parts import parts_of_change

Counts = tuple[int, int]
"""Count, and what it is counted of."""


def _groups(
    kind: str, now: dict[str, Counts], before: dict[str, Counts], heads: Counts = (1, 1)
) -> pd.DataFrame:
    """The rows of one breakdown; of a rate `heads` are everybody's number now and before."""
    names = sorted({*now, *before})
    counted = [(*now.get(name, (0, 0)), *before.get(name, (0, 0))) for name in names]
    frame = pd.DataFrame(
        counted, columns=["numerator", "denominator", "numerator_before", "denominator_before"]
    )
    frame = frame.astype("float64").assign(
        indicator_id="i", area_code="a", breakdown="sex", breakdown_value=names, kind=kind
    )
    is_rate = kind == "rate_per_10k"
    return frame.assign(
        whole=frame["numerator"].sum(), whole_before=frame["numerator_before"].sum(),
        of_whole=heads[0] if is_rate else frame["denominator"].sum(),
        of_whole_before=heads[1] if is_rate else frame["denominator_before"].sum(),
    )  # fmt: skip


counts = st.integers(1, 400).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))
breakdowns = st.dictionaries(st.sampled_from("abcdef"), counts, min_size=1)


@given(now=breakdowns, before=breakdowns)
def test_parts_of_a_share_sum_to_its_change(
    now: dict[str, Counts], before: dict[str, Counts]
) -> None:
    found = parts_of_change(_groups("percentage", now, before))
    shares = [
        100 * sum(n for n, _ in year.values()) / sum(of for _, of in year.values())
        for year in (now, before)
    ]
    assert found["part"].sum() == pytest.approx(shares[0] - shares[1], abs=1e-9)
    assert (found["own_part"] + found["size_part"]).sum() == pytest.approx(
        shares[0] - shares[1], abs=1e-9
    )
    assert found["change"].tolist() == pytest.approx([shares[0] - shares[1]] * len(found), abs=1e-9)


@given(
    now=breakdowns,
    before=breakdowns,
    heads=st.tuples(st.integers(1, 90_000), st.integers(1, 90_000)),
)
def test_parts_of_a_rate_sum_to_its_change(
    now: dict[str, Counts], before: dict[str, Counts], heads: Counts
) -> None:
    found = parts_of_change(_groups("rate_per_10k", now, before, heads))
    rates = [
        10_000 * sum(n for n, _ in year.values()) / of
        for year, of in zip((now, before), heads, strict=True)
    ]
    assert found["part"].sum() == pytest.approx(rates[0] - rates[1], abs=1e-6)
    assert found["own_part"].isna().all()


def test_share_that_moved_and_group_that_grew_are_told_apart() -> None:
    moved = parts_of_change(
        _groups("percentage", {"a": (60, 100), "b": (20, 100)}, {"a": (40, 100), "b": (20, 100)})
    )
    assert moved["own_part"].tolist() == pytest.approx([10.0, 0.0])
    assert moved["size_part"].tolist() == pytest.approx([0.0, 0.0])
    grown = parts_of_change(
        _groups("percentage", {"a": (120, 200), "b": (0, 100)}, {"a": (60, 100), "b": (0, 200)})
    )
    assert grown["own_part"].tolist() == pytest.approx([0.0, 0.0])
    assert grown["size_part"].sum() == pytest.approx(20.0)


@pytest.mark.parametrize(
    "column", ["numerator", "numerator_before", "denominator", "denominator_before"]
)
def test_breakdown_that_leaves_somebody_out_has_no_parts(column: str) -> None:
    groups = _groups(
        "percentage", {"a": (60, 100), "b": (20, 100)}, {"a": (40, 100), "b": (20, 100)}
    )
    other = groups.assign(breakdown="age_band")
    groups.loc[0, column] -= 1
    found = parts_of_change(pd.concat([groups, other], ignore_index=True))
    assert set(found["breakdown"]) == {"age_band"}
