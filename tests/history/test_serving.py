"""Which submission serves: versions, folders, verdicts, knowledge date and receipts, by dated examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from tests.history.answers import plans, referrals
from tests.history.warehouse import Warehouse
from tests.history.world import CAMDEN, annex_a, cin_census, plan, referral

FIRST = annex_a("2024-05", list_3=[referral("ann", "2024-05-10"), referral("bob", "2024-05-11")])
SECOND = annex_a("2024-05", list_3=[referral("ann", "2024-05-12")])


def test_resubmission_replaces_the_old_version_whole(warehouse: Warehouse) -> None:
    """New content in the same folder is a new version and replaces the old one whole."""
    assert referrals(warehouse, [FIRST, SECOND]) == [("ann", "2024-05-12")]


def test_rows_of_a_replaced_version_hold_no_interval(warehouse: Warehouse) -> None:
    """A new version replaces the old one whole: not even a plan that only the old version held."""
    before = annex_a("2024-05", list_7=[plan("ann", "2024-01-10")])
    assert plans(warehouse, [before, annex_a("2024-05", list_7=[])]) == {}


def test_resubmission_with_fewer_tables_leaves_none_of_the_old_ones(warehouse: Warehouse) -> None:
    """A new version replaces the old one whole: a table that the new version lacks covers nothing."""
    assert referrals(warehouse, [FIRST, annex_a("2024-05", list_7=[])]) == []


def test_same_content_again_changes_nothing(warehouse: Warehouse) -> None:
    """The same content again is a no-op."""
    expected = [("ann", "2024-05-10"), ("bob", "2024-05-11")]
    assert referrals(warehouse, [FIRST, FIRST]) == expected


def test_content_that_returns_serves_again(warehouse: Warehouse) -> None:
    """Newest version by receipt: A, then B, then A again serves A."""
    expected = [("ann", "2024-05-10"), ("bob", "2024-05-11")]
    assert referrals(warehouse, [FIRST, SECOND, FIRST]) == expected


def test_late_file_for_an_old_month_takes_its_place_by_as_at_date(warehouse: Warehouse) -> None:
    """A late file for an old month takes its place in the order of as-at dates."""
    june = annex_a("2024-06", list_3=[referral("cat", "2024-06-03")])
    assert referrals(warehouse, [june, FIRST]) == [("cat", "2024-06-03")]


def test_rejected_version_leaves_the_older_accepted_one_serving(warehouse: Warehouse) -> None:
    """The folder's newest accepted version continues to serve (dbt_project/docs/history.md, 'Submissions')."""
    census = cin_census("2024-03", cin_details=[referral("ann", "2024-03-04")])
    faulty = replace(census.having(cin_details=[]), verdict="rejected")
    assert referrals(warehouse, [census, faulty]) == [("ann", "2024-03-04")]


def test_rejected_version_alone_covers_nothing(warehouse: Warehouse) -> None:
    """A rejected version never serves, so the older folder still speaks for the shared days."""
    later = replace(annex_a("2024-06", list_3=[]), verdict="rejected")
    assert referrals(warehouse, [SECOND, later]) == [("ann", "2024-05-12")]


def test_failed_table_counts_as_absent_and_the_others_load(warehouse: Warehouse) -> None:
    """A failed table inside annex_a or ssda903 counts as absent, the other tables load."""
    later = replace(
        annex_a("2024-06", list_3=[], list_7=[plan("ann", "2024-06-05")]),
        failed=frozenset({"list_3"}),
    )
    assert referrals(warehouse, [SECOND, later]) == [("ann", "2024-05-12")]
    assert list(plans(warehouse, [SECOND, later])) == [("ann", "2024-06-05")]


def test_submission_as_at_the_knowledge_date_is_used_and_a_later_one_is_not(
    warehouse: Warehouse,
) -> None:
    """The run uses only submissions whose as-at date is on or before it."""
    june = annex_a("2024-06", list_3=[])
    assert referrals(warehouse, [SECOND, june], as_at=date(2024, 6, 29)) == [("ann", "2024-05-12")]
    assert referrals(warehouse, [SECOND, june], as_at=date(2024, 6, 30)) == []


def test_knowledge_date_asks_the_newest_version_of_a_folder_only(warehouse: Warehouse) -> None:
    """--as-at K alone decides by as-at date and uses the newest accepted versions: a folder whose
    newest content is dated after K is out, and its replaced content does not come back."""
    early = cin_census(
        "2024-03", reference="2024-03-10", cin_details=[referral("ann", "2024-03-04")]
    )
    late = cin_census("2024-03", cin_details=[referral("bob", "2024-03-05")])
    assert referrals(warehouse, [early, late], as_at=date(2024, 3, 15)) == []
    assert referrals(warehouse, [early, late], as_at=date(2024, 3, 31)) == [("bob", "2024-03-05")]


def test_receipts_after_the_moment_asked_for_are_ignored(warehouse: Warehouse) -> None:
    """With --received-by T it also ignores what was received after T."""
    world = [FIRST, SECOND, annex_a("2024-06", list_3=[])]
    assert referrals(warehouse, world, n_received=1) == [
        ("ann", "2024-05-10"),
        ("bob", "2024-05-11"),
    ]
    assert referrals(warehouse, world, n_received=2) == [("ann", "2024-05-12")]
    assert referrals(warehouse, world, n_received=3) == []


def test_later_folder_of_the_same_as_at_date_wins_whole(warehouse: Warehouse) -> None:
    """Two submissions of one source with the same as-at date: the later folder wins whole."""
    first, second = ("ann", "2024-03-04"), ("bob", "2024-03-05")
    may, june = (
        cin_census(
            month,
            reference="2024-03-31",
            cin_details=[referral(*key)],
            child_protection_plans=[plan(*key)],
        )
        for month, key in (("2024-05", first), ("2024-06", second))
    )
    for world in ([may, june], [june, may]):
        assert referrals(warehouse, world) == [second]
        assert list(plans(warehouse, world)) == [second]


def test_rejected_later_folder_of_the_same_as_at_date_gives_way(warehouse: Warehouse) -> None:
    """Only accepted submissions compete for an as-at date."""
    may = cin_census("2024-05", reference="2024-03-31", cin_details=[referral("ann", "2024-03-04")])
    june = replace(cin_census("2024-06", reference="2024-03-31"), verdict="rejected")
    assert referrals(warehouse, [may, june]) == [("ann", "2024-03-04")]


def test_folders_of_different_sources_with_one_as_at_date_both_serve(warehouse: Warehouse) -> None:
    """Two submissions of one source: a census does not displace an Annex A of the same day."""
    census = cin_census("2024-05", child_protection_plans=[plan("ann", "2024-01-10")])
    workbook = annex_a("2024-05", list_7=[plan("bob", "2024-02-10")])
    assert sorted(plans(warehouse, [census, workbook])) == [
        ("ann", "2024-01-10"),
        ("bob", "2024-02-10"),
    ]


def test_other_areas_neither_delete_nor_withdraw(warehouse: Warehouse) -> None:
    """Several areas may stand side by side: one authority's files say nothing about another's."""
    barnet = annex_a(
        "2024-05", list_3=[referral("ann", "2024-05-10")], list_7=[plan("ann", "2024-01-10")]
    )
    camden = annex_a("2024-06", area=CAMDEN, list_3=[], list_7=[])
    newer = replace(barnet, area=CAMDEN)
    world = [barnet, newer, camden]
    assert referrals(warehouse, world) == [("ann", "2024-05-10")]
    assert list(plans(warehouse, world)) == [("ann", "2024-01-10")]
