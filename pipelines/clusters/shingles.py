"""A text as a set of hashes of its word sequences, and its paragraphs as hashes."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from rensa import RMinHash

Hashes = npt.NDArray[np.uint64]
Marks = npt.NDArray[np.uint32]

WORDS: Final = 4
"""Words of a shingle. An edited word costs four. Three words are met in unrelated texts too often, and five lose texts
of which one word in ten was changed."""
SIGNS: Final = 6
"""Characters of a shingle in scripts that put no blanks between words."""

# Thai, Lao, Myanmar, Khmer, kana, Han: each character is a token.
_UNSPACED: Final = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3041-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    r"\U00020000-\U0003ffff"
)
# Marks that belong to the letter before them: combining accents, Hebrew and Arabic points, the vowels of India.
_JOINED: Final = r"\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u0900-\u0963\u0980-\u0dff"
_TOKEN: Final = re.compile(rf"[{_UNSPACED}]|(?:[^\W_{_UNSPACED}]|[{_JOINED}])+")
_UNSPACED_TOKEN: Final = re.compile(rf"[{_UNSPACED}]")
_FACTOR: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True, eq=False)
class Paragraphs:
    """A text's paragraphs, one behind the other: a hash of each token, and of each paragraph with who printed it.

    ``lengths`` are the tokens of each paragraph, ``signs`` how many of these are characters of a script without blanks.
    """

    tokens: Hashes
    lengths: tuple[int, ...]
    signs: tuple[int, ...]
    marks: Marks

    def shingles(self, skipped: frozenset[int] = frozenset()) -> Hashes:
        """The text's sequences, as :func:`shingles`, without the paragraphs whose hash is ``skipped``."""
        if skipped.isdisjoint(told := self.marks.tolist()):
            return _sequences(self.tokens, sum(self.signs))
        kept = np.array([mark not in skipped for mark in told], np.bool_)
        return _sequences(self.tokens[np.repeat(kept, self.lengths)], int(np.array(self.signs)[kept].sum()))


def paragraphs(source: str, body: str) -> Paragraphs:
    """The paragraphs of ``body`` (blank lines between them); case, signs and kinds of width do not count."""
    found = [tokens for part in body.split("\n\n") if (tokens := tokens_of(part))]
    return Paragraphs(
        tokens=_hashed([token for tokens in found for token in tokens]),
        lengths=tuple(map(len, found)),
        signs=tuple(map(_unspaced, found)),
        marks=np.array([_mark(source, tokens) for tokens in found], np.uint32),
    )


def tokens_of(text: str) -> tuple[str, ...]:
    """The words of ``text``; where a script has no blanks, its characters."""
    return tuple(_TOKEN.findall(unicodedata.normalize("NFKC", text).casefold()))


def shingles(tokens: Sequence[str]) -> Hashes:
    """The 64-bit hashes of all sequences of tokens of a text, sorted, each once.

    A sequence has :data:`WORDS` tokens, :data:`SIGNS` where most tokens are characters of a script without blanks.
    """
    return _sequences(_hashed(tokens), _unspaced(tokens))


def _hashed(tokens: Sequence[str]) -> Hashes:
    return np.array(RMinHash.hash_token_sets([tokens])[0], np.uint64)


def _sequences(tokens: Hashes, signs: int) -> Hashes:
    size = SIGNS if 2 * signs > len(tokens) else WORDS
    if len(tokens) < size:
        return np.empty(0, np.uint64)
    mixed = np.zeros(len(tokens) - size + 1, np.uint64)
    for at in range(size):
        mixed = mixed * _FACTOR + tokens[at : len(tokens) - size + 1 + at]
    mixed ^= mixed >> np.uint64(30)
    mixed *= _MIX_1
    mixed ^= mixed >> np.uint64(27)
    mixed *= _MIX_2
    mixed ^= mixed >> np.uint64(31)
    return np.unique(mixed)


def _unspaced(tokens: Sequence[str]) -> int:
    return sum(1 for token in tokens if token >= "\u0e00" and _UNSPACED_TOKEN.match(token))


def _mark(source: str, tokens: Sequence[str]) -> int:
    text = "\x1f".join((source, *tokens)).encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=4).digest())
