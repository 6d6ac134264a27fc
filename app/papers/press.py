"""The process that makes one file: an order as JSON on stdin, the bytes of the file on stdout.

It imports neither the application nor the database. It may write no file, so nothing of what it prints can be
left lying about, and it ends by itself should whoever started it be gone.
"""

import json
import os
import resource
import signal
import sys

LONGEST = 60  # seconds, also when nobody is there to stop it
MOST_MEMORY = 2 * 1024**3  # bytes of address space


def press(order: dict[str, object]) -> bytes:
    """The file of an order: ``press`` names the kind of file, ``data`` is the paper."""
    if order["press"] == "docx":
        from app.papers import docx

        return docx.make(order["data"])  # type: ignore[arg-type]
    from app.papers import pdf

    return pdf.make(order["data"])  # type: ignore[arg-type]


def confine() -> None:
    """Gives this process what it needs and no more."""
    signal.alarm(LONGEST)
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the limit is not known, or set lower already
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    os.nice(19)  # whoever is in a live room comes first


if __name__ == "__main__":
    confine()
    sys.stdout.buffer.write(press(json.load(sys.stdin)))
