"""Emergency and crisis numbers by country, to begin with: facilitators confirm each one before it is used."""

from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter

FILE = Path(__file__).resolve().parent / "numbers.yaml"


class Numbers(BaseModel):
    """What to call in one country; ``service`` is who answers the crisis line."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    emergency: str
    crisis: str
    service: str


@cache
def by_country() -> MappingProxyType[str, Numbers]:
    """The numbers by ISO 3166 code."""
    read: Any = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return MappingProxyType(TypeAdapter(dict[str, Numbers]).validate_python(read))
