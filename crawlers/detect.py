"""From a URL or a page to the platform, the board and the posting behind it. Pure: nothing is fetched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import ClassVar, Protocol
from urllib.parse import quote, unquote

from crawlers.errors import OperatorError

PATH_KEY = r"(?!\.++(?![\w%~+&-]))(?!.{201})(?:[\w.~+&-]|%(?![01]|2[35ef]|3[bf]|5c|7f|c[01]|f[5-9a-f])[0-9a-f]{2})+"
"""A key that goes into a URL's path or query: nothing that could leave its place there, escaped or not."""
HOST_KEY = r"(?!-)(?!(?:localhost|internal|local|localdomain)$)[a-z0-9-]{1,63}(?<!-)"
"""A key that goes into a host name: one DNS label."""

_URL_MAX = 4096
"""Characters of a URL that is looked at."""
_PAGE_MAX = 4_000_000
"""Characters of a page that are looked at."""
_LINKS_MAX = 2_000
"""Different links to platforms that are looked at in a page."""
_MARKS_MAX = 500
"""Matches of a pattern that are looked at in a page."""

_OWN, _EMBEDDED, _LINKED, _MENTIONED = 4, 3, 2, 1
"""How sure a clue in a page is: its own URL; a part of it; a link to a board; a link to the vendor."""

_PRIVATE = re.compile("alt|arpa|corp|home|internal|intranet|invalid|lan|local|localdomain|localhost|onion|private|test")
"""Top-level names that the public internet does not have. "example" stays: it harms nobody."""

_SECOND = {"ac", "co", "com", "edu", "go", "gov", "net", "or", "org"}
"""Labels before a country's, below which organisations have their names."""

