"""The programs of the machine that some tests need: where they are, and what to install if they are not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

CI = os.environ.get("CI", "") not in ("", "0", "false")


def chromium() -> Path | None:
    """The system's Chromium; no browser is ever downloaded. The shell without windows does the same with half
    the processor time.
    """
    names = ("chromium-headless-shell", "chromium", "chromium-browser")
    found = next(filter(None, map(shutil.which, names)), None)
    return Path(found) if found else None


def postgresql() -> Path | None:
    """The folder with PostgreSQL's programs, the newest version first."""

    def version(folder: Path) -> tuple[int, ...]:
        return tuple(int(part) for part in folder.parent.name.split(".") if part.isdigit())

    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=version, reverse=True)
    on_path = shutil.which("initdb")
    candidates = [*folders, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in candidates if (folder / "initdb").exists()), None)


def strace() -> Path | None:
    """strace, for the test that watches the log being synced before an answer is sent."""
    found = shutil.which("strace")
    return Path(found) if found else None


def libreoffice() -> Path | None:
    """LibreOffice without windows, to open the documents that we make."""
    found = shutil.which("soffice")
    return Path(found) if found else None


def pdftotext() -> Path | None:
    """Poppler's reader of PDF, for the same."""
    found = shutil.which("pdftotext")
    return Path(found) if found else None


# The names are those of Debian's packages.
TOOLS: dict[str, Callable[[], Path | None]] = {
    "chromium-headless-shell": chromium,
    "postgresql": postgresql,
    "strace": strace,
    "libreoffice-writer-nogui": libreoffice,
    "poppler-utils": pdftotext,
}


def missing() -> list[str]:
    """The Debian packages whose programs are not here."""
    return [package for package, find in TOOLS.items() if find() is None]


def how_to_install(packages: list[str]) -> str:
    return f"apt-get install {' '.join(packages)}"


def install(packages: list[str]) -> None:
    """Install Debian packages; CI alone does this."""
    print(f"Installing {', '.join(packages)} for the tests …", flush=True)
    apt = ["apt-get"] if os.geteuid() == 0 else ["sudo", "apt-get"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(
            [*apt, "-qq", *command], env=environment, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            raise SystemExit(f"apt-get {command[0]} failed; the lines above say why.")


def main() -> None:
    """Before the tests: install what is missing in CI, and elsewhere say what to install."""
    packages = missing()
    if packages and CI:
        install(packages)
        packages = missing()
        if packages:
            raise SystemExit(f"Still missing after the installation: {', '.join(packages)}.")
    if packages:
        print(f"Some tests will be skipped. To run them all: {how_to_install(packages)}", file=sys.stderr)


if __name__ == "__main__":
    main()
