"""Remarks for tests: one of each kind, and strategies for any."""

from __future__ import annotations

from hypothesis import strategies as st

from chatd.event import Kind
from chatd.remarks import MOST_OPTIONS, Answers, Count, Question, Remark

QUESTION = Question("Which port does HTTP use?", ("21", "80", "443"))
ANSWER = Answers("close", 3, (Count("21", 3), Count("80", 17), Count("443", 1)))
ACK = Remark("ack", 5, "alerts", "FIRING DiskFull", "on it")
DECISION = Remark("decision", 6, "luis", "we go back to 1.2")

OF_KINDS = (
    (Kind.QUESTION, QUESTION, "Which port does HTTP use? 21 80 443"),
    (Kind.ANSWER, ANSWER, "21 80 443"),
    (Kind.ACK, ACK, "FIRING DiskFull on it"),
    (Kind.DECISION, DECISION, "we go back to 1.2 "),
)
"""A value of each kind, and the words of people in it."""

_SEQS = st.integers(1, 1 << 40)
_NAMES = st.from_regex("[a-z][a-z0-9_-]{0,8}", fullmatch=True)

QUESTIONS = st.builds(
    Question, st.text(), st.lists(st.text(), max_size=MOST_OPTIONS).map(tuple), st.booleans()
)
_COUNTS = st.builds(
    Count, st.text(), st.integers(0, 10_000), st.lists(_NAMES, max_size=3).map(tuple)
)
ANSWERS = st.builds(
    Answers,
    st.sampled_from(["close", "show"]),
    _SEQS,
    st.lists(_COUNTS, max_size=MOST_OPTIONS).map(tuple),
)
REMARK_VALUES = st.builds(
    Remark,
    st.sampled_from(["ack", "read", "decision"]),
    _SEQS,
    _NAMES,
    st.text(),
    st.text(),
)
