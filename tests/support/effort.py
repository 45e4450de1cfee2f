"""How much the tests try: what a change is checked with by default, and more by hand.

``TEST_EFFORT=20 .venv/bin/pytest tests/promises/test_chaos.py`` tries twenty times as many seeds, examples, kills or
seconds; ``TEST_EFFORT=0.2`` a fifth of them.
"""

import os

EFFORT = float(os.environ.get("TEST_EFFORT", "1"))


def times(count: int) -> int:
    """A number of things to try, at the effort asked for; one at least."""
    return max(1, round(count * EFFORT))
