"""JobPostings in pages: JSON-LD however careless, microdata, RDFa."""

from __future__ import annotations

import csv
import json
import math
from html import escape
from pathlib import Path
from typing import Any

import pytest

from crawlers.jsonld import job_postings

COOK = {"@type": "JobPosting", "title": "Cook"}


def page(*scripts: str, kind: str = 'type="application/ld+json"', body: str = "") -> str:
    """A page with scripts in its head."""
    head = "".join(f"<script {kind}>{script}</script>" for script in scripts)
    return f"<!DOCTYPE html><html><head><title>Jobs</title>{head}</head><body>{body}</body></html>"


def stated(value: Any) -> str:
    """A value as JSON of schema.org's context."""
    return json.dumps({"@context": "https://schema.org", **value} if isinstance(value, dict) else value)


@pytest.mark.parametrize(
    "value",
    [
        {"@type": "JobPosting", "title": "Cook"},
        {"@type": ["JobPosting"], "title": "Cook"},
        {"type": "JobPosting", "title": "Cook"},
        {"@type": "schema:JobPosting", "schema:title": "Cook"},
        {"@type": "http://schema.org/JobPosting", "http://schema.org/title": "Cook"},
        {"@type": " https://www.schema.org/JobPosting", "https://schema.org/title": "Cook"},
        {"@context": [{"s": "https://schema.org/"}], "@type": "s:JobPosting", "s:title": "Cook"},
        {"@type": "JobPosting", "title": {"@value": "Cook", "@language": "en"}},
        {"@type": "JobPosting", "title": "Cook", "skills": None, "baseSalary": math.nan},
        {"@graph": [{"@type": "WebSite"}, COOK]},
        {"@type": "WebPage", "mainEntity": COOK},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": COOK}]},
        {"@type": "Organization", "@reverse": {"hiringOrganization": {"@set": [COOK]}}},
        [[{"@type": "WebSite"}, [COOK]]],
    ],
)
def test_every_place_and_name_of_a_posting(value: Any) -> None:
    assert job_postings(page(stated(value))) == [COOK]
    assert job_postings(page(stated(value)).encode()) == [COOK]


def test_several_types_are_kept() -> None:
    assert job_postings(page('{"@type": ["Thing", "schema:JobPosting"], "title": "Cook"}')) == [
        {"@type": ["Thing", "JobPosting"], "title": "Cook"}
    ]


@pytest.mark.parametrize(
    "value",
    [
        {"@type": "JobPostingAction", "title": "Cook"},
        {"@type": "Article", "title": "What a JobPosting is", "about": "JobPosting"},
        {"@type": "https://example.com/JobPosting", "title": "Cook"},
        {"@type": "other:JobPosting", "title": "Cook"},
        {"@type": "JobPosting"},
        {"@type": "JobPosting", "@id": "#1"},
        {"JobPosting": {"title": "Cook"}},
        ["JobPosting"],
        "JobPosting",
    ],
)
def test_what_is_no_posting(value: Any) -> None:
    assert job_postings(page(stated(value), body="<p class='JobPosting'>JobPosting typeof</p>")) == []


def test_several_postings_in_the_order_of_the_page() -> None:
    first = json.dumps([{**COOK, "title": "Cook"}, {"@type": "JobPosting", "title": "Waiter", "hasPart": COOK}])
    titles = [posting["title"] for posting in job_postings(page(first, '{"@type": "JobPosting", "title": "Baker"}'))]
    assert titles == ["Cook", "Waiter", "Cook", "Baker"]


LONG = '{"@type": "JobPosting", "title": "Cook", "description": "%s"}'


