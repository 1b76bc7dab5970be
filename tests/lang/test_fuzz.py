"""Reading never raises, and never takes long: mutated examples and attacks, the same ones each time."""

import random
import time
from itertools import islice

import pytest

from bench.torture.fuzz import endless, fuzz


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_mutated_documents_are_read_checked_and_edited_without_a_crash(seed: int):
    chance = random.Random(seed)
    outcome = fuzz(islice(endless(chance), 60), chance, time.monotonic() + 50)

    assert outcome.raised == {}
