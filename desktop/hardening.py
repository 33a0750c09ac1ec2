"""A process that holds keys and people's data leaves no picture of its memory behind.

When a program crashes, the system writes its memory to a file: core dumps on Linux and macOS,
Windows Error Reporting on Windows, and may send it away. Both are switched off for this process,
and other processes of the same user may not read its memory where the system can refuse that.
Pages that the system swaps out or writes on hibernation are beyond a program: only a disk that is
encrypted as a whole (BitLocker) covers them.
"""

from __future__ import annotations

import ctypes
import sys

#: ``prctl``: no dump, and no tracing by other processes (linux/prctl.h).
_PR_SET_DUMPABLE = 4
#: ``SetErrorMode``: critical errors fail quietly, no fault box, no box about missing files.
_SEM_FAILCRITICALERRORS = 0x0001
_SEM_NOGPFAULTERRORBOX = 0x0002
#: ``WerSetFlags``: the report, if another program forces one, is without the heap.
_WER_FAULT_REPORTING_FLAG_NOHEAP = 0x0001


def forbid_dumps() -> None:
    """To be called first of all, before any key is in memory. What the system refuses is left."""
    if sys.platform == "win32":
        _silence_windows()
    else:
        _limit_core()
        if sys.platform == "linux":
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


if sys.platform == "win32":

    def _silence_windows() -> None:
        """By its documented calls; Windows versions without one of them leave it out."""
        kernel = ctypes.windll.kernel32
        kernel.SetErrorMode(_SEM_FAILCRITICALERRORS | _SEM_NOGPFAULTERRORBOX)
        try:
            wer = ctypes.windll.LoadLibrary("wer.dll")
            wer.WerAddExcludedApplication(ctypes.c_wchar_p(sys.executable), False)
        except (OSError, AttributeError):
            return
        kernel.WerSetFlags(_WER_FAULT_REPORTING_FLAG_NOHEAP)

else:

    def _limit_core() -> None:
        """No core file, and none may be allowed again."""
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
