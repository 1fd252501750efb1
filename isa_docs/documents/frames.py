"""Messages between a process and its children: eight bytes of length, then so many bytes."""

from __future__ import annotations

import struct
from typing import IO, Final

_LENGTH: Final = struct.Struct(">Q")
LARGEST: Final = 1_000_000_000
"""Bytes of a message; twice what an exhibit may have, which is sent as one when it is handed out beside a package."""


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next message of a stream, None at its end. Raises ValueError for one too large to be meant."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    length = _length(head)
    data = stream.read(length)
    return data if len(data) == length else None


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Write one message to a stream."""
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def split_frame(data: bytearray) -> bytes | None:
    """Take the first message off what has arrived so far, None when it is not there yet. Raises ValueError as above."""
    if len(data) < _LENGTH.size:
        return None
    end = _LENGTH.size + _length(data)
    if len(data) < end:
        return None
    frame = bytes(data[_LENGTH.size : end])
    del data[:end]
    return frame


def _length(head: bytes | bytearray) -> int:
    (length,) = _LENGTH.unpack_from(head)
    if length > LARGEST:
        raise ValueError("the message is too large")
    return int(length)
