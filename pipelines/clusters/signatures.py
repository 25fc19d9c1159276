"""MinHash signatures: 128 slots of 16 bits for a text, however long it is.

The library is rensa (Rust, no dependencies, 0.5 MB). Of each slot the lowest 16 bits are kept (b-bit minwise hashing,
Li and König 2010): two texts that have nothing in common agree in a slot once in 65,536, far below the error of the
estimate, and a signature takes 256 bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

from pipelines.clusters.shingles import SIGNS, WORDS, Hashes

SLOTS: Final = 128
BYTES: Final = 2 * SLOTS
SEED: Final = 20261122
METHOD: Final = f"minhash-1 rensa-{RMinHash.ALGORITHM_VERSION} {WORDS}w{SIGNS}c {SLOTS}x16"
"""What the signatures of two texts must agree in to be compared; rows of another method are compared anew."""

Signatures = npt.NDArray[np.uint16]


def signatures(texts: Sequence[Hashes]) -> Signatures:
    """A row of :data:`SLOTS` for each set of shingles, zeros for an empty one."""
    made = np.zeros((len(texts), SLOTS), np.uint16)
    filled = [at for at, text in enumerate(texts) if len(text)]
    if filled:
        offsets = np.cumsum([0, *(len(texts[at]) for at in filled)], dtype=np.uint64)
        flat = np.concatenate([texts[at] for at in filled])
        matrix = RMinHash.digest_matrix_from_flat_token_hashes(flat, offsets, SLOTS, SEED)
        made[filled] = np.array(matrix.to_rows(), np.uint32).astype(np.uint16)
    return made


def estimates(one: Signatures, other: Signatures) -> npt.NDArray[np.float64]:
    """The Jaccard similarity of each pair of rows, with a standard error of at most 0.044."""
    return np.asarray((one == other).mean(axis=1), np.float64)
