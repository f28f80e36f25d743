"""URLs of careers pages: which can be one, and what others seem to lead to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawlers.addresses import careers_url, link_target, same_site
from crawlers.links import likeness, page_links, without_links

HOME = "https://acme.example/careers"


@pytest.mark.parametrize(
    ("pasted", "url"),
    [
        ("acme.example", "https://acme.example/"),
        (" HTTPS://ACME.example:443/Careers/#jobs ", "https://acme.example/Careers/"),
        ("http://acme.example:80/careers?utm_medium=x&team=a", "http://acme.example/careers?team=a"),
        ("//acme.example/careers?fbclid=1", "https://acme.example/careers"),
        ("https://acme.example:8443/jobs", "https://acme.example:8443/jobs"),
        ("https://bücher.example/karriere für alle", "https://xn--bcher-kva.example/karriere%20f%C3%BCr%20alle"),
        ("http://127.0.0.1:8080/jobs", "http://127.0.0.1:8080/jobs"),
        ("http://[::1]:8080/jobs", "http://[::1]:8080/jobs"),
        ("localhost/jobs", "https://localhost/jobs"),
    ],
)
def test_careers_url(pasted: str, url: str) -> None:
    assert careers_url(pasted) == url
    assert careers_url(url) == url


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("", "no host"),
        ("https://", "no host"),
        ("https:///careers", "no host"),
        ("acme", "'acme' is no host"),
        ("ftp://acme.example/careers", "neither http"),
        ("file:///etc/passwd", "neither http"),
        ("javascript://acme.example/%0aalert(1)", "neither http"),
        ("https://me:secret@acme.example/", "user name"),
        ("https://acme.example:22/", "port"),
        ("https://acme.example:99999/", "Port"),
        ("https://acme.example:x/", "Port"),
        ("https://acme.example/" + "x" * 3000, "longer"),
        ("https://acme.example/" + "\u044f" * 1000, "longer"),
        ("https://[acme.example/", "IPv6"),
    ],
)
def test_no_careers_url(pasted: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        careers_url(pasted)


@given(st.one_of(st.text(max_size=60), st.text("htps:/.@[]%?#acmx1 \u00fc", max_size=40)))
def test_any_text_is_a_careers_url_or_not(text: str) -> None:
    try:
        url = careers_url(text)
    except ValueError:
        return
    assert url.startswith(("http://", "https://"))
    assert careers_url(url) == url
    assert likeness(url, HOME) >= 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://acme.example/a", "http://www.acme.example/b", True),
        ("https://careers.acme.example/", "https://www.acme.example/", True),
        ("https://acme.example/", "https://eu.careers.acme.example/", True),
        ("https://a.acme.example/", "https://b.acme.example/", False),
        ("https://notacme.example/", "https://acme.example/", False),
        ("https://acme.example.evil.example/", "https://acme.example/", False),
        ("nonsense", "https://acme.example/", False),
    ],
)
def test_same_site(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same
    assert same_site(other, one) is same


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.example/careers/data-engineer-4711",
        "https://acme.example/careers/designer",
        "https://www.acme.example/jobs/4711",
        "https://acme.example/en/job/4711/data-engineer",
        "https://acme.example/careers?gh_jid=4711",
        "https://acme.example/index.php?page=x&vacancy=12",
        "https://acme.example/stellenangebote/elektriker-m-w-d",
        "https://acme.example/offres-emploi/ingenieur-logiciel",
        "https://acme.example/vacatures/monteur-utrecht",
        "https://acme.example/es/empleo/analista",
        "https://acme.example/careers/JobDetail/Customer-Support/14142",
        "https://careers.acme.example/us/en/R-12345/Nurse",
        "https://jobs.acme.example/backend-engineer-oulu",
        "https://acme.example/company/positions/123e4567-e89b-12d3-a456-426614174000",
        "https://acme.example/work-with-us/night-baker",
        "https://acme.example/about/careers/software-engineer-12",
        "https://acme.example/about-us/vacancies/baker",
        "https://acme.example/careers/teams/engineering/baker-123",
        "https://acme.example/careers/locations/london/baker-123",
        "https://acme.example/careers/students/intern-2025",
        "https://acme.example/team/open-roles/baker",
        "https://careers-acme.acme.example/jobs/1234/baker/job",
        "https://acme.example/job.php?id=55",
        "https://acme.example/jobs/view.php?id=55",
    ],
)
def test_looks_like_a_posting(url: str) -> None:
    assert likeness(url, HOME) > 0


@pytest.mark.parametrize(
    "url",
    [
        HOME,
        "https://acme.example/",
        "https://acme.example/careers/",
        "https://acme.example/careers?page=2",
        "https://acme.example/careers/page/3",
        "https://acme.example/jobs/search",
        "https://acme.example/open-positions",
        "https://acme.example/careers/job-openings",
        "https://acme.example/careers/benefits",
        "https://acme.example/careers/4711/apply",
        "https://acme.example/careers/4711?apply=true",
        "https://acme.example/jobs/applications/new",
        "https://acme.example/careers/sign-out",
        "https://acme.example/careers/teams",
        "https://acme.example/about/history-1234",
        "https://acme.example/products?id=55",
        "https://acme.example/jobs?id=",
        "https://acme.example/careers/login",
        "https://acme.example/blog/jobs-in-data-2025",
        "https://acme.example/careers/brochure-2026.pdf",
        "https://acme.example/products/anvil-9000",
        "https://other.example/jobs/4711",
        "mailto:jobs@acme.example",
        "https://[broken/jobs/4711",
    ],
)
def test_does_not_look_like_a_posting(url: str) -> None:
    assert likeness(url, HOME) == 0


def test_words_of_the_careers_page_do_not_count_against_its_pages() -> None:
    home = "https://acme.example/blog/team"
    assert likeness(f"{home}/baker", home) > 0
    assert likeness(f"{home}/baker/apply", home) == 0
    assert likeness(f"{home}/baker", HOME) == 0


def test_the_likelier_come_first() -> None:
    urls = [
        f"https://acme.example/{path}" for path in ("careers/how-it-works", "careers/it", "careers/jobs/baker-4711")
    ]
    assert max(urls, key=lambda url: likeness(url, HOME)).endswith("baker-4711")


def test_links_of_a_page() -> None:
    html = """
    <base href="/en/"><link rel="canonical" href="/careers/it-4711"><link rel="next" href="/careers?cursor=x2">
    <!-- <a href="/careers/old-1">gone</a> -->
    <a class="[&>b]:x" href='careers/baker-12'>1</a> <A HREF=/careers/miller>2</A>
    <a href="careers/baker-12?utm_source=x#apply">1 again</a>
    <a href="/careers?page=2&amp;sort=new">2</a> <a href="/en/open-positions">all</a>
    <a href="https://other.example/jobs/1">other</a> <a href="#top">top</a> <a href="mailto:x@acme.example">x</a>
    <a href="/careers/login">in</a> <a href="javascript:void(0)">x</a> <a href="/careers/{{ slug }}">x</a> <a>x</a>
    <a href="https://[x/">x</a> <a href="/careers">here</a>"""
    links = page_links(html, "https://acme.example/careers?sort=new", HOME)
    assert links.postings == ["https://acme.example/en/careers/baker-12", "https://acme.example/careers/miller"]
    assert links.pages == ["https://acme.example/careers?cursor=x2", "https://acme.example/careers?page=2&sort=new"]
    assert links.lists == ["https://acme.example/en/open-positions"]
    assert links.canonical == "https://acme.example/careers/it-4711"


@pytest.mark.parametrize("canonical", ["/", "/careers", "https://other.example/jobs/7", "%%%"])
def test_canonical_that_is_no_posting_of_the_site_is_not_believed(canonical: str) -> None:
    html = f'<link rel="canonical" href="{canonical}">'
    assert page_links(html, "https://acme.example/careers/baker-12", HOME).canonical is None


@pytest.mark.parametrize(
    "href",
    ["https://acme.example:99999/jobs/7", "https://acme.example:PORT/jobs/7", "/jobs/\ud800-7", "https://[x/jobs/7"],
)
def test_links_that_nothing_can_be_asked_at(href: str) -> None:
    assert link_target(HOME, href) is None
    assert page_links(f'<a href="{href}">x</a>', HOME, HOME).postings == []


def test_frames_and_other_languages() -> None:
    url = "https://acme.example/jobs/search"
    html = f"""<iframe src="{url}?in_iframe=1"></iframe><iframe src="/consent"></iframe><iframe src="{url}"></iframe>
    <link rel="alternate" hreflang="en" href="{url}"><link rel="alternate" hreflang="de" href="/de/jobs/search">
    <link rel="alternate" type="application/rss+xml" href="/jobs/feed">"""
    links = page_links(html, url, url)
    assert links.frames == [f"{url}?in_iframe=1"]
    assert links.alternates == ["https://acme.example/de/jobs/search"]


def test_attributes_without_values_are_read_once() -> None:
    for junk in ("a", "a:", "-", "a ", "= "):
        assert page_links(f"<a {junk * 100_000} href=/jobs/7>", HOME, HOME).postings in (
            [],
            ["https://acme.example/jobs/7"],
        )


def test_parts_of_a_page_are_no_links() -> None:
    html = '<a href="https://jobs.lever.co/x">x</a><iframe src="https://jobs.lever.co/y"></iframe>'
    assert without_links(html) == ' x</a><iframe src="https://jobs.lever.co/y"></iframe>'


@pytest.mark.parametrize(
    ("url", "canonical", "believed"),
    [
        ("/careers/baker-12?from=home", "/careers/baker-12", True),
        ("/careers/kitchen/baker-12", "/careers/baker-12", True),
        ("/careers/position-details?id=12", "/careers/position-details", False),
        ("/careers/position-details/12", "/careers/position-details", False),
        ("/careers/position-details/baker-ulm", "/careers/position-details", False),
        ("/careers/position-details?slug=baker", "/careers/position-details", False),
        ("/careers/baker-12/?share=facebook&nb=1", "/careers/baker-12/", True),
        ("/careers/baker-12?lang=de-1", "/careers/baker-12", True),
    ],
)
def test_canonical_that_drops_what_tells_postings_apart_is_not_believed(
    url: str, canonical: str, believed: bool
) -> None:
    links = page_links(f'<meta property="og:url" content="{canonical}">', f"https://acme.example{url}", HOME)
    assert links.canonical == (f"https://acme.example{canonical}" if believed else None)


@given(st.text("<a href='\">!-/linkmetbs =?&#\\\n", max_size=120))
def test_any_markup_can_be_read(html: str) -> None:
    page_links(html, HOME, HOME)
    without_links(html)


@given(st.text(max_size=60))
def test_any_link_can_be_followed_or_not(href: str) -> None:
    target = link_target(HOME, href)
    assert target is None or target.startswith(("http://", "https://"))