@pytest.mark.parametrize(
    ("script", "description"),
    [
        ('{"@type": "JobPosting", "title": "Cook",}', None),
        ('[{"@type": "JobPosting", "title": "Cook",},]', None),
        ('{"@type": "JobPosting" "title": "Cook"}', None),
        ('{"@type": "JobPosting", "title": "Cook", "skills": , "industry": undefined}', None),
        ('{"@type": "JobPosting", "title": "Cook"};', None),
        ('{"@type": "JobPosting", "title": "Cook"} {junk} "more"', None),
        ('{"@type": "JobPosting", "title": "Cook"}}', None),
        ('\ufeff {"@type": "JobPosting", "title": "Cook"}', None),
        ('{"@type": "WebSite"}\n{"@type": "JobPosting", "title": "Cook"}', None),
        ('// the job\n{"@type": "JobPosting", /* short " */ "title": "Cook"} // end', None),
        ('var job = {"@type": "JobPosting", "title": "Cook"};', None),
        ('<![CDATA[{"@type": "JobPosting", "title": "Cook"}]]>', None),
        ('<![CDATA[[[{"@type": "JobPosting", "title": "Cook"}]]]]>', None),
        ('//<![CDATA[\n{"@type": "JobPosting", "title": "Cook"}\n//]]>', None),
        ('// <![CDATA[ {"@type": "JobPosting", "title": "Cook"} // ]]>', None),
        ('/*<![CDATA[*/{"@type": "JobPosting", "title": "Cook"}/*]]>*/', None),
        ('<!--//--><![CDATA[//><!--\n{"@type": "JobPosting", "title": "Cook"}\n//--><!]]>', None),
        ('<!-- {"@type": "JobPosting", "title": "Cook"} -->', None),
        ('<!--\n{"@type": "JobPosting", "title": "Cook"}\n//-->', None),
        (escape('{"@type": "JobPosting", "title": "Cook"}'), None),
        ("{&#34;@type&#34;: &#34;JobPosting&#34;, &#x22;title&#x22;: &#x22;Cook&#x22;}", None),
        (LONG % "<p>Soup</p>\n\t<p>Bread\x01</p>", "<p>Soup</p>\n\t<p>Bread\x01</p>"),
        (LONG % "See https://a.example/b /* and */ // more", "See https://a.example/b /* and */ // more"),
        (LONG % "See https://a.example/b, /* it */" + ",", "See https://a.example/b, /* it */"),
        (LONG % r"The chef\'s \"table\" \- \u00e9\n" + ";x", 'The chef\'s "table" - é\n'),
        (LONG % "R&amp;D &lt;b&gt; &quot;x&quot;", "R&amp;D &lt;b&gt; &quot;x&quot;"),
    ],
)
def test_careless_json(script: str, description: str | None) -> None:
    expected = {**COOK, "description": description} if description else COOK
    assert job_postings(page(script)) == [expected]


@pytest.mark.parametrize(
    "script",
    [
        '{"@type": "JobPosting", "title": "Cook"',
        '{"@type": "JobPosting", "title": "Co',
        '{"@type": "JobPosting", "title": "Cook", "description": "cut \\',
        '{"@type": "JobPosting", "title": "Cook", [}',
        '{"@type": "JobPosting", "title": "Cook", "skills": ["a"}}',
        '{"@type": "JobPosting", "title": "Cook", "a": ' + "[" * 5000 + "]" * 5000 + "}",
        '{"@type": "JobPosting", "title": "Cook", "a": ' + "[" * 300 + "]" * 300 + "}",
        '{"@type": "JobPosting", "title": "Cook", "a": ' + '{"b":' * 300 + "1," + "}" * 300 + "}",
        "{{ JobPosting }}",
        "JobPosting",
        "",
    ],
)
def test_what_cannot_be_read_is_nothing(script: str) -> None:
    assert job_postings(page(script)) == []
    assert job_postings(page(script, stated(COOK))) == [COOK]


def test_numbers_keep_their_type() -> None:
    digits = "9" * 5000
    script = f'{{"@type": "JobPosting", "a": 1, "b": 1.5, "c": true, "d": "2", "e": {digits}, "f": 1e999,}}'
    assert job_postings(page(script)) == [{"@type": "JobPosting", "a": 1, "b": 1.5, "c": True, "d": "2"}]


