"""Bring the browser's libraries into static/vendor, with licence and checksums; --check only verifies."""

import argparse
import hashlib
import json
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
MANIFEST = VENDOR / "manifest.json"

# Package of the npm registry, version, and the files that the pages load.
WANTED = [
    ("socket.io-client", "4.8.4", ["dist/socket.io.esm.min.js"]),
    ("idiomorph", "0.8.0", ["dist/idiomorph.esm.js"]),
    ("sortablejs", "1.15.7", ["modular/sortable.core.esm.js"]),
]
SOURCE_MAP = re.compile(rb"\n//# sourceMappingURL=\S+\s*$")


def checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def known() -> dict[str, dict[str, Any]]:
    """The entries of the manifest by folder."""
    entries = json.loads(MANIFEST.read_text())["packages"] if MANIFEST.exists() else []
    return {f"{entry['name']}-{entry['version']}": entry for entry in entries}


def fetch(name: str, version: str, files: list[str], before: dict[str, Any] | None) -> dict[str, Any]:
    """Unpack one package's files into its folder and describe them."""
    with tempfile.TemporaryDirectory() as temporary:
        command = ["npm", "pack", "--json", "--silent", f"{name}@{version}"]
        done = subprocess.run(command, cwd=temporary, stdout=subprocess.PIPE, text=True, check=True)
        (packed,) = json.loads(done.stdout)
        if before and before["integrity"] != packed["integrity"]:
            raise SystemExit(
                f"{name} {version} is not the package that was vendored before; nothing was changed."
            )
        with tarfile.open(Path(temporary) / packed["filename"]) as archive:
            archive.extractall(temporary, filter="data")
        package = Path(temporary) / "package"
        folder = VENDOR / f"{name}-{version}"
        folder.mkdir(parents=True, exist_ok=True)
        for file in ["LICENSE", *files]:
            # The maps are not shipped, and a browser that asks for one would only meet a 404.
            content = SOURCE_MAP.sub(b"\n", (package / file).read_bytes())
            (folder / Path(file).name).write_bytes(content)
        return {
            "name": name,
            "version": version,
            "licence": json.loads((package / "package.json").read_text())["license"],
            "integrity": packed["integrity"],
            "sha256": {path.name: checksum(path) for path in sorted(folder.iterdir())},
        }


def update() -> None:
    """Fetch what is wanted, write the manifest, and remove what is wanted no more."""
    before = known()
    packages = [fetch(*wanted, before.get(f"{wanted[0]}-{wanted[1]}")) for wanted in WANTED]
    kept = {f"{name}-{version}" for name, version, _ in WANTED}
    for folder in VENDOR.iterdir():
        if folder.is_dir() and folder.name not in kept:
            shutil.rmtree(folder)
    MANIFEST.write_text(json.dumps({"packages": packages}, indent=2) + "\n")


def faults() -> list[str]:
    """What differs between the manifest, this list and the files; empty when all is well."""
    found = []
    if set(known()) != {f"{name}-{version}" for name, version, _ in WANTED}:
        found.append("the manifest and the list in deploy/vendor.py name different packages")
    listed = {MANIFEST: ""}
    for folder, entry in known().items():
        listed |= {VENDOR / folder / name: sha256 for name, sha256 in entry["sha256"].items()}
    present = {path for path in VENDOR.rglob("*") if path.is_file()}
    found += [f"{path.relative_to(ROOT)} is missing" for path in sorted(listed.keys() - present)]
    found += [f"{path.relative_to(ROOT)} is in no manifest" for path in sorted(present - listed.keys())]
    for path in sorted(present & listed.keys() - {MANIFEST}):
        if checksum(path) != listed[path]:
            found.append(f"{path.relative_to(ROOT)} was changed")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="verify only, without the network")
    if not parser.parse_args().check:
        update()
    found = faults()
    if found:
        raise SystemExit("static/vendor: " + "; ".join(found))


if __name__ == "__main__":
    main()
