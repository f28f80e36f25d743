"""Addresses of pages: whether one can be asked for, whether two are one page or on one site. Pure."""

from __future__ import annotations

import re
from hashlib import blake2b
from urllib.parse import SplitResult, parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url, safe_url_string

_LONGEST = 2000
"""Characters of a URL; Scrapy drops requests for much longer ones."""
_LONGEST_ID = 400
_PORTS = {"http": 80, "https": 443}
_LOWEST_PORT = 1024
"""Below it are other services than the web, but for its own two ports."""
_NO_URL = re.compile(r"[\s\"<>\\^`{|}]")
_DEFAULT_PORT = re.compile(r":(?:80|443)?$")

_PLAIN = re.compile(r"https?://(?:www\.)?([a-z0-9.-]++)((?:/[\w.~-]*+)*+)", re.ASCII)
"""What is in one form as it is: most pages' addresses, to save nine tenths of the time."""
_VISITORS = re.compile(
    r"utm_.*|gh_src|lever-(?:source|origin).*|fbclid|[gd]clid|msclkid|yclid|[gw]braid|_g[al]|mc_[ce]id|trk.*|iisn?"
    r"|phpsessid|jsessionid|aspsessionid.*|cfid|cftoken|session_?id|share|nb|print|replytocom|in_iframe",
    re.IGNORECASE,
)
"""Parameters of a query that tell visitors apart, or ways to see one page, and not pages."""
_REFERRER = re.compile(r"ref|referr?er|refid|source|src", re.IGNORECASE)
"""Who sent the reader, unless a number stands there: then it may be the posting's."""
_OR_A_NUMBER = re.compile(r"sid|apply", re.IGNORECASE)
"""A visitor's session, or a way to see the page; a plain number there may be the posting's."""
_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/]*", re.IGNORECASE)


def page_key(url: str) -> str:
    """What stays of a page's address whoever links to it: host, path, and the query without what tells visitors apart.

    Raises ValueError for what is no address.

    >>> page_key("https://www.acme.example/jobs/7/?utm_source=x&lang=en#apply")
    'acme.example/jobs/7?lang=en'
    >>> page_key("https://acme.example/job;jsessionid=A1?source=newsletter&ref=REQ-7&PHPSESSID=b2")
    'acme.example/job?ref=REQ-7'
    >>> page_key("https://acme.example/job?sid=1207"), page_key("https://acme.example/job?sid=9f3ac1")
    ('acme.example/job?sid=1207', 'acme.example/job')
    """
    if plain := _PLAIN.fullmatch(url):
        return plain[1] + plain[2].rstrip("/")
    parts = urlsplit(canonicalize_url(url, keep_fragments=True))
    query = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _VISITORS.fullmatch(key)
        and not (_REFERRER.fullmatch(key) and not re.search(r"\d", value))
        and not (_OR_A_NUMBER.fullmatch(key) and not value.isdecimal())
    ]
    host = _DEFAULT_PORT.sub("", parts.netloc.rpartition("@")[2].lower().removeprefix("www."))
    route = f"#{parts.fragment}" if parts.fragment.startswith(("/", "!")) else ""  # a page that a script shows
    return host + _SESSION.sub("", parts.path).rstrip("/") + (f"?{urlencode(query)}" if query else "") + route


def id_of(key: str) -> str:
    """A page's key as an id that can be stored: of a long one the beginning, and a digest of it all.

    >>> len(id_of("acme.example/" + "x" * 1000)), id_of("acme.example/jobs/7")
    (400, 'acme.example/jobs/7')
    """
    if len(key) <= _LONGEST_ID:
        return key
    digest = blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{key[: _LONGEST_ID - len(digest) - 1]}~{digest}"


def careers_url(text: str) -> str:
    """The URL of a careers page in one form: what a person pastes, without fragment and tracking parameters.

    Raises ValueError with the reason for what no such page can be at.

    >>> careers_url("Acme.example/Careers?utm_source=x&team=2#openings")
    'https://acme.example/Careers?team=2'
    """
    text = text.strip()
    scheme, colon, rest = text.partition("://")
    if not colon:
        scheme, rest = "https", text.removeprefix("//")
    if scheme.lower() not in _PORTS:
        raise ValueError(f"{scheme}:// is neither http:// nor https://")
    url = safe_url_string(f"{scheme.lower()}://{rest}")
    if len(url) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST} characters")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError("it holds a user name")
    host = host_of(parts)
    if "." not in host and host != "localhost" and ":" not in host:
        raise ValueError(f"{host!r} is no host" if host else "it has no host")
    try:
        port = parts.port
    except ValueError:
        port = 0
    if port in {None, _PORTS[parts.scheme]}:
        port = None
    elif port not in _PORTS.values() and (port or 0) < _LOWEST_PORT:
        raise ValueError("its port is none of the web's")
    place = f"[{host}]" if ":" in host else host
    place = place if port is None else f"{place}:{port}"
    query = page_key(urlunsplit(parts._replace(fragment=""))).partition("?")[2]
    return urlunsplit((parts.scheme, place, parts.path or "/", query, ""))


def same_site(url: str, other: str) -> bool:
    """Whether two URLs are on one site: on one host, or one's host below the other's.

    >>> same_site("https://careers.acme.example/x", "https://www.acme.example/"), same_site("https://a.io", "https://b.io")
    (True, False)
    """
    one, two = _site(split(url)), _site(split(other))
    return bool(one and two) and (one == two or one.endswith(f".{two}") or two.endswith(f".{one}"))


def link_target(base: str, href: str) -> str | None:
    """A link's target without its fragment; None where it has none on the web."""
    href = href.strip()
    if not href or href.startswith("#") or len(href) > _LONGEST or _NO_URL.search(href):
        return None
    try:
        parts = urlsplit(urljoin(base, href))
        target = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", parts.query, ""))
        page_key(target)  # raises for a port that is none, say
    except ValueError:
        return None
    return target if parts.scheme in _PORTS and "@" not in parts.netloc and parts.hostname else None


def origin_of(url: str) -> str:
    """The part of a URL before its path.

    >>> origin_of("https://acme.example:8080?x=1")
    'https://acme.example:8080'
    """
    scheme, colon, rest = url.partition("://")
    return scheme + colon + re.split(r"[/?#]", rest, maxsplit=1)[0]


def split(url: str) -> SplitResult:
    """Parts of a URL; of what is none, no part."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def host_of(parts: SplitResult) -> str:
    """The host's name, "" where there is none."""
    try:
        return (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""


def _site(parts: SplitResult) -> str:
    return host_of(parts).removeprefix("www.")