@pytest.mark.parametrize(
    "kind",
    [
        "type='application/ld+json'",
        "type=application/ld+json",
        'TYPE="Application/LD+JSON"',
        'type="application/ld+json; charset=utf-8"',
        'type="application/ld&#x2B;json"',
        'id="a>b" data-x=\'"\' class=x\n type = "application/ld+json"',
    ],
)
def test_forms_of_the_script_element(kind: str) -> None:
    assert job_postings(page(stated(COOK), kind=kind)) == [COOK]
    assert job_postings(page(stated(COOK), kind=kind).replace("script", "SCRIPT")) == [COOK]


@pytest.mark.parametrize(
    "html",
    [
        page(stated(COOK), kind='type="application/json"'),
        page(stated(COOK), kind='data-type="application/ld+json"'),
        page(stated(COOK), kind=""),
        "<!-- " + page(stated(COOK)) + " -->",
        "<!-- " + page(stated(COOK)),
        f"<script>var s = '<script type=\"application/ld+json\">{stated(COOK)}'</script>",
    ],
)
def test_what_is_no_script_of_json_ld(html: str) -> None:
    assert job_postings(html) == []


def test_what_stands_before_a_script_does_not_hide_it() -> None:
    before = "<!--><!---><!-- a --!><style><!-- b</style><svg><style/></svg><script>'<!--'</script><p title='<!'>"
    assert job_postings(before + page(stated(COOK))) == [COOK]


def test_references_are_resolved_within_the_page() -> None:
    graph = {
        "@graph": [
            {**COOK, "hiringOrganization": {"@id": "#org"}, "jobLocation": [{"@id": "#ulm"}, {"@id": "#gone"}]},
            {"@type": "Place", "@id": "#ulm", "address": {"@id": "#address"}},
        ]
    }
    others = {"@id": "#org", "@type": "Organization", "name": "Fernweh Foods", "member": {"@id": "#org"}}
    address = {"@id": "#address", "addressLocality": "Ulm"}
    [posting] = job_postings(page(stated(graph), stated(others), stated(address)))
    assert posting["hiringOrganization"] == others
    assert posting["jobLocation"] == [
        {"@type": "Place", "@id": "#ulm", "address": address},
        {"@id": "#gone"},
    ]


def test_references_in_circles_end() -> None:
    organization = {"@id": "#org", "name": "Fernweh Foods", "jobPosting": {"@id": "#job"}}
    job = {**COOK, "@id": "#job", "hiringOrganization": {"@id": "#org"}}
    assert job_postings(page(stated([job, organization]))) == [{**job, "hiringOrganization": organization}]


def test_references_that_multiply_end() -> None:
    levels = [{"@id": f"#{n}", "a": [{"@id": f"#{n + 1}"}] * 10} for n in range(30)]
    [posting] = job_postings(page(stated([{**COOK, "a": {"@id": "#0"}}, *levels])))
    assert posting["a"]["a"][0]["@id"] == "#1"


def test_references_in_a_long_row_end() -> None:
    levels = [{"@id": f"#{n}", "a": {"@id": f"#{n + 1}"}} for n in range(3000)]
    [posting] = job_postings(page(stated([{**COOK, "a": {"@id": "#0"}}, *levels])))
    assert posting["title"] == "Cook"


@pytest.mark.parametrize(
    ("html", "title"),
    [
        (page('{"@type": "JobPosting", "title": "Köchin"}').encode(), "Köchin"),
        (page('{"@type": "JobPosting", "title": "Köchin"}').encode("utf-8-sig"), "Köchin"),
        (page('{"@type": "JobPosting", "title": "Köchin"}').encode("utf-16"), "Köchin"),
        (page('{"@type": "JobPosting", "title": "Köchin"}').encode("cp1252"), "Köchin"),
        ('<meta charset="iso-8859-2">' + page('{"@type": "JobPosting", "title": "Kuchař"}'), "Kuchař"),
        ('<meta charset="hex">' + page('{"@type": "JobPosting", "title": "Köchin"}'), "K�chin"),
        ('<meta charset="idna">' + page('{"@type": "JobPosting", "title": "Köchin"}'), "K�chin"),
    ],
)
def test_encodings(html: str | bytes, title: str) -> None:
    if isinstance(html, str):
        html = html.encode("iso-8859-2")
    assert job_postings(html)[0]["title"] == title


