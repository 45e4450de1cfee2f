"""A clock and a sleep that take no real time."""


class FakeTime:
    """Seconds that pass only while something sleeps."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.sleeps: list[float] = []

    def clock(self) -> float:
        """The time on this clock."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self.sleeps.append(seconds)
        self.now += seconds
