"""Work that stands still whenever it asks for something: threads of which one runs at a time.

A sync is written as one function. Here it becomes a flow that stops at each request, so that the
simulator may let others act, lose the request, or kill the PC before it goes on. Which flow runs
is decided by the simulator alone, so that the order is the same for the same seed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Given = TypeVar("Given")


class KilledError(BaseException):
    """The PC was switched off under the flow; nothing may catch this."""


class Flow(Generic[Asked, Given]):
    """One piece of work in a thread of its own.

    Attributes:
        asked: what it waits for; ``None`` before it began and after it ended.
        failure: what it ended with, if it was raised.
    """

    def __init__(self, work: Callable[[Flow[Asked, Given]], None]) -> None:
        self._work = work
        self._turn = threading.Semaphore(0)
        self._back = threading.Semaphore(0)
        self._given: Given | BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.asked: Asked | None = None
        self.is_over = False
        self.failure: BaseException | None = None

    def start(self) -> None:
        """Run until it asks for something or ends."""
        self._thread.start()
        self._wait()

    def give(self, answer: Given | BaseException) -> None:
        """Hand over what it asked for (an exception is raised in it); run to the next question."""
        self._given, self.asked = answer, None
        self._turn.release()
        self._wait()

    def ask(self, question: Asked) -> Given:
        """In the flow: stop here until the answer is given."""
        self.asked = question
        self._back.release()
        self._turn.acquire()
        given, self._given = self._given, None
        if isinstance(given, BaseException):
            raise given
        assert given is not None
        return given

    def _wait(self) -> None:
        self._back.acquire()
        if self.is_over:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._work(self)
        except BaseException as error:  # noqa: BLE001 - handed to the simulator, which decides
            self.failure = error
        self.is_over = True
        self._back.release()
