"""Makes a browser's picture small: 256 colours are enough for pages that have few."""

import struct
import zlib
from collections import Counter

COLOURS, RARE = 256, 64
CHANNELS = {2: 3, 6: 4}  # by PNG colour type: RGB, and RGB with alpha


def smaller(png: bytes) -> bytes:
    """The same picture with a palette of its most frequent colours."""
    width, height, channels, packed = _read(png)
    rows = _unfiltered(zlib.decompress(packed), width * channels, height, channels)
    pixels = [
        row[at : at + 3] for row in rows for at in range(0, len(row), channels)
    ]  # a page has nothing to look through
    counted = Counter(pixels)
    palette = _palette(counted)
    place = {colour: number for number, colour in enumerate(palette)}
    for colour in counted.keys() - place.keys():
        place[colour] = _nearest(colour, palette)
    numbers = bytes(place[pixel] for pixel in pixels)
    lines = b"".join(b"\0" + numbers[at : at + width] for at in range(0, len(numbers), width))
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return png[:8] + b"".join(
        [
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", b"".join(palette)),
            _chunk(b"IDAT", zlib.compress(lines, 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _palette(counted: Counter[bytes]) -> list[bytes]:
    """The most frequent colours, and of the rare ones those that nothing chosen comes near."""
    chosen = [colour for colour, _ in counted.most_common(COLOURS - RARE)]
    far = {colour: min(_distance(colour, each) for each in chosen) for colour in counted}
    for _ in range(min(RARE, len(counted) - len(chosen))):
        lonely = max(far, key=lambda colour: far[colour])
        chosen.append(lonely)
        far = {colour: min(before, _distance(colour, lonely)) for colour, before in far.items()}
    return chosen


def _distance(one: bytes, other: bytes) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _read(png: bytes) -> tuple[int, int, int, bytes]:
    width, height, _, colour_type = struct.unpack(">IIBB", png[16:26])
    packed, at = b"", 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            packed += png[at + 8 : at + 8 + size]
        at += size + 12
    return width, height, CHANNELS[colour_type], packed


def _unfiltered(data: bytes, size: int, height: int, step: int) -> list[bytes]:
    """The rows as they are before a PNG stores each as a difference from its neighbours."""
    rows: list[bytes] = []
    above = bytearray(size)
    for number in range(height):
        start = number * (size + 1)
        kind, row = data[start], bytearray(data[start + 1 : start + 1 + size])
        for at in range(size) if kind else ():
            left = row[at - step] if at >= step else 0
            corner = above[at - step] if at >= step else 0
            guess = (0, left, above[at], (left + above[at]) // 2, _paeth(left, above[at], corner))[kind]
            row[at] = (row[at] + guess) & 255
        rows.append(bytes(row))
        above = row
    return rows


def _paeth(left: int, above: int, corner: int) -> int:
    guess = left + above - corner
    return min((left, above, corner), key=lambda each: abs(guess - each))


def _nearest(colour: bytes, palette: list[bytes]) -> int:
    return min(range(len(palette)), key=lambda number: _distance(colour, palette[number]))