MICRODATA = """
<main itemscope itemtype="https://schema.org/JobPosting">
  <h1><a itemprop="title" href="/jobs/7">Line cook &amp;
    baker<br>(nights)</a></h1>
  <meta itemprop="datePosted" content="2026-03-01"><time itemprop="validThrough" datetime="2026-04-01">soon</time>
  <link itemprop="employmentType" href="https://schema.org/FULL_TIME">
  <data itemprop="totalJobOpenings" value="2">two</data>
  <span itemprop="workHours" content=""> nights   only </span>
  <p itemprop="hiringOrganization" itemscope itemtype="https://schema.org/Organization">
    <img itemprop="logo" src="/logo.png"><b itemprop="name">Fernweh Foods</b></p>
  <ul><li itemprop="jobLocation" itemscope itemtype="https://schema.org/Place"><i itemprop="name">U<!-- -->lm</i></li>
      <li itemprop="jobLocation" itemscope itemtype="https://schema.org/Place"><i itemprop="name">Bonn</i></li></ul>
  <div itemprop="description">
    <p>You bake &amp; you cook.</p>
    <script>track()</script><!-- not this -->
    <div itemprop="qualifications"><ul><li>Bread</li></ul></div>
  </div>
  <span itemprop="skills">Sour
    dough</span>
  <div itemscope itemtype="https://schema.org/BreadcrumbList"><b itemprop="name">Home</b></div>
</main>
"""
READ = {
    "@type": "JobPosting",
    "title": "Line cook & baker (nights)",
    "datePosted": "2026-03-01",
    "validThrough": "2026-04-01",
    "employmentType": "https://schema.org/FULL_TIME",
    "totalJobOpenings": "2",
    "workHours": "nights only",
    "hiringOrganization": {"@type": "Organization", "logo": "/logo.png", "name": "Fernweh Foods"},
    "jobLocation": [{"@type": "Place", "name": "Ulm"}, {"@type": "Place", "name": "Bonn"}],
    "description": '<p>You bake &amp; you cook.</p> <div itemprop="qualifications"><ul><li>Bread</li></ul></div>',
    "qualifications": "<ul><li>Bread</li></ul>",
    "skills": "Sour dough",
}


def as_rdfa(microdata: str, prefix: str = "") -> str:
    """Microdata as the same in RDFa."""
    for name in ("JobPosting", "Organization", "Place", "BreadcrumbList"):
        microdata = microdata.replace(f'itemscope itemtype="https://schema.org/{name}"', f'typeof="{prefix}{name}"')
    return microdata.replace('itemprop="', f'property="{prefix}')


def test_microdata() -> None:
    assert job_postings(MICRODATA) == [READ]
    assert job_postings(MICRODATA.replace("baker", "\x01baker&#1;"))[0]["skills"] == "Sour dough"


def test_rdfa() -> None:
    rdfa = job_postings(f'<body vocab="https://schema.org/">{as_rdfa(MICRODATA)}')
    assert rdfa == [{**READ, "description": str(READ["description"]).replace("itemprop", "property")}]


@pytest.mark.parametrize("prefix", ["schema:", "https://schema.org/", "s:"])
def test_rdfa_with_prefixes(prefix: str) -> None:
    html = f'<body prefix="og: http://ogp.me/ns# s: https://schema.org/">{as_rdfa(MICRODATA, prefix)}'
    html = html.replace("<h1>", '<h1><meta property="og:title" content="Jobs">')
    [posting] = job_postings(html)
    assert posting.keys() == READ.keys()
    assert posting["jobLocation"] == READ["jobLocation"]


