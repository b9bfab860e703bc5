"""Tests of `chatd.storage.handing_over`: a store of which nothing is needed but what is stored."""

from __future__ import annotations

import pytest
from twisted.internet.defer import Deferred

from chatd.storage.handing_over import StoreHandover

pytestmark = pytest.mark.quick


def test_it_stands_still_anywhere_and_gives_nothing() -> None:
    handover = StoreHandover()
    handover.hold()
    met: list[bool] = []
    Deferred.fromCoroutine(handover.meet({"anything": 1})).addCallback(met.append)
    assert met == [True]
    handover.resume(handover.state())
    handover.go_on()
    assert not handover.descriptors


def test_what_is_appended_after_the_hold_is_known() -> None:
    numbers = iter([3, 3, 4, 4, 4])
    handover = StoreHandover(lambda: next(numbers))
    handover.hold()
    unchanged = [handover.is_unchanged, handover.is_unchanged]
    handover.hold()
    assert [*unchanged, handover.is_unchanged] == [True, False, True]
