"""The plan by which a list that is longer than it shows is read, against tenants of all kinds; no network."""

from __future__ import annotations

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crawlers.facets import Facet, Listing
from crawlers.spiders.workday import facets_in
from tests.workday_tenant import Opening, Tenant

CAP, PAGE = 20, 3


def read(tenant: Tenant) -> tuple[set[str], Listing, int]:
    """All that the plan finds, as the spider goes by it."""
    listing = Listing(page=PAGE, cap=CAP)
    found: set[str] = set()
    pages, asked = [listing.begin()], 0
    while pages:
        page, asked = pages.pop(), asked + 1
        query = {"appliedFacets": page.chosen, "limit": PAGE, "offset": page.offset, "searchText": ""}
        answer = tenant.rows(query)
        found |= {row["externalPath"] for row in answer["jobPostings"]}
        listing.waiting -= 1
        if page.offset == 0:
            pages += listing.more(page.chosen, answer["total"], list(facets_in(answer["facets"])))
        if not listing.waiting:
            pages += listing.rest(len(found))
    return found, listing, asked


KINDS = st.sampled_from(["regular", "fixed", "intern", None])
OPENINGS = st.lists(
    st.tuples(
        st.one_of(st.none(), st.sampled_from("abcdefgh")),
        KINDS,
        st.lists(st.sampled_from(["Tampere", "Graz", "Porto", "Reims", "Nelson"]), min_size=1, max_size=2, unique=True),
    ),
    max_size=90,
).map(lambda rows: [Opening(number, *row) for number, row in enumerate(rows, 1)])


@settings(max_examples=300, deadline=None)
@given(OPENINGS, st.booleans(), st.booleans())
def test_all_is_found_or_known_to_be_missing(openings: list[Opening], cut: bool, faceted: bool) -> None:
    tenant = Tenant(openings, cut=cut, cap=CAP, faceted=faceted)
    in_families, of_kinds = (sum(getattr(one, name) is not None for one in openings) for name in ("family", "kind"))
    assume(in_families != of_kinds or in_families == len(openings))  # facets that lack the same number mislead
    found, listing, asked = read(tenant)
    whole = len(found) == len(openings)
    assert whole or len(found) < listing.size or not listing.sure, "what is missing does not pass for complete"
    if not cut:
        assert whole
    assert asked <= 10 * (len(openings) // PAGE + 10), "it ends, and soon"


@settings(max_examples=300, deadline=None)
@given(OPENINGS, st.integers(2, 9))
def test_openings_that_close_meanwhile_hide_no_others(openings: list[Opening], closing_every: int) -> None:
    tenant = Tenant(list(openings), cap=CAP, closing_every=closing_every)
    in_families, of_kinds = (sum(getattr(one, name) is not None for one in openings) for name in ("family", "kind"))
    assume(in_families != of_kinds or in_families == len(openings))
    found, listing, _ = read(tenant)
    missing = {opening.path for opening in tenant.openings} - found
    closed = len(openings) - len(tenant.openings)
    assert len(missing) <= closed or len(found) < listing.size or not listing.sure


@settings(max_examples=200, deadline=None)
@given(
    OPENINGS.map(
        lambda rows: [Opening(row.number, row.family or "z", row.kind or "none", row.places[:1]) for row in rows]
    )
)
def test_all_is_found_where_parts_are_short_enough(openings: list[Opening]) -> None:
    """Where the finest parts that facets make are shown whole, nothing is missing."""
    tenant = Tenant(openings, cap=CAP)
    finest: dict[tuple[str | None, str | None, str], int] = {}
    for one in openings:
        part = one.family, one.kind, one.places[0]
        finest[part] = finest.get(part, 0) + 1
    found, listing, _ = read(tenant)
    if max(finest.values(), default=0) < CAP:
        assert len(found) == len(openings) == listing.size


def test_groups_stay_below_the_cap() -> None:
    facet = Facet(parameter="family", counts={str(number): number for number in range(1, 40)})
    groups = facet.groups(50)
    assert sorted(value for group in groups for value in group) == sorted(facet.counts)
    assert all(sum(facet.counts[value] for value in group) < 50 for group in groups)


def test_list_that_changed_meanwhile_is_read_once_more() -> None:
    """One opening moved from the page that comes to the page that was read."""
    listing = Listing(page=PAGE, cap=CAP)
    listing.begin()
    listing.waiting -= 1
    pages = listing.more({}, 5, [])
    assert [page.offset for page in pages] == [3]
    listing.waiting -= 1
    assert [page.offset for page in listing.rest(4)] == [0]
    listing.waiting -= 1
    assert [page.offset for page in listing.more({}, 4, [])] == [3]
    listing.waiting -= 1
    assert listing.rest(4) == []
    assert listing.size == 4
