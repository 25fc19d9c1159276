"""Which rows are about pages of some sites only, told for whole columns of addresses at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

# RFC 3986, 3.2: the authority ends at the first of these, or with the address.
_AUTHORITY: Final = r"^[A-Za-z]+://(?P<authority>[^/?#]*)"


class Sites:
    """The sites that ``owns`` tells by the address of a page; each authority is asked after once.

    What is no address with an authority is nobody's page, and counts as owned: it may matter to anybody.
    """

    def __init__(self, owns: Callable[[str], bool]) -> None:
        self._owns = owns
        self._known: dict[str, bool] = {}

    def own(self, urls: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.bool_]:
        """Of each address, whether its page is one of these sites'; a null is nobody's, and not owned."""
        whole = urls.combine_chunks() if isinstance(urls, pa.ChunkedArray) else urls
        found = pc.struct_field(pc.extract_regex(whole, _AUTHORITY), "authority")
        encoded = found.dictionary_encode()
        told = np.array([self._of(word) for word in encoded.dictionary.to_pylist()] + [True], np.bool_)
        # The last stands for what has no authority.
        codes = encoded.indices.fill_null(len(told) - 1).to_numpy()
        owned: npt.NDArray[np.bool_] = told[codes] & whole.is_valid().to_numpy(zero_copy_only=False)
        return owned

    def _of(self, authority: str) -> bool:
        owned = self._known.get(authority)
        if owned is None:
            owned = self._known[authority] = self._owns(f"http://{authority}/")
        return owned