def test_type_without_scope_and_a_posting_in_a_list() -> None:
    html = """
    <div itemscope itemtype="https://schema.org/ItemList">
      <div itemprop="itemListElement" itemtype="http://schema.org/JobPosting"><b itemprop="title">Cook</b></div>
      <div itemprop="itemListElement" itemtype="http://schema.org/JobPosting"><b itemprop="title">Baker</b></div>
    </div>"""
    assert [posting["title"] for posting in job_postings(html)] == ["Cook", "Baker"]


@pytest.mark.parametrize(
    "html",
    [
        '<div itemscope itemtype="https://schema.org/JobPosting">nothing said</div>',
        '<div itemscope itemtype="https://schema.org/JobPostingAction"><b itemprop="title">Cook</b></div>',
        f"<!-- {MICRODATA} -->",
        f"<script>{MICRODATA.replace('</script>', '')}</script>",
    ],
)
def test_what_is_no_posting_in_markup(html: str) -> None:
    assert job_postings(html) == []


def test_the_same_posting_is_told_once_json_ld_first() -> None:
    script = '{"@type": "JobPosting", "title": "LINE cook &amp;  baker (nights)"}'
    other = MICRODATA.replace("Line cook", "Chief")
    rdfa = f'<body vocab="https://schema.org/">{as_rdfa(MICRODATA)}{as_rdfa(other)}'
    titles = [posting["title"] for posting in job_postings(page(script, body=MICRODATA + other + rdfa))]
    assert titles == ["LINE cook &amp;  baker (nights)", "Chief & baker (nights)"]


def expected_of(traits: str) -> bool:
    return any(trait in traits for trait in ("jobposting=", "microdata", "rdfa"))


def test_one_posting_in_two_syntaxes_and_words_is_told_once() -> None:
    markup = '<p itemscope itemtype="https://schema.org/JobPosting"><b itemprop="title">Cook</b></p>'
    ld = (
        '<script type="application/ld+json">{"@type": "JobPosting", "title": "Cook (m/f)", "description": "x"}</script>'
    )
    assert [each["title"] for each in job_postings(ld + markup)] == ["Cook (m/f)"]
    assert len(job_postings(ld + markup + markup.replace("Cook", "Baker"))) == 3


def test_script_that_next_js_writes_later() -> None:
    stated = json.dumps({"@type": "JobPosting", "title": 'Cook "S"'})
    later = json.dumps([0, {"type": "application/ld+json", "children": stated, "id": "job"}])
    html = f"<script>(self.__next_s=self.__next_s||[]).push({later})</script>"
    assert job_postings(html) == [{"@type": "JobPosting", "title": 'Cook "S"'}]
    assert job_postings(html.replace("children", "other")) == []


def test_title_holds_no_markup() -> None:
    ld = '<script type="application/ld+json">{"@type": "JobPosting", "title": "Cook"}</script>'
    for title in ("<!-- JobPosting", "<script> wanted", "a < b"):
        assert job_postings(f"<title>{title}</title>{ld}") == [{"@type": "JobPosting", "title": "Cook"}]


def test_shared_pages(data: Path) -> None:
    with (data / "html" / "SOURCES.tsv").open(encoding="utf-8", newline="") as file:
        pages = list(csv.DictReader(file, delimiter="\t"))
    assert len(pages) > 40
    for each in pages:
        content = (data / "html" / each["file"]).read_bytes()
        assert bool(job_postings(content)) == expected_of(each["traits"] or ""), each["file"]
        assert job_postings(content) == job_postings(content.decode("utf-8", "replace"))


def test_shared_payloads(data: Path) -> None:
    found = {
        file.name: [posting["title"] for posting in job_postings(file.read_bytes())]
        for file in (data / "payloads").rglob("*.html")
    }
    assert {name for name, titles in found.items() if titles} == {
        "jobwatch__icims_job.html",
        "jobwatch__smartrecruiters_expired.html",
        "jobwatch__smartrecruiters_posting.html",
    }
