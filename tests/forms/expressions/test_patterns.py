"""Patterns of form authors: what they match, and that no text makes one slow."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms.expressions.patterns import compile_pattern
from forms.expressions.syntax import ExpressionError
from forms.mistakes import Mistake


@pytest.mark.parametrize(
    "pattern",
    [
        "a*", "(a|b)*", "[ab]+?", "^a.b$", "a{2,3}", "(ab|a)(b|1)*$", "^(a+)+$", r"\d+|\w\s",
        "(?:a|^b)c*", "a?b?", "", "(a*)*b", "[^a]{0,2}", "$a", "a^", r"[]a]+", r"\x61|\u0062",
        r"a\{,2}", "(a|)b", r"\.|\S", "a{1,}",
    ],
)  # fmt: skip
@given(text=st.text("ab1 ]{,2}.\n", max_size=7))
def test_patterns_match_what_the_backtracking_engine_matches(pattern: str, text: str) -> None:
    expected = re.compile(pattern, re.ASCII).fullmatch(text) is not None
    if pattern.endswith("$") and text.endswith("\n"):
        return  # Python lets "$" stand before a last line end
    assert compile_pattern(pattern)(text) == expected


@pytest.mark.parametrize(
    "pattern", ["(a+)+b", "(a|a)*b", "(.*)*b", "(.*a){20}b", "a?" * 50 + "a" * 50 + "b"]
)
def test_a_catastrophic_pattern_ends_at_once(pattern: str) -> None:
    started = time.process_time()
    assert not compile_pattern(pattern)("a" * 4_000)
    # Not a measure of speed: backtracking would not end within the age of the universe.
    assert time.process_time() - started < 60


@pytest.mark.parametrize(
    "pattern",
    ["(", "a)", "[a", "*a", "a**", "a{2}{3}", "(?=a)", r"\1", "a{3,1}", r"\p{Hán}", "[b-a]",
     "((a{100}){100}){100}", "(" * 50 + ")" * 50, "a" * 2000, r"[\p{Xx}]", "[a&&b]", "a{,2}", "\\",
     "[", "[^", "[]", "[a-", r"[a-\d]", "[[a]]", r"\b", r"\q", "a*+", "(?!a)", "(?<=a)", "(?i",
     "(?<1>a)", r"\p", r"\p{L", r"\x4", r"a{9999}"],
)  # fmt: skip
def test_a_pattern_outside_of_regular_expressions_is_refused(pattern: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_pattern(pattern)
    assert caught.value.mistake is Mistake.DEF_024


@pytest.mark.parametrize(
    ("pattern", "matching", "other"),
    [
        (r"\d{9}|\d{12}", ["123456789", "123456789012"], ["1234567890", "１２３４５６７８９"]),
        (r"^0[35789]\d{8}$", ["0912345678"], ["0212345678", "091234567"]),
        (r"[A-ZĐ]{2}-?\d+", ["ĐN-12", "AB1"], ["đn-12", "A1"]),
        (r"[\p{L} ]+", ["Điểu Krứ", "Nguyễn Thị Ánh"], ["Lan 2", "a-b", ""]),
        (r"\p{Lu}\p{Ll}*", ["Đặng", "Ô"], ["đặng", "ĐẶNG"]),
        (r"\pL\PL", ["ế1"], ["ab", "1a"]),
        (r"[^\p{L}\s]+", ["12-34"], ["12 34", "ô"]),
        (r"[A-Za-zÀ-ỹ ]+", ["Hồ Thị Đẹp"], ["A1"]),
        (r"\p{IsLatin}+", ["Đẹp"], ["λom", "1"]),
        (r"\p{Alpha}+", ["abc"], ["ô"]),
        (r"\p{IsAlphabetic}+", ["ôλ"], ["1"]),
        (r"[^,;]+(,[^,;]+)*", ["a,b c", "a"], ["a,,b", ";"]),
        (r"[-+]?[0-9]+([.,][0-9]+)?", ["-1", "+2,5"], ["--1", "1."]),
        (r"[\w.-]+@[\w-]+(\.[\w-]+)+", ["a.b@c.vn"], ["a@b", "ô@c.vn"]),
        (r"(?i)ấp [a-z0-9]+", ["ẤP 3", "ấp B2"], ["xã 3"]),
        (r"(?i)[^a]b", ["cB"], ["Ab"]),
        (r"(?<day>\d\d)/(?P<month>\d\d)", ["12/03"], ["1/3"]),
        (r"a.c", ["abc", "a-c"], ["a\nc", "ac"]),
        (r"\u0111\x61\x{1ea5}", ["đaấ"], ["daa"]),
        (r"\t\(\[\\\]\)", ["\t([\\])"], ["([])"]),
        (r"(\d{3}\.){2}\d{3}", ["123.456.789"], ["123456789"]),
        (r"(a|ab)(c|bcd)?", ["abcd", "abc", "a"], ["abcdc"]),
        (r"x{2,}?y*?", ["xxx", "xxyy"], ["xy"]),
        (r"[a-]+[]x]", ["-a]", "ax"], ["b]"]),
    ],
)
def test_what_authors_write_matches(pattern: str, matching: list[str], other: list[str]) -> None:
    matches = compile_pattern(pattern)
    assert [text for text in matching if not matches(text)] == []
    assert [text for text in other if matches(text)] == []


PARTS = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", r"\d", r"\W", "1", r"\.", "[a-c1]"]),
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("|".join).map("({})".format),
        st.tuples(inner, st.sampled_from(["*", "+?", "?", "{2}", "{1,}", "{0,2}?"])).map(
            lambda pair: f"(?:{pair[0]}){pair[1]}"
        ),
    ),
    max_leaves=6,
)


@given(PARTS, st.text("abc1. \n", max_size=6))
def test_a_made_up_pattern_matches_what_the_backtracking_engine_matches(
    pattern: str, text: str
) -> None:
    expected = re.compile(pattern, re.ASCII).fullmatch(text) is not None
    assert compile_pattern(pattern)(text) == expected


@given(
    st.text(r"ab\pLdwu{}[]()^$|*+?.,-1:<>!=&Đ" + "\ud800\x00", max_size=25), st.text(max_size=12)
)
def test_any_text_is_a_pattern_or_refused(pattern: str, text: str) -> None:
    try:
        matches = compile_pattern(pattern)
    except ExpressionError as error:
        assert error.mistake is Mistake.DEF_024
    else:
        assert matches(text) in (True, False)


@pytest.mark.parametrize(
    "pattern", ["(.*a.{0,150}b){3}c", "(.?){330}b", "([ab]?[ab]?){160}c", "(((a*)*)*)*c"]
)
def test_many_states_at_once_stay_bounded(pattern: str) -> None:
    text = "".join("ab"[(at * at // 7) % 2] for at in range(4_000))
    assert not compile_pattern(pattern)(text)


def test_an_answer_longer_than_any_text_may_be_matches_nothing() -> None:
    assert not compile_pattern("a*")("a" * 4_001)
