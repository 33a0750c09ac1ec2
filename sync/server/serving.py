"""Running the application: the listening socket, TLS, and an orderly stop."""

from __future__ import annotations

import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn
from litestar import Litestar

from sync.server.heads import PromptHeads
from sync.server.pieces import in_pieces
from sync.server.settings import Settings

_BACKLOG = 512
#: New objects before the collector looks at the youngest, and how often at all of them.
_COLLECT_AFTER = (50_000, 20, 20)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The protocol by name: only then asyncio switches Nagle's delay (40 ms an answer) off.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(_BACKLOG)
    return listening


class _Server(uvicorn.Server):
    """Uvicorn that says when it answers."""

    def __init__(self, config: uvicorn.Config, on_ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_ready = on_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        _spare_the_collector()
        if self.started:
            self._on_ready()


def _spare_the_collector() -> None:
    """A push makes tens of thousands of small objects, none of them in a ring.

    Looking for rings through all the program's modules each time is work for nothing.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)


def serve(
    app: Litestar,
    *,
    listening: socket.socket,
    on_ready: Callable[[], None],
    certificate: Path | None = None,
    key: Path | None = None,
    stop_with_stdin: bool = False,
    stop_seconds: int = Settings().stop_seconds,
) -> None:
    """Answer requests until SIGTERM, SIGINT, or (if wanted) the end of standard input.

    A push that was begun is finished before the server goes, if it takes no more than
    ``stop_seconds``.
    """
    server = _Server(
        uvicorn.Config(
            in_pieces(app),
            http=PromptHeads,
            ssl_certfile=certificate,
            ssl_keyfile=key,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=stop_seconds,
        ),
        on_ready,
    )
    if stop_with_stdin:
        threading.Thread(target=_watch_stdin, args=(server,), daemon=True).start()
    server.run(sockets=[listening])


def serve_as(settings: Settings, app: Litestar, *, announce: Callable[[str], None]) -> None:
    """Answer requests until SIGTERM where the settings say; gives the address when it answers."""
    listening = listen(settings.host, settings.port)
    scheme = "https" if settings.certificate else "http"
    address = f"{scheme}://{settings.host}:{listening.getsockname()[1]}"
    serve(
        app,
        listening=listening,
        on_ready=lambda: announce(address),
        certificate=Path(settings.certificate) if settings.certificate else None,
        key=Path(settings.key) if settings.key else None,
        stop_seconds=settings.stop_seconds,
    )


def _watch_stdin(server: uvicorn.Server) -> None:
    # os.read, not sys.stdin: a thread inside a buffered file would break the end of the program.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    server.should_exit = True


def exit_on_sigterm() -> None:
    """Let SIGTERM end the program by the ordinary way, so that what was opened is closed."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)
