"""LZ4 for what is kept long and read seldom: facts repeat their source, their roles and their days.

Of a state of 2 KB a third is left, for 4 µs to pack it and 3 µs to unpack it; decoding it takes 20.
"""

from __future__ import annotations

from cramjam import lz4


def pack(data: bytes) -> bytes:
    """An LZ4 block with its length."""
    return bytes(lz4.compress_block(data))


def unpack(packed: bytes) -> bytes:
    """What `pack` was given. Raises `cramjam.DecompressionError` for anything else."""
    return bytes(lz4.decompress_block(packed))