_SERVICE = re.compile(r"(?<=/)(?:robots|sitemap|favicon)[^/?]*\.(?:txt|xml|ico)(?=\?|$)", re.IGNORECASE)
"""A file that a host has for machines, where a board's key may stand."""
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*:(?!\d))?(/*)", re.IGNORECASE)
_PARTS = re.compile(r"([^/?#]*)([^?#]*)(?:\?([^#]*))?")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_DOT_SEGMENT = re.compile(r"/\.{1,2}(?:/|$)")
_ESCAPE = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
_BACKSLASHES = re.compile(r"(?<!\\)\\++(?=[\"'/])")
_LINK = re.compile(r"(?:https?:)?//([a-z0-9.-]{1,253})(?![a-z0-9.@%-])[^\s\"'<>()\\^`{|}]{0,2000}", re.IGNORECASE)
_EMBEDDING = re.compile(r"<(?:embed|form|frame|iframe|link|meta|object|script)\b[^<>]*", re.IGNORECASE)
_ESCAPED = {
    "&": ("&amp;", r"\u0026"),
    '"': ("&quot;", "&#34;", "&#x22;", r"\u0022"),
    "'": ("&apos;", "&#39;", "&#x27;", r"\u0027"),
    "/": ("&#47;", "&#x2F;", "&#x2f;", r"\u002F", r"\u002f"),
}


class Platform(Protocol):
    """What detection needs of a platform's class; PlatformSpider says what the attributes mean."""

    name: str
    boards: ClassVar[str]
    postings: ClassVar[str | None]
    elsewhere_postings: ClassVar[str | None]
    domains: ClassVar[tuple[str, ...]]
    markers: ClassVar[tuple[str, ...]]

    @classmethod
    def key_of(cls, name: str) -> str: ...  # noqa: D102


_Platforms = Sequence[type[Platform]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a URL or a page shows."""

    platform: str
    board: str | None = None
    """The board's key; None: it is a board of the platform, but which one cannot be seen."""
    posting: str | None = None
    """The posting's id, where the URL shows a single one."""


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A web page's URL in the form that platforms' patterns are written for: without port, user name and fragment."""

    host: str
    """In lower case, IDNA-encoded."""
    rest: str
    """Path and query. Slashes and question marks in the query are escaped: it may hold another URL."""

    def __str__(self) -> str:
        return f"https://{self.host}{self.rest}"

    def is_on(self, domains: Iterable[str]) -> bool:
        """Whether the host is one of these, or below one of them."""
        return any(self.host == domain or self.host.endswith(f".{domain}") for domain in domains)


@dataclass(slots=True)
class _Clue:
    certainty: int
    links: int = 0


# URLs


def is_url(text: str) -> bool:
    """Whether this is meant as a URL, rather than as a board's key."""
    return "://" in text or "/" in text


def is_key(text: str, pattern: str = PATH_KEY) -> bool:
    """Whether this can be a board's key, by the platform's pattern of keys.

    >>> is_key("acme-2"), is_key("../x"), is_key("a b"), is_key("..")
    (True, False, False, False)
    """
    return re.fullmatch(pattern, text, re.ASCII | re.IGNORECASE) is not None


def is_public_host(host: str) -> bool:
    """Whether this can be the name of a host on the public internet. What it resolves to is another question.

    >>> is_public_host("careers.acme.example"), is_public_host("127.1"), is_public_host("db.internal")
    (True, False, False)
    """
    name = _ascii_host(host)
    if name is None:
        return False
    *below, top = name.split(".")
    return bool(below) and len(top) > 1 and top[0].isalpha() and not _PRIVATE.fullmatch(top)


def web_address(url: str) -> WebAddress | None:
    """A URL as a person or a page may write it, in one form; None where it is none of the web.

    >>> str(web_address(" HTTPS://Jobs.Lever.co:443//acme/?a=b#top "))
    'https://jobs.lever.co/acme/?a=b'
    >>> web_address("mailto:jobs@lever.co")
    """
    text = url.strip().strip("\ufeff<>\"'`").strip()
    if len(text) > _URL_MAX:
        return None
    if re.match(r"https?%3a%2f%2f", text, re.IGNORECASE):
        text = unquote(text)
    text = re.sub(r"[\t\r\n]", "", text).replace("\\/", "/").replace("\\", "/").replace("&amp;", "&")
    scheme = _SCHEME.match(text)
    assert scheme
    name, slashes = (scheme[1] or "").lower(), len(scheme[2])
    if name not in {"", "http:", "https:"} or (not name and slashes == 1):
        return None
    parts = _PARTS.match(text, scheme.end())
    assert parts
    _, at, host = parts[1].rpartition("@")
    if at and not name:  # an e-mail address
        return None
    host_name = _ascii_host(unquote(re.sub(r":\d{0,5}$", "", host)))
    path = re.sub(r"/{2,}", "/", _canonical(parts[2], "/"))
    if host_name is None or _DOT_SEGMENT.search(path):
        return None
    query = "" if parts[3] is None else "?" + _canonical(parts[3], "")
    return WebAddress(host_name, (path or "/") + query)


def board_in(url: str, pattern: str, keys: str = PATH_KEY) -> str | None:
    """The board's key in a URL of a platform: what the groups of the platform's `boards` pattern match, joined by dots.

    >>> board_in("https://jobs.eu.lever.co/acme/12-34", r"https?://jobs\\.(?:(eu)\\.)?lever\\.co/([\\w.%-]+)")
    'eu.acme'
    """
    address = web_address(url)
    match = _board_match(address, pattern) if address else None
    key = _joined(match) if match else ""
    return key if is_key(key, keys) else None


def detect_url(url: str, platforms: Iterable[type[Platform]]) -> Found | None:
    """The platform that a URL belongs to, with board and posting where it names them; None: no platform known here.

    First come boards, then vendors' domains, then postings on employers' own hosts.
    """
    address = web_address(url)
    return _detect(address, list(platforms)) if address else None


def _detect(address: WebAddress, platforms: _Platforms) -> Found | None:
    if found := _hosted(address, platforms):
        postings = next(platform.postings for platform in platforms if platform.name == found.platform)
        return replace(found, posting=_posting(address, postings))
    for platform in platforms:
        if posting := _posting(address, platform.elsewhere_postings):
            return Found(platform.name, posting=posting)
    return None


def _hosted(address: WebAddress, platforms: _Platforms) -> Found | None:
    """The board, or the platform at least, on whose host an address is."""
    for platform in platforms:
        if board := _key_of(_board_match(address, platform.boards), platform):
            return Found(platform.name, board)
    for platform in platforms:
        if address.is_on(platform.domains):
            return Found(platform.name)
    return None


def _board_match(address: WebAddress, pattern: str) -> re.Match[str] | None:
    return re.match(pattern, _SERVICE.sub("", str(address)), re.IGNORECASE)


def _key_of(match: re.Match[str] | None, platform: type[Platform]) -> str | None:
    """The key of the board that a platform's pattern matched, in its normal form."""
    if match is None:
        return None
    try:
        return platform.key_of(_joined(match))
    except OperatorError:
        return None


def _joined(match: re.Match[str]) -> str:
    return ".".join(filter(None, match.groups()))


def _posting(address: WebAddress, pattern: str | None) -> str | None:
    match = re.search(pattern, str(address), re.IGNORECASE) if pattern else None
    return ("".join(filter(None, match.groups())) or None) if match else None


def _ascii_host(host: str) -> str | None:
    """A host name as DNS has it, in lower case; None where it cannot be one."""
    try:
        name = host.lower() if host.isascii() else host[:254].encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    name = name.removesuffix(".")
    return name if len(name) <= 253 and all(map(_LABEL.fullmatch, name.split("."))) else None


def _canonical(text: str, safe: str) -> str:
    """A path or query with escapes where they are needed, and only there."""
    text = quote(text, safe=f"%:@!$&'()*+,;={safe}", errors="replace")
    return _ESCAPE.sub(lambda escape: _plain(escape.group()), text)


def _plain(escape: str) -> str:
    character = chr(int(escape[1:], 16))
    return character if character.isascii() and (character.isalnum() or character in "-._~") else escape.upper()


# Pages


def detect_page(html: str, url: str, platforms: Iterable[type[Platform]]) -> list[Found]:
    """What an employer's careers page, at `url`, reveals: platforms with boards, the most certain first.

    What the page embeds comes before what it links to, and of links those to a board of the site's own name, then
    those to the board with the most. A platform without a board is told only where no board of it is known. Nothing
    here says that a board belongs to the employer; a lone link may be to somebody else's.
    """
    platforms = list(platforms)
    address = web_address(url)
    here = _detect(address, platforms) if address else None
    ranked = _ranked(_weighed(html, address, here, platforms), address.host if address else "")
    if here and here.posting:
        first = next((number for number, found in enumerate(ranked) if found.platform == here.platform), None)
        if first is not None:
            ranked[first] = replace(ranked[first], posting=here.posting)
    return ranked


def boards_of_page(html: str, url: str, platforms: Iterable[type[Platform]]) -> list[Found]:
    """Boards that a page, at `url`, is made of: those that it embeds, or else those of the site's own name to which it
    links, or else the one with the most links. A page without what it links to for visitors is to be given.
    """
    platforms = list(platforms)
    address = web_address(url)
    here = _detect(address, platforms) if address else None
    host = address.host if address else ""
    clues = _weighed(html, address, here, platforms)
    ranked = [found for found in _ranked(clues, host) if found.board]
    embedded = [found for found in ranked if clues[found].certainty >= _EMBEDDED]
    return embedded or [found for found in ranked if _named_alike(found.board or "", host)] or ranked[:1]


def _weighed(html: str, address: WebAddress | None, here: Found | None, platforms: _Platforms) -> dict[Found, _Clue]:
    """What a page shows, and how surely; `here` is what it is on."""
    clues: dict[Found, _Clue] = {}
    if here:
        clues[replace(here, posting=None)] = _Clue(_OWN if here.board else _EMBEDDED)
    for found, certainty in _clues(_unescaped(_without_comments(html[:_PAGE_MAX])), address, platforms):
        clue = clues.setdefault(found, _Clue(certainty))
        clue.certainty = max(clue.certainty, certainty)
        clue.links += 1
    return clues


def _ranked(clues: dict[Found, _Clue], host: str) -> list[Found]:
    with_board = {found.platform for found in clues if found.board}
    best = max((clue.certainty for clue in clues.values()), default=0)
    kept = [
        found
        for found, clue in clues.items()
        if found.board or (found.platform not in with_board and (clue.certainty > _MENTIONED or best == _MENTIONED))
    ]
    return sorted(
        kept,
        key=lambda found: (
            clues[found].certainty,
            found.board is not None,
            _named_alike(found.board or "", host),
            clues[found].links,
        ),
        reverse=True,
    )


def _clues(text: str, address: WebAddress | None, platforms: _Platforms) -> Iterator[tuple[Found, int]]:
    for platform in platforms:
        for marker in platform.markers:
            for match in islice(re.finditer(marker, text, re.IGNORECASE), _MARKS_MAX):
                if board := _key_of(match, platform):
                    yield Found(platform.name, board), _EMBEDDED
        if platform.elsewhere_postings and _has_own(text, platform.elsewhere_postings, address):
            yield Found(platform.name), _EMBEDDED
    embedded = {link.group() for tag in _EMBEDDING.finditer(text) for link in _LINK.finditer(tag.group())}
    vendors = tuple(f".{domain}" for platform in platforms for domain in platform.domains)
    links = (link.group() for link in _LINK.finditer(text) if f".{link[1].lower()}".endswith(vendors))
    for link in islice(dict.fromkeys(links), _LINKS_MAX):
        linked = web_address(link)
        if linked and (found := _hosted(linked, platforms)):
            yield found, _EMBEDDED if link in embedded else _LINKED if found.board else _MENTIONED


def _has_own(text: str, pattern: str, address: WebAddress | None) -> bool:
    """Whether a platform's mark of postings stands in a link to the page's own site."""
    for match in islice(re.finditer(pattern, text, re.IGNORECASE), _MARKS_MAX):
        before = re.split(r"[\s\"'<>()]", text[max(0, match.start() - 500) : match.start()])[-1]
        if "//" not in before:
            return True
        target = web_address(before)
        if address and target and target.is_on([_site(address.host)]):
            return True
    return False


def _site(host: str) -> str:
    """The part of a host name under which one organisation has its hosts, near enough.

    >>> _site("careers.acme.com"), _site("jobs.acme.co.uk")
    ('acme.com', 'acme.co.uk')
    """
    labels = host.split(".")
    return ".".join(labels[-3:] if len(labels[-1]) == 2 and _SECOND.issuperset(labels[-2:-1]) else labels[-2:])


def _named_alike(board: str, host: str) -> bool:
    """Whether a board's key is like the name of a site.

    >>> _named_alike("eu.acmecorp", "careers.acme.com"), _named_alike("bee", "careers.acme.com")
    (True, False)
    """
    name = re.sub(r"[\W_]", "", _site(host).partition(".")[0])
    keys = [re.sub(r"[\W_]", "", key).lower() for key in board.split(".")]
    return len(name) > 2 and any(name in key or (len(key) > 3 and key in name) for key in keys)


def _without_comments(html: str) -> str:
    """A page without what it has commented out, such as the board of a platform that it left."""
    head, *parts = html.split("<!--")
    kept = [head]
    for part in parts:
        comment, end, rest = part.partition("-->")
        kept.append(rest if end and not comment.endswith("//") else part)  # <script><!-- ... //--></script>
    return " ".join(kept)


def _unescaped(text: str) -> str:
    """A page with the quotes, slashes and ampersands that JSON, HTML and JavaScript escape."""
    for character, escapes in _ESCAPED.items():
        for escape in escapes:
            text = text.replace(escape, character)
    return _BACKSLASHES.sub("", text)
