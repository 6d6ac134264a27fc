"""Write both lock files from pyproject.toml, for every supported Python and platform at once."""

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = "uv>=0.13,<0.14"
OPTIONS = [
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
]


def main() -> None:
    """Versions that are locked stay; with `--upgrade` every package moves to its newest allowed one."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        bin_ = Path(folder) / "bin"
        subprocess.run([bin_ / "pip", "install", "--quiet", "--disable-pip-version-check", UV], check=True)
        compile_ = [str(bin_ / "uv"), "pip", "compile", *OPTIONS, *sys.argv[1:], "pyproject.toml"]
        subprocess.run([*compile_, "-o", "requirements.lock"], cwd=ROOT, check=True)
        # The constraint makes the tests run on exactly the versions that are served.
        dev = ["--extra=dev", "-c", "requirements.lock", "-o", "requirements-dev.lock"]
        subprocess.run([*compile_, *dev], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
