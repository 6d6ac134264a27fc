"""Reads the data files into items; what does not fit is a sentence that names the file and the field."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from app.library.items import Exercise, Leaving, Programme

HERE = Path(__file__).resolve().parent


# libyaml's reader, where the package was built with it, takes a tenth of the time
_Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Once(_Loader):  # type: ignore[misc, valid-type]
    """YAML that refuses a field written twice; the plain loader keeps the last and says nothing."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        fields = [self.construct_object(key, deep=deep) for key, _ in node.value]
        if len(set(fields)) != len(fields):
            raise yaml.constructor.ConstructorError(None, None, "a field stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


@dataclass
class Items:
    """Everything that could be read, and what was wrong with the rest."""

    exercises: dict[str, Exercise] = field(default_factory=dict)
    programmes: dict[str, Programme] = field(default_factory=dict)
    pools: dict[str, tuple[str, ...]] = field(default_factory=dict)
    when_a_member_leaves: Leaving | None = None
    errors: list[str] = field(default_factory=list)


def read_files(folder: Path = HERE) -> dict[str, Any]:
    """Return the files as plain data: exercises and programmes by file name, what they share, and
    what a small group goes on with.
    """
    return {
        "shared": _read(folder / "shared.yaml"),
        "exercises": {path.stem: _read(path) for path in sorted((folder / "exercises").glob("*.yaml"))},
        "programmes": {path.stem: _read(path) for path in sorted((folder / "programmes").glob("*.yaml"))},
        "small_group": _read(folder / "small_group.yaml"),
    }


def _read(path: Path) -> Any:
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_Once)  # noqa: S506 (a SafeLoader)


def build(data: dict[str, Any]) -> Items:
    """Turn plain data into items, with rows, meetings and pools that are named put in their places."""
    items = Items()
    shared = data["shared"]
    items.pools = _fit(dict[str, tuple[str, ...]], shared.get("pools"), "pools", items.errors) or {}
    for name, raw in data["exercises"].items():
        exercise = _fit(Exercise, _with_id(name, raw), f"exercise {name}", items.errors)
        if exercise:
            items.exercises[name] = exercise
    for name, raw in data["programmes"].items():
        whole = _put_in_place(_with_id(name, raw), shared, name, items.errors)
        programme = _fit(Programme, whole, f"programme {name}", items.errors)
        if programme:
            items.programmes[name] = programme
    leaving = shared.get("when_a_member_leaves")
    items.when_a_member_leaves = _fit(Leaving, leaving, "when_a_member_leaves", items.errors)
    return items


def _with_id(name: str, raw: Any) -> dict[str, Any]:
    """Take the file's name as the id; a file that holds no fields has all of them missing."""
    return {"id": name, **raw} if isinstance(raw, dict) and "id" not in raw else {"id": name}


def _fit(shape: Any, raw: Any, where: str, errors: list[str]) -> Any:
    try:
        return TypeAdapter(shape).validate_python(raw)
    except ValidationError as refused:
        for error in refused.errors(include_url=False, include_input=False, include_context=False):
            errors.append(f"{where}: {'.'.join(map(str, error['loc']))}: {error['msg']}")
        return None


def _put_in_place(
    raw: dict[str, Any], shared: dict[str, Any], where: str, errors: list[str]
) -> dict[str, Any]:
    def named(kind: str, name: Any) -> Any:
        if not isinstance(name, str):
            return name  # written out in full
        if name not in shared.get(kind, {}):
            errors.append(f"programme {where}: no {kind} called {name}")
            return None
        found = shared[kind][name]
        return _with_id(name, found) if kind == "meetings" else found

    def row(written: Any) -> Any:
        written = named("rows", written)
        if isinstance(written, dict) and "pool" in written:
            return {**written, "exercises": named("pools", written["pool"])}
        return written

    def agenda(written: Any) -> Any:
        if isinstance(written, dict) and isinstance(written.get("rows"), list):
            return {**written, "rows": [row(each) for each in written["rows"]]}
        return written

    meetings = [agenda(named("meetings", each)) for each in raw.get("meetings") or []]
    return {**raw, "meetings": meetings, "sessions": [agenda(each) for each in raw.get("sessions") or []]}
