"""Seals single fields with AES-256-GCM, bound to their table, column and row.

A sealed value reads ``v1.<key id>.<nonce>.<ciphertext>``. Binding means that a value copied into another row,
column or table does not open. The first key of the ring seals; every key of the ring opens. The last one,
which stays when a new key is put in front, also keys hashes.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Text
from sqlalchemy.types import TypeDecorator

VERSION = "v1"
NONCE_BYTES = 12
KEY_BYTES = 32


class Unsealable(Exception):
    """A sealed value does not open: another key, another row, or damage. Says where, never what."""


class Sealed(str):
    """A sealed value: the only kind of string that a sealed column accepts."""

    __slots__ = ()


class SealedText(TypeDecorator[str]):
    """A column that refuses plain text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        if value is not None and not isinstance(value, Sealed):
            raise TypeError("a sealed column takes sealed values only")
        return None if value is None else str(value)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else Sealed(value)


class KeyRing:
    """Keys by id; the first one seals."""

    def __init__(self, keys: Mapping[str, bytes]):
        if not keys:
            raise ValueError("a key ring needs at least one key")
        for key_id, key in keys.items():
            if len(key) != KEY_BYTES or not key_id or "." in key_id:
                raise ValueError("a key has an id without dots and 32 bytes")
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self.first = next(iter(keys))
        self._hashing = hmac.digest([*keys.values()][-1], b"keyed hashes", "sha256")

    def seal(self, place: bytes, text: str) -> Sealed:
        nonce = os.urandom(NONCE_BYTES)
        sealed = self._ciphers[self.first].encrypt(nonce, text.encode(), place)
        return Sealed(f"{VERSION}.{self.first}.{_b64(nonce)}.{_b64(sealed)}")

    def unseal(self, place: bytes, value: str) -> str:
        try:
            version, key_id, nonce, sealed = value.split(".")
            if version != VERSION:
                raise Unsealable(place.decode())
            return self._ciphers[key_id].decrypt(_unb64(nonce), _unb64(sealed), place).decode()
        except (ValueError, KeyError, InvalidTag):
            raise Unsealable(place.decode()) from None

    def keyed(self, text: str) -> bytes:
        return hmac.digest(self._hashing, text.encode(), "sha256")


def parse_ring(text: str) -> KeyRing:
    """A ring from settings: ``id:key`` entries with commas or new lines between, the key in base64 or hex.

    A key without an id gets the start of its hash as its id.
    """
    keys: dict[str, bytes] = {}
    for entry in text.replace(",", "\n").split():
        key_id, _, encoded = entry.rpartition(":")
        key = _decode_key(encoded)
        keys[key_id or hashlib.sha256(key).hexdigest()[:8]] = key
    return KeyRing(keys)


def new_key() -> str:
    """A fresh ring of one key, as settings want it."""
    return f"k{os.urandom(3).hex()}:{_b64(os.urandom(KEY_BYTES))}"


_ring: KeyRing | None = None


def use(ring: KeyRing) -> None:
    """Sets the ring of this process; done once, at the start."""
    global _ring
    _ring = ring


def ring() -> KeyRing:
    if _ring is None:
        raise RuntimeError("no key ring is in use yet")
    return _ring


def seal(column: Any, row_id: str, text: str) -> Sealed:
    """Seals ``text`` for one column (``Member.alias``) of the row with this id."""
    return ring().seal(_place(column, row_id), text)


def open_sealed(column: Any, row_id: str, value: str | None) -> str:
    """The text of a sealed value that was read with Core; an empty string for NULL."""
    return "" if value is None else ring().unseal(_place(column, row_id), value)


def keyed(text: str) -> bytes:
    """A hash of ``text``, 32 bytes, that nobody without the ring can make or check."""
    return ring().keyed(text)


def unseal(row: Any, column: str) -> str:
    """The text of a sealed column of a loaded row; an empty string for NULL."""
    return open_sealed(getattr(type(row), column), row.id, getattr(row, column))


def _place(column: Any, row_id: str) -> bytes:
    return f"{_place_of(column)}{row_id}".encode()


@cache
def _place_of(column: Any) -> str:
    return f"{column.class_.__tablename__}:{column.key}:"


def _decode_key(encoded: str) -> bytes:
    try:
        if len(encoded) == 2 * KEY_BYTES:
            return bytes.fromhex(encoded)
        key = _unb64(encoded)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ValueError("a key is 32 bytes in base64 or hex")
    return key


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    plain = text.rstrip("=").replace("+", "-").replace("/", "_")
    return base64.urlsafe_b64decode(plain + "=" * (-len(plain) % 4))
