"""Words that are looked for in one pass, and texts made of nothing but the words that rules look for."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.hostile import MARKS, bricks
from crawlers.classify import classify
from crawlers.classify.words import Places, WordList
from crawlers.items import JobPosting

WORDS = ["ab", "b", "abc", "ca", "é"]
LIST, OTHER = WordList(WORDS), WordList(["a", "ab"])
BRICKS = sorted({brick for of_file in bricks() for brick in of_file})


@given(st.text("abcé ", max_size=30))
def test_every_place_is_found_by_its_list(text: str) -> None:
    expected = {
        (number, found.start(), found.start() + len(word))
        for number, word in enumerate(WORDS)
        for found in re.finditer(f"(?={word})", text)
    }
    places = Places(text)
    assert set(places.of(LIST)) == expected
    assert all(text[start:end] == ["a", "ab"][number] for number, start, end in places.of(OTHER))


def test_lists_that_are_made_later_are_found_too() -> None:
    places = Places("plum")
    assert places.of(LIST) == []
    assert places.of(WordList(["plum"])) == [(0, 0, 4)]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(BRICKS), st.sampled_from(MARKS)), min_size=1, max_size=12),
    st.integers(1, 40),
    st.sampled_from(BRICKS),
)
def test_texts_of_rules_own_words_are_read(parts: list[tuple[str, str]], times: int, title: str) -> None:
    text = "".join(word + mark for word, mark in parts) * times
    posting = JobPosting(platform="test", board="test", external_id="1", url="", title=title, description_text=text)
    classify(posting)
    sources = {"description": text, "title": title}
    assert all(sources[each.source][each.start : each.end] == each.quote for each in posting.evidence)
    assert all(text[each.start : each.end] == each.quote for each in posting.visas)
