"""`scrapy genspider`: Scrapy's own, with templates for platforms beside Scrapy's."""

from __future__ import annotations

import argparse
import keyword
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.commands.genspider import Command as ScrapyGenspider
from scrapy.exceptions import UsageError

import crawlers
from crawlers.cli import COULD_NOT_START, option_strings, refuse_mistyped_settings, refuse_unknown, refuse_unknown_level

_OURS = Path(crawlers.__file__).parent / "templates" / "spiders"
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_BOARD = "{board}"
_ADDRESS = re.compile(r"https?://[a-z0-9.{}-]+(?::\d+)?(?:/[\w.~/?&=%+{}-]*)?", re.IGNORECASE)
_LONGEST = 90
"""Characters of an address that fits into the spider's lines."""


class Command(ScrapyGenspider):
    """Writes a spider; `-t board` and `-t detail` write one that reads the commonest form of a platform's answers."""

    def syntax(self) -> str:
        """Scrapy's hook."""
        return "[options] NAME HOST-OR-URL"

    def short_desc(self) -> str:
        """Scrapy's hook."""
        return "Generate a spider: -t board or -t detail for a platform, or one of Scrapy's templates"

    def long_desc(self) -> str:
        """Scrapy's hook."""
        return (
            "Write crawlers/spiders/NAME.py from a template. board: a platform whose list holds whole postings;"
            " detail: one with a request per posting. HOST-OR-URL: where the list of a board is, {board} standing for"
            " the board's key, such as https://api.example.com/v1/boards/{board}/jobs or {board}.example.com."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's hook."""
        super().add_options(parser)
        parser.allow_abbrev = False
        self._known_options = {option: option for option in option_strings(parser)}

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's hook: refuse what was not declared, and names and addresses that make no spider."""
        assert self.settings is not None
        refuse_unknown(args, self._known_options, positional=2)
        refuse_mistyped_settings(opts.set, list(self.settings))
        refuse_unknown_level(opts.loglevel)
        super().process_options(args, opts)
        if opts.list or opts.dump:
            return
        if len(args) != 2:
            raise UsageError(
                "write a name and a host, such as: genspider -t board acme api.acme.example", print_help=False
            )
        if self._is_ours(opts.template):
            check_name(args[0])
            address_of(args[1])

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's hook. Exit code 2: nothing was written."""
        if opts.list or opts.dump:
            super().run(args, opts)
            return
        self.written: Path | None = None
        super().run(args, opts)
        if self.written is None:
            self.exitcode = COULD_NOT_START
        elif self._is_ours(opts.template):
            print(next_steps(self.written, args[0]))

    def _genspider(self, module: str, name: str, url: str, template_name: str, template_file: Any) -> Path:
        self.written = super()._genspider(module, name, url, template_name, template_file)
        return self.written

    def _generate_template_variables(self, module: str, name: str, url: str, template_name: str) -> dict[str, Any]:
        variables = super()._generate_template_variables(module, name, url, template_name)
        if not self._is_ours(template_name):
            return variables
        api = address_of(url)
        return variables | {"api": api, "boards": boards_of(api), "key": key_of(api), "title": name.capitalize()}

    def _find_template(self, template: str) -> Path | None:
        found = _OURS / f"{template}.tmpl" if self._is_ours(template) else super()._find_template(template)
        if found is None:
            self.exitcode = COULD_NOT_START
        return found

    def _list_templates(self) -> None:
        super()._list_templates()
        print("For platforms:", *(f"  {file.stem}" for file in sorted(_OURS.glob("*.tmpl"))), sep="\n")

    def _is_ours(self, template: str) -> bool:
        return template in {file.stem for file in _OURS.glob("*.tmpl")}


def check_name(name: str) -> None:
    """Raise UsageError for a name that cannot be a platform's, which is its file's and its stats' too."""
    if not _NAME.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(f"{name!r} cannot be a platform's name: small letters, digits and _ only", print_help=False)


def address_of(text: str) -> str:
    """URL of a board's list, with {board} in it, from a URL or a host. Raises UsageError.

    >>> address_of("api.acme.example"), address_of("{board}.acme.example/jobs.json")
    ('https://api.acme.example/{board}/jobs', 'https://{board}.acme.example/jobs.json')
    """
    url = text if "://" in text else f"https://{text}"
    if _BOARD not in url:
        url = f"{url.rstrip('/')}/{_BOARD}/jobs"
    elif "/" not in url.partition("://")[2]:
        url = f"{url}/jobs"
    one_board = url.count("{") == url.count("}") == url.count(_BOARD) == 1
    host = url.partition("://")[2].partition("/")[0].replace(_BOARD, "")
    if not (_ADDRESS.fullmatch(url) and one_board and "." in host.strip(".") and len(url) <= _LONGEST):
        example = "a host, or a URL such as https://api.acme.example/v1/boards/{board}/jobs"
        raise UsageError(f"{text!r} cannot be where a list is: write {example}", print_help=False)
    return url


def boards_of(api: str) -> str:
    r"""Pattern of the URLs of boards, as far as the address of the list tells it.

    >>> boards_of("https://api.acme.example/v1/{board}/jobs"), boards_of("https://{board}.acme.example/jobs.json")
    ('https?://api\\.acme\\.example/v1/([\\w-]+)', 'https?://([\\w-]+)\\.acme\\.example')
    """
    before, _, after = api.partition("://")[2].partition(_BOARD)
    host = "" if "/" in before else after.partition("/")[0]
    return r"https?://" + escape(before) + r"([\w-]+)" + escape(host)


def escape(text: str) -> str:
    """A literal part of a pattern."""
    return re.sub(r"([.?+])", r"\\\1", text)


def key_of(api: str) -> str:
    """Name of the pattern of keys: what goes into a host's name is bound more closely.

    >>> key_of("https://{board}.acme.example/jobs.json"), key_of("https://api.acme.example/{board}/jobs")
    ('HOST_KEY', 'PATH_KEY')
    """
    return "HOST_KEY" if _BOARD in urlsplit(api).netloc else "PATH_KEY"


def next_steps(file: Path, name: str) -> str:
    """What is to be done with a new spider."""
    return (
        "Next:\n"
        f"  {file}: the link, `boards`, and in `read` the platform's own keys\n"
        f"  scrapy capture {name} -a board=KEY\n"
        f"  pytest tests/test_recordings.py -k {name}/ --approve, and read expected.json\n"
        "  docs/add-a-platform.md has the whole way"
    )
