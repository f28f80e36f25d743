"""Stored postings read again by today's rules: from stored text, on all cores, a few at a time."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from typing import Any

from crawlers.classify import classify, occupation
from crawlers.classify.occupations.index import Index
from crawlers.errors import OperatorError
from crawlers.storage import Database, NewReadings, Reread, StoredPosting, Written, compare

_CHUNK = 250
"""Postings read, handed over and written at once."""
_WORTH_A_PROCESS = 2_000
"""Postings from which on further processes, which take a second to start, are of use."""
_EXAMPLES = 3
_UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, RecursionError)


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One changed reading of one posting."""

    public_id: str
    title: str
    before: Any
    after: Any


@dataclass(kw_only=True, slots=True)
class RereadingReport:
    """What reading again did, or would do."""

    read: int = 0
    changed: int = 0
    """Postings of which a reading changed."""
    overtaken: int = 0
    """Postings that a visit changed meanwhile, and read itself."""
    failed: list[str] = field(default_factory=list)
    """Postings that could not be read, with the reason; their old readings stay."""
    changes: Counter[str] = field(default_factory=Counter)
    """Postings by the reading that changed."""
    examples: dict[str, list[Example]] = field(default_factory=dict)
    """A few by reading, the first ones by id."""

    def add(self, new: NewReadings) -> None:
        """Count one posting."""
        self.read += 1
        self.changed += bool(new.changes)
        for change in new.changes:
            self.changes[change.reading] += 1
            examples = self.examples.setdefault(change.reading, [])
            if len(examples) < _EXAMPLES:
                examples.append(
                    Example(
                        public_id=new.stored.public_id,
                        title=new.stored.posting.title,
                        before=change.before,
                        after=change.after,
                    )
                )


@dataclass(kw_only=True, slots=True)
class _Batch:
    """A chunk, read again."""

    read: list[NewReadings]
    failed: list[str]


def reread(
    database: Database,
    asked: Reread,
    report: RereadingReport,
    *,
    processes: int,
    dry_run: bool = False,
    progress: Callable[[RereadingReport], object] = lambda report: None,
) -> None:
    """Read again what `asked` names, and write it unless `dry_run`; `report` is kept up to date all along.

    What is written is not to be read again, so that a run that was stopped goes on where it stopped. Raises
    StorageError, and OperatorError where a process is killed.
    """
    with _workers(processes) as workers:
        waiting: deque[Future[_Batch]] = deque()
        for chunk in _chunks(database, asked):
            waiting.append(workers.submit(_read, chunk, asked))
            if len(waiting) > processes + 1:
                _take(waiting.popleft(), database, report, dry_run=dry_run)
                progress(report)
        while waiting:
            _take(waiting.popleft(), database, report, dry_run=dry_run)
            progress(report)


def processes_for(postings: int) -> int:
    """How many processes it takes to read so many postings again; 0: none beside this one."""
    return len(os.sched_getaffinity(0)) if postings >= _WORTH_A_PROCESS else 0


def _chunks(database: Database, asked: Reread) -> Iterator[list[StoredPosting]]:
    last_id = 0
    while chunk := database.to_reread(asked, last_id, _CHUNK):
        last_id = chunk[-1].id
        yield chunk


def _take(batch: Future[_Batch], database: Database, report: RereadingReport, *, dry_run: bool) -> None:
    try:
        result = batch.result()
    except BrokenProcessPool as error:
        raise OperatorError("a process that reads was killed; run the command again to go on") from error
    written = Written() if dry_run else database.save_readings(result.read)
    report.overtaken += written.overtaken
    report.failed += result.failed
    for new in result.read:
        report.add(new)


def _read(chunk: list[StoredPosting], asked: Reread) -> _Batch:
    batch = _Batch(read=[], failed=[])
    for stored in chunk:
        posting = stored.posting
        try:
            classify(posting)
            batch.read.append(compare(stored, posting, asked))
        except _UNREADABLE as error:
            batch.failed.append(f"{stored.public_id} ({posting.title[:60]}): {type(error).__name__}: {error}")
        # What follows needs the title at most, and this may go to another process.
        posting.description_html, posting.description_text, posting.evidence = None, "", []
    return batch


@contextmanager
def _workers(processes: int) -> Iterator[Executor]:
    if processes == 0:
        yield _Here()
        return
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin, initargs=(occupation.in_use(),))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


class _Here(Executor):
    """This very process."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Executor's: call it now."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def _begin(index: Index | None) -> None:
    """Read by the same titles as the process that started this one, leave Ctrl-C to it, and end with it."""
    occupation.use(index)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)
