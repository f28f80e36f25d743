"""The commands' base class: mistakes are errors with a suggestion, problems are messages, exit codes mean something."""

from __future__ import annotations

import argparse
import difflib
import errno
import logging
import os
import sys
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawlers.errors import OperatorError

COULD_NOT_START = 2


class Command(ScrapyCommand):
    """A project command: `add_arguments` declares everything it takes, `execute` does it and returns the exit code.

    A command with sub-commands passes a dict of name -> help to `add_subcommands` and finds the chosen name in
    `options.subcommand`. Scrapy's global options work before and after a sub-command.
    """

    requires_project = True
    requires_crawler_process = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare positional arguments and options; every one of them, since what is not declared is an error."""

    @abstractmethod
    def execute(self, options: argparse.Namespace) -> int:
        """Do the work; return the exit code. An OperatorError becomes its message and exit code 2."""

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Scrapy's hook: global options, then the command's own."""
        super().add_options(parser)
        parser.allow_abbrev = False
        self.add_arguments(parser)
        self._known_options = {option: option for option in option_strings(parser)}

    def add_subcommands(
        self, parser: argparse.ArgumentParser, commands: dict[str, str]
    ) -> dict[str, argparse.ArgumentParser]:
        """One parser per sub-command, each of which takes the global options -s and -L as well."""
        name = type(self).__module__.rpartition(".")[2]
        subparsers = parser.add_subparsers(dest="subcommand", metavar="COMMAND", required=True, prog=f"scrapy {name}")
        parsers = {}
        for name, text in commands.items():
            subparser = subparsers.add_parser(name, help=text, description=text, allow_abbrev=False)
            subparser.add_argument("-s", "--set", dest="set_after", action="append", default=[], metavar="NAME=VALUE")
            subparser.add_argument("-L", "--loglevel", dest="loglevel_after", metavar="LEVEL")
            parsers[name] = subparser
        return parsers

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's hook: refuse what was not declared, then apply the global options."""
        refuse_unknown(args, self._known_options)
        opts.set += getattr(opts, "set_after", [])
        assert self.settings is not None
        refuse_mistyped_settings(opts.set, list(self.settings))
        opts.loglevel = getattr(opts, "loglevel_after", None) or opts.loglevel
        refuse_unknown_level(opts.loglevel)
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Scrapy's hook: `execute`, with errors as messages."""
        try:
            self.exitcode = self.execute(opts)
            sys.stdout.flush()
        except OperatorError as error:
            print(f"Error: {error}", file=sys.stderr)  # noqa: T201
            self.exitcode = COULD_NOT_START
        except BrokenPipeError:
            # The reader, such as `head`, has had enough. Python would complain again when it closes stdout.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            print(f"Error: the output cannot be written: {error.strerror}", file=sys.stderr)  # noqa: T201
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.exitcode = COULD_NOT_START


def refuse_unknown(args: Sequence[str], known: Mapping[str, str], positional: int = 0) -> None:
    """Raise UsageError for an option that nobody declared, or for more arguments than `positional`.

    `known` maps an option's name to what to write for it: mostly the same.
    """
    for option in (arg for arg in args if arg.startswith("-") and arg != "-"):
        match = difflib.get_close_matches(option.partition("=")[0], known, n=1)
        suggestion = f"; did you mean {known[match[0]]}?" if match else ""
        raise UsageError(f"unknown option {option}{suggestion}", print_help=False)
    if len(args) > positional:
        raise UsageError(f"unexpected argument: {args[positional]}", print_help=False)


def refuse_mistyped_settings(assignments: Sequence[str], known: Sequence[str]) -> None:
    """Raise UsageError for `-s NAME=VALUE` with a name that nobody knows, but that is close to one.

    A name close to none is let through: it may be an add-on's.
    """
    for name in (assignment.partition("=")[0] for assignment in assignments):
        match = difflib.get_close_matches(name.upper(), known, n=1, cutoff=0.85)
        if match and name not in known:
            raise UsageError(f"unknown setting {name}; did you mean {match[0]}?", print_help=False)


def refuse_unknown_level(level: str | None) -> None:
    """Raise UsageError for a log level that `logging` does not know."""
    known = logging.getLevelNamesMapping()
    if level and level not in known and not level.isdigit():
        raise UsageError(f"unknown log level {level}; write one of {', '.join(known)}", print_help=False)


def nearest(word: str, known: Sequence[str]) -> str:
    """A suggestion to put behind an error: "; did you mean X?", or nothing where nothing is near.

    >>> nearest("grenhouse", ["greenhouse", "lever"])
    '; did you mean greenhouse?'
    """
    match = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean {match[0]}?" if match else ""


def option_strings(parser: argparse.ArgumentParser) -> Iterator[str]:
    """All options that a parser and its sub-commands know."""
    for action in parser._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for subparser in action.choices.values():
                yield from option_strings(subparser)
