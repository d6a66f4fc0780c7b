"""A progress bar on a terminal; silence anywhere else."""

import time
from typing import TextIO

WIDTH = 30  # characters of the bar
SECONDS_BETWEEN = 0.1  # a terminal is not asked to draw more often


class Progress:
    """Draws how far a stage has come on ``stream``, one line that is written over."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = stream.isatty()
        self._stage = ""
        self._total = 1
        self._drawn_at = 0.0

    def stage(self, name: str, total: int) -> None:
        """Begin a stage of ``total`` bytes."""
        self.end()
        self._stage, self._total, self._drawn_at = name, max(total, 1), 0.0

    def move(self, done: int) -> None:
        """Say that ``done`` bytes of the stage are dealt with."""
        now = time.monotonic()
        if not self._shown or now - self._drawn_at < SECONDS_BETWEEN:
            return
        self._drawn_at = now
        share = min(done / self._total, 1)
        bar = "█" * int(share * WIDTH)
        self._stream.write(f"\r{self._stage:<22} {bar:<{WIDTH}} {share:>4.0%}")
        self._stream.flush()

    def end(self) -> None:
        """Clear the line."""
        if self._shown and self._stage:
            self._stream.write("\r" + " " * (WIDTH + 30) + "\r")
            self._stream.flush()
            self._stage = ""
