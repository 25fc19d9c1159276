"""Text as it is kept: one space where there were many, no control characters, entities as the characters they mean.

Every function is total and idempotent.
"""

from __future__ import annotations

import html
import re
import unicodedata

from pipelines import tokens

# Invisible characters that carry no text: soft hyphen, zero-width space, word joiner, BOM, directional isolates and
# embeddings. ZWJ and ZWNJ (U+200C/D) stay: Persian and Indic spelling needs them.
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x200B, 0x2060, 0xFEFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F], None
)
_CONTROLS = dict.fromkeys([*range(0x09), 0x0E, 0x0F, *range(0x10, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0)], None)
_DROP = _INVISIBLE | _CONTROLS
_SURROGATE = re.compile("[\ud800-\udfff]")
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,1000}>")
_MARKS = 30
# What is neither letter, digit nor space nor in ASCII: all marks are, and little else in such numbers.
_MARK = re.compile(r"[^\w\s\x00-\x7f]")
_PILE = re.compile(rf"{_MARK.pattern}{{31,}}")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")


def scalar(text: str) -> str:
    """``text`` without lone surrogates, which no encoding can carry; pairs that JSON left split are joined."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean(text: str) -> str:
    """``text`` in NFC on one line: white space folded to single spaces, control and invisible characters dropped."""
    text = text.strip()
    # The space is the only white space that is printable: most texts are on one line and need not be taken apart.
    if "  " in text or not text.isprintable():
        text = " ".join(text.split())
        if not text.isprintable():
            text = " ".join(scalar(text).translate(_DROP).split())
    if text.isascii():
        return text
    text = unpiled(text)
    if unicodedata.is_normalized("NFC", text):
        return text
    return " ".join(unicodedata.normalize("NFC", text).split())


def unpiled(text: str) -> str:
    """``text`` with no more than 30 combining marks on one character.

    The bound is that of Unicode's Stream-Safe Text Format (UAX #15, section 13): to put the marks of a longer run in
    order takes the square of its length, and no language needs them.
    """
    # No run escapes who looks at every 31st character only.
    if len(text) > _MARKS and _MARK.search(text[_MARKS :: _MARKS + 1]):
        return _PILE.sub(_first_marks, text)
    return text


def _first_marks(pile: re.Match[str]) -> str:
    kept, run = [], 0
    for character in pile[0]:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MARKS:
            kept.append(character)
    return "".join(kept)


def unescape(text: str) -> str:
    """``text`` with HTML entities decoded, also where they were escaped twice; text without any comes back as it is."""
    for _ in range(2):
        if "&" not in text or not _ENTITY.search(text):
            break
        text = html.unescape(text)
    return scalar(text)


def plain(text: str) -> str:
    """``clean`` text of a statement that may hold entities or tags (a meta description, a JSON-LD headline)."""
    text = unescape(text)
    if "<" in text:
        text = _TAG.sub(" ", text) if "</p" in text or "<br" in text else _TAG.sub("", text)
    return clean(text)


_FOLD = str.maketrans(
    {
        "‘": "'", "’": "'", "‚": "'", "‛": "'", "′": "'", "`": "'", "´": "'",
        "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "‹": '"', "›": '"', "「": '"', "」": '"', "″": '"',
        "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
        "…": "...",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """A key for comparing two texts: compatibility form, case, quotes, dashes and white space folded."""
    if text.isascii():
        return clean(text.replace("`", "'")).lower()
    return clean(unicodedata.normalize("NFKC", unpiled(text.translate(_FOLD))).translate(_FOLD_AGAIN)).casefold()


# What the compatibility form brings back: full-width and small variants of marks folded already.
_FOLD_AGAIN = {key: value for key, value in _FOLD.items() if unicodedata.normalize("NFKC", chr(key)) == chr(key)}


def words(text: str) -> int:
    """The number of words of ``text``; in scripts written without spaces each character counts as half a word.

    Han, kana, Thai, Lao, Khmer and Myanmar are counted so, about what segmenters find on news text.
    """
    if text.isascii():
        return _plain_words(text)
    if count := spaceless(text):
        return len(_WORD.findall(_SPACELESS.sub(" ", text))) + (count + 1) // 2
    # No word goes on beyond its line, and many a line is in ASCII.
    return sum(_plain_words(line) if line.isascii() else len(_WORD.findall(line)) for line in text.split("\n"))


def _plain_words(text: str) -> int:
    """How often ``_WORD`` is found in a ``text`` in ASCII: the runs of letters and digits, less where two are one word.

    Where letters follow on the digits behind a point ("1.5km"), these are a word of their own.
    """
    count = tokens.count(text) - len(_JOINED.findall(text))
    return count - _DECIMAL.findall(text).count("")


def spaceless(text: str) -> int:
    """How many characters of ``text`` belong to scripts written without spaces (see :func:`words`)."""
    if text.isascii():
        return 0
    # Most texts hold no byte that one of them begins with, and bytes are looked through several times as fast.
    data = text.encode("utf-8", "replace")
    if len(data.translate(None, _LEADS)) == len(data):
        return 0
    return len(_SPACELESS.findall(text))


_WORD = re.compile(r"\w+(?:['’\-]\w+|(?<=\d)[.,]\d+)*")
_JOINED = re.compile(r"['\-](?<=\w.)(?=\w)")
_DECIMAL = re.compile(r"[.,](?<=\d.)\d+([^\W\d]?)")
_LEADS = bytes((0xE0, 0xE1, *range(0xE3, 0xEA)))
_SPACELESS = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
