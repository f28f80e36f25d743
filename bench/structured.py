"""`python -m bench.structured`: pages of 32 kB without postings, with JSON-LD, microdata and RDFa; medians per page."""

from __future__ import annotations

import json
from collections.abc import Callable
from statistics import median
from time import perf_counter

from crawlers.jsonld import job_postings
from crawlers.schemaorg import posting_from

SIZE = 32_000
ROUNDS = 200
URL = "https://fernweh.example/jobs/7?utm_source=bench"
SENTENCE = "You plan the menu with the chef, order what is needed and keep the kitchen's books. "
DESCRIPTION = f"<p>{SENTENCE * 6}</p><ul>{f'<li>{SENTENCE}</li>' * 12}</ul>" * 2
STATED = {
    "@context": "https://schema.org",
    "@type": "JobPosting",
    "title": "Kitchen manager",
    "description": DESCRIPTION,
    "datePosted": "2026-03-01",
    "employmentType": "FULL_TIME",
    "hiringOrganization": {"@type": "Organization", "name": "Fernweh Foods"},
    "jobLocation": {"@type": "Place", "address": {"addressLocality": "Ulm", "addressCountry": "DE"}},
    "baseSalary": {"currency": "EUR", "value": {"minValue": 40000, "maxValue": 50000, "unitText": "YEAR"}},
    "skills": "Purchasing, calculation",
}
LD = f'<script type="application/ld+json">{json.dumps(STATED)}</script>'
MICRODATA = f"""<main itemscope itemtype="https://schema.org/JobPosting"><h1 itemprop="title">Kitchen manager</h1>
<p itemprop="hiringOrganization" itemscope itemtype="https://schema.org/Organization"><b itemprop="name">Fernweh</b></p>
<p itemprop="jobLocation" itemscope itemtype="https://schema.org/Place"><b itemprop="address">Ulm, Germany</b></p>
<meta itemprop="datePosted" content="2026-03-01"><div itemprop="description">{DESCRIPTION}</div></main>"""
RDFA = '<div vocab="https://schema.org/">' + (
    MICRODATA.replace("itemscope itemtype", "typeof").replace("itemprop", "property").replace("https://schema.org/", "")
)


def page(content: str) -> bytes:
    """A page of the usual size: scripts, navigation, links."""
    head = f"<!DOCTYPE html><html><head><title>Jobs</title><script>{'var state = {a: 1};' * 300}</script>"
    link = '<li class="item nav-item"><a href="/careers/teams/kitchen" class="link"><span>Kitchens</span></a></li>\n'
    links = (SIZE - len(head) - len(content)) // len(link)
    return f"{head}</head><body><ul>{link * links}</ul>{content}</body></html>".encode()


def measured(work: Callable[[], object]) -> float:
    """Milliseconds, the median of ROUNDS."""
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times) * 1000


def main() -> None:
    contents = {
        "nothing": "",
        "the word in a text": "<p>A JobPosting, typeof none.</p>",
        "JSON-LD": LD,
        "JSON-LD with a comma too many": LD.replace("}</script>", ",}</script>"),
        "microdata": MICRODATA,
        "RDFa": RDFA,
    }
    for name, content in contents.items():
        html = page(content)
        found = job_postings(html)
        assert bool(found) == (content not in {"", contents["the word in a text"]})
        print(
            f"{name:30} {len(html):6,} bytes  job_postings {measured(lambda html=html: job_postings(html)):6.3f} ms",
            end="",
        )
        if found:
            read = measured(lambda row=found[0]: posting_from(row.copy(), platform="p", board="b", url=URL))
            print(f"  posting_from {read:6.3f} ms", end="")
        print()


if __name__ == "__main__":
    main()
