"""A hard Workday tenant: its list is cut at 2,000 and begins anew past that, and it is busy now and then."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.server import Answer, Asked

CAP = 2000
KEYS = {"appliedFacets", "limit", "offset", "searchText"}
PLACES = ("Tampere", "Duluth, MN", "Reims", "Graz", "Nelson", "Porto")


@dataclass
class Opening:
    number: int
    family: str | None
    """None: one of those that the tenant has put into no family."""
    kind: str | None
    places: list[str]

    @property
    def path(self) -> str:
        return f"/job/{self.places[0].replace(', ', '-')}/Ski-Maker_R{self.number}"

    def values(self, parameter: str) -> list[str]:
        if parameter == "locations":
            return self.places
        value = self.family if parameter == "jobFamilyGroup" else self.kind
        return [value] if value else []


def openings(count: int) -> list[Opening]:
    """Most in one family, a few in none, a few others of no kind; every third in two places."""
    return [
        Opening(
            number,
            None if number % 50 == 0 else "making" if number % 5 < 3 else ("selling", "keeping")[number % 2],
            None if number % 40 == 7 else "intern" if number % 20 == 0 else ("regular", "fixed")[number % 2],
            [PLACES[number % 6], PLACES[(number + 1) % 6]] if number % 3 == 0 else [PLACES[number % 6]],
        )
        for number in range(1, count + 1)
    ]


@dataclass
class Tenant:
    """Answers as `site.anything`."""

    openings: list[Opening]
    cut: bool = True
    """Whether the list says `cap` at most, and begins anew past that."""
    cap: int = CAP
    faceted: bool = True
    busy_every: int = 0
    """Every so manieth request is answered with 429."""
    closing_every: int = 0
    """After every so manieth page of the list an opening of the first half closes."""
    nameless: bool = False
    """Whether the list begins with a row that leads to no page."""
    gone: set[int] = field(default_factory=set)
    """Openings whose own page is not there any more."""
    requests: Counter[str] = field(default_factory=Counter)

    def __call__(self, asked: Asked) -> Answer:
        self.requests["all"] += 1
        if self.busy_every and self.requests["all"] % self.busy_every == 0:
            self.requests["busy"] += 1
            return Answer(status=429)
        if asked.path == "/wday/cxs/skis/Careers/jobs":
            return self.list(asked)
        return self.page(asked.path.removeprefix("/wday/cxs/skis/Careers"))

    def list(self, asked: Asked) -> Answer:
        if not asked.body:
            return Answer(status=400)
        query = json.loads(asked.body)
        if query.keys() != KEYS:
            return Answer(status=422)
        if query["limit"] > 20:
            return Answer(status=400)
        return Answer(json.dumps(self.rows(query)).encode())

    def rows(self, query: dict[str, Any]) -> dict[str, Any]:
        """A page of the list."""
        self.requests["list"] += 1
        if self.closing_every and self.requests["list"] % self.closing_every == 0 and self.openings:
            del self.openings[len(self.openings) // 3]
        found = [opening for opening in self.openings if fits(opening, query["appliedFacets"])]
        offset, total = query["offset"], len(found)
        if self.cut:
            total = min(total, self.cap)
            offset %= self.cap
            found = found[: self.cap]
        return {
            "total": total if query["offset"] == 0 else 0,
            "jobPostings": [row(opening) for opening in found[offset : offset + query["limit"]]] + self.stray(query),
            "facets": self.facets(query["appliedFacets"]) if query["offset"] == 0 and self.faceted else [],
            "userAuthenticated": False,
        }

    def stray(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        """The row without a page, on every first page."""
        return [{"title": "Come and work with us", "bulletFields": []}] if self.nameless and not query["offset"] else []

    def facets(self, applied: dict[str, list[str]]) -> list[dict[str, Any]]:
        """Counts are never cut; those of a facet that is chosen from go over its other values too."""

        def facet(parameter: str) -> dict[str, Any]:
            others = {name: values for name, values in applied.items() if name != parameter}
            counts = Counter(
                value for opening in self.openings if fits(opening, others) for value in opening.values(parameter)
            )
            values = [{"descriptor": name.title(), "id": name, "count": count} for name, count in counts.items()]
            return {"facetParameter": parameter, "descriptor": parameter, "values": values}

        nested = {"facetParameter": "locationMainGroup", "values": [facet("locations")]}
        return [facet("jobFamilyGroup"), nested, facet("workerSubType")]

    def page(self, path: str) -> Answer:
        self.requests["page"] += 1
        number = path.rpartition("_R")[2]
        if not number.isdigit() or int(number) in self.gone:
            return Answer(b'{"errorCode":"S22"}', status=404)
        opening = next(opening for opening in self.openings if opening.number == int(number))
        info = {
            "id": f"{opening.number:032x}",
            "title": "Ski Maker",
            "jobDescription": f"<p>We make skis, pair {opening.number}. We do not sponsor visas.</p>",
            "location": opening.places[0],
            "additionalLocations": opening.places[1:],
            "startDate": "2026-10-01",
            "timeType": "Full time",
            "jobReqId": f"R{opening.number}",
            "jobPostingId": f"Ski-Maker_R{opening.number}",
            "externalUrl": f"https://skis.wd5.myworkdayjobs.com/Careers{opening.path}",
        }
        return Answer(json.dumps({"jobPostingInfo": info, "hiringOrganization": {"name": "Skis Ltd"}}).encode())


def fits(opening: Opening, applied: dict[str, list[str]]) -> bool:
    return all(set(values) & set(opening.values(parameter)) for parameter, values in applied.items())


def row(opening: Opening) -> dict[str, Any]:
    """A row of the list; the first bullet field, which some take for an id, is shared by two openings."""
    return {
        "title": "Ski Maker",
        "externalPath": opening.path,
        "locationsText": opening.places[0] if len(opening.places) == 1 else f"{len(opening.places)} Locations",
        "postedOn": "Posted 30+ Days Ago",
        "bulletFields": [f"JR{opening.number // 2}"],
    }
