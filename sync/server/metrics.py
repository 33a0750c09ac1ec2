"""What one process did, in the text format of Prometheus: counts and times by path and code.

Neither devices nor offices nor anybody's data are in it. Only the event loop may use it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from sync.server.verdicts import Verdicts

METRICS_TYPE = "text/plain; version=0.0.4"

#: Upper ends of the classes of durations, in seconds.
_ENDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """The counters of one process; they begin at nothing with it."""

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, str]] = Counter()
        self._classes: Counter[tuple[str, int]] = Counter()
        self._seconds: dict[str, float] = {}
        self._held: Counter[tuple[str, str]] = Counter()
        self._refused: Counter[tuple[str, str]] = Counter()
        #: Devices that pulled unusually much.
        self.pull_alarms = 0

    def count(self, path: str, code: str, seconds: float, verdicts: Verdicts) -> None:
        """One more request was answered."""
        for why, count in verdicts.held.items():
            self._held[path, why] += count
        for why, count in verdicts.refused.items():
            self._refused[path, why] += count
        self._requests[path, code] += 1
        self._classes[path, bisect_left(_ENDS, seconds)] += 1
        self._seconds[path] = self._seconds.get(path, 0.0) + seconds

    def exposed(self, *, requests: int, body_bytes: int) -> bytes:
        """The text that Prometheus reads; what is inside now is told by who counts it."""
        return ("\n".join(self._lines(requests, body_bytes)) + "\n").encode()

    def _lines(self, requests: int, body_bytes: int) -> Iterator[str]:
        yield "# HELP so_an_sinh_requests_total Requests answered."
        yield "# TYPE so_an_sinh_requests_total counter"
        for (path, code), count in sorted(self._requests.items()):
            yield f'so_an_sinh_requests_total{{path="{path}",code="{code}"}} {count}'
        yield "# HELP so_an_sinh_changes_held_total Changes that were answered as held, by why."
        yield "# TYPE so_an_sinh_changes_held_total counter"
        for (path, why), count in sorted(self._held.items()):
            yield f'so_an_sinh_changes_held_total{{path="{path}",why="{why}"}} {count}'
        yield "# HELP so_an_sinh_pushes_refused_total Pushes in parcels or of boxes, refused."
        yield "# TYPE so_an_sinh_pushes_refused_total counter"
        for (path, why), count in sorted(self._refused.items()):
            yield f'so_an_sinh_pushes_refused_total{{path="{path}",code="{why}"}} {count}'
        yield "# HELP so_an_sinh_request_seconds From the first byte to the answer."
        yield "# TYPE so_an_sinh_request_seconds histogram"
        for path in sorted(self._seconds):
            yield from self._histogram(path)
        yield "# HELP so_an_sinh_pull_alarms_total Devices that pulled unusually much in a day."
        yield "# TYPE so_an_sinh_pull_alarms_total counter"
        yield f"so_an_sinh_pull_alarms_total {self.pull_alarms}"
        yield "# HELP so_an_sinh_requests_inside Requests inside now, the waiting ones among them."
        yield "# TYPE so_an_sinh_requests_inside gauge"
        yield f"so_an_sinh_requests_inside {requests}"
        yield "# HELP so_an_sinh_body_bytes_inside Bytes of their bodies."
        yield "# TYPE so_an_sinh_body_bytes_inside gauge"
        yield f"so_an_sinh_body_bytes_inside {body_bytes}"

    def _histogram(self, path: str) -> Iterator[str]:
        name, count = "so_an_sinh_request_seconds", 0
        for at, end in enumerate((*map(str, _ENDS), "+Inf")):
            count += self._classes[path, at]
            yield f'{name}_bucket{{path="{path}",le="{end}"}} {count}'
        yield f'{name}_sum{{path="{path}"}} {self._seconds[path]:.6f}'
        yield f'{name}_count{{path="{path}"}} {count}'
