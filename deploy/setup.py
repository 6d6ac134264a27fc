"""Make .venv and install the locked dependencies; quick when nothing has changed."""

import argparse
import hashlib
import importlib.util
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST, NEWEST = (3, 11), (3, 13)


def refuse(sentence: str) -> None:
    print(sentence, file=sys.stderr)
    raise SystemExit(1)


def check_interpreter() -> None:
    """Refuse with one sentence what would otherwise fail with a page of traceback."""
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        refuse(
            f"Concentric runs on Python 3.11 to 3.13, and {sys.executable} is {version[0]}.{version[1]}: "
            "name another interpreter, for example `make run PYTHON=python3.12`."
        )
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        refuse(
            "This Python cannot make virtual environments: "
            "install the Debian package python3-venv (`apt-get install python3-venv`) and try again."
        )


def wanted(lock: Path) -> str:
    """What the stamp must say: this interpreter and this lock file."""
    return f"{sys.version}\n{sys.base_prefix}\n{hashlib.sha256(lock.read_bytes()).hexdigest()}\n"


def is_current(lock: Path) -> bool:
    stamp = VENV / f"{lock.stem}.stamp"
    return PYTHON.exists() and stamp.exists() and stamp.read_text() == wanted(lock)


def made_by_this_interpreter() -> bool:
    config = VENV / "pyvenv.cfg"
    made_by = f"version = {sys.version_info[0]}.{sys.version_info[1]}."
    return PYTHON.exists() and config.exists() and made_by in config.read_text()


def install(lock: Path) -> None:
    if not made_by_this_interpreter():
        print("Making .venv …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    count = sum(line[0].isalpha() for line in lock.read_text().splitlines())
    print(f"Installing {count} locked packages into .venv; this happens once …", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, "--require-hashes", "-r", lock], check=False)
    if done.returncode:
        refuse(f"The packages of {lock.name} could not be installed; the lines above say why.")
    (VENV / f"{lock.stem}.stamp").write_text(wanted(lock))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what the tests and checks need")
    lock = ROOT / ("requirements-dev.lock" if parser.parse_args().dev else "requirements.lock")
    check_interpreter()
    # What the development lock installs includes what running needs.
    if not is_current(lock):
        install(lock)


if __name__ == "__main__":
    main()
