"""Character decoding: from a page's bytes to its text, whatever its declarations say.

Browsers believe declarations; archives of news meet many that are wrong. Here the bytes decide first (a BOM, NULs in a
pattern, valid UTF-8), then the declarations as far as the result reads like text, then a detector (chardetng, the one
that Firefox uses: of the four compared it alone made no mistake on pages of 25 languages in their national encodings).
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass
from itertools import islice

import chardetng_py  # type: ignore[import-untyped]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A page as text in UTF-8 without NULs; ``encoding`` is the Python codec that its bytes were read with.

    ``warnings`` are quality codes (``charset_guessed``, ``charset_mislabelled``, ``charset_damaged``).
    """

    utf8: bytes
    encoding: str
    warnings: tuple[str, ...] = ()


# Where declarations are looked for; HTML asks for the first 1,024 bytes, pages take more.
_HEAD = 16_384
#: Bytes of text that are enough to tell an encoding by.
SAMPLE = 60_000
_SEARCHED = 2_000_000

_META = re.compile(rb"""<meta[^>]{0,400}?charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_XML = re.compile(
    rb"""\A\s{0,50}<\?xml[^>]{0,200}?encoding\s{0,5}=\s{0,5}["']([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE
)
_HEADER = re.compile(r"""charset\s{0,5}=\s{0,5}["']?\s{0,5}([A-Za-z0-9_:.\-]{2,40})""", re.IGNORECASE)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# The WHATWG Encoding Standard's labels that mean something else than Python takes them for, by folded label.
_CODECS = {
    "iso88591": "cp1252", "latin1": "cp1252", "l1": "cp1252", "ascii": "cp1252", "usascii": "cp1252",
    "windows1252": "cp1252", "cp1252": "cp1252", "ansi": "cp1252", "iso885915": "iso8859_15",
    "iso88599": "cp1254", "latin5": "cp1254", "windows1254": "cp1254",
    "iso885911": "cp874", "tis620": "cp874", "windows874": "cp874", "dos874": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "chinese": "gb18030", "xgbk": "gb18030",
    "gb231280": "gb18030", "euccn": "gb18030", "cp936": "gb18030",
    "euckr": "cp949", "ksc56011987": "cp949", "ksc5601": "cp949", "korean": "cp949", "windows949": "cp949",
    "shiftjis": "cp932", "sjis": "cp932", "xsjis": "cp932", "mskanji": "cp932", "windows31j": "cp932",
    "eucjp": "euc_jp", "xeucjp": "euc_jp", "iso2022jp": "iso2022_jp_ext", "iso2022kr": "iso2022_kr",
    "big5": "big5hkscs", "big5hkscs": "big5hkscs", "cnbig5": "big5hkscs", "xxbig5": "big5hkscs",
    "utf8": "utf-8", "unicode11utf8": "utf-8", "utf16": "utf-8", "utf16le": "utf-8", "utf16be": "utf-8",
    "utf32": "utf-8",
    "iso88598i": "iso8859_8", "iso88598e": "iso8859_8", "logical": "iso8859_8", "visual": "iso8859_8",
    "koi8r": "koi8_r", "koi8": "koi8_r", "koi8u": "koi8_u", "koi8ru": "koi8_u", "ibm866": "cp866",
    "macintosh": "mac_roman", "xmacroman": "mac_roman", "xmaccyrillic": "mac_cyrillic", "xmacukrainian": "mac_cyrillic",
    "win1251": "cp1251", "win1250": "cp1250", "win1252": "cp1252", "tcvn": "cp1258", "viscii": "cp1258",
}  # fmt: skip
_EAST_ASIAN = frozenset({"gb18030", "cp949", "cp932", "euc_jp", "big5hkscs"})
_UNUSABLE = frozenset({"base64", "bz2", "hex", "quopri", "rot13", "uu", "zlib", "idna", "punycode", "unicode_escape",
                       "raw_unicode_escape", "utf_7", "undefined", "mbcs", "oem", "unicode_internal"})  # fmt: skip


def codec_of(label: str) -> str | None:
    """The Python codec for a declared ``label`` by the WHATWG Encoding Standard, or None where it names none.

    A page that could declare UTF-16 in ASCII is not in UTF-16, so that label means UTF-8, as the standard says.
    """
    folded = re.sub(r"[^a-z0-9]", "", label.lower())
    if folded in _CODECS:
        return _CODECS[folded]
    try:
        name = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    return None if name.replace("-", "_") in _UNUSABLE else _CODECS.get(re.sub(r"[^a-z0-9]", "", name), name)


def declared(body: bytes, content_type: str | None) -> list[str]:
    """The codecs that the header, an XML declaration and the metas name, in that order, each once."""
    labels = [match[1] for match in (_HEADER.search(content_type or ""),) if match]
    labels += [match[1].decode("ascii") for match in (_XML.search(body[:1024]), _META.search(body[:_HEAD])) if match]
    return list(dict.fromkeys(name for label in labels if (name := codec_of(label)) is not None))


def decode(body: bytes, content_type: str | None, *, tld: str | None = None) -> Text:
    """``body`` as text. ``tld``, the last label of the page's host, helps the detector between related encodings."""
    for bom, name in _BOMS:
        if body.startswith(bom):
            return _read(body[len(bom) :], name)
    wide = _without_bom(body)
    if wide is not None:
        return _read(body, wide)
    names = declared(body, content_type)
    if body.isascii():
        if b"\x1b$" in body or b"\x1b(" in body:
            return _read(body, "iso2022_kr" if b"\x1b$)C" in body[:4096] else "iso2022_jp_ext")
        return Text(utf8=_without_nul(body), encoding="utf-8")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _legacy(body, names, tld)
    if names and names[0] in _EAST_ASIAN and _is_few_two_byte(text) and (other := _strict(body, names[0])) is not None:
        return _text(other, names[0])
    mislabelled = ("charset_mislabelled",) if names and "utf-8" not in names else ()
    return Text(utf8=_without_nul(body), encoding="utf-8", warnings=mislabelled)


def _legacy(body: bytes, names: list[str], tld: str | None) -> Text:
    """Bytes that are not valid UTF-8: damaged UTF-8, or an older encoding."""
    damaged = _nearly_utf8(body)
    if damaged is not None:
        return damaged
    legacy = [name for name in names if name != "utf-8"]
    guess = _expected(body, _detect(body, tld))
    for name in legacy:
        text = _fitting(body, name)
        if text is not None and oddness(text) <= _ODD and (name == guess or not _contradicted(body, text, name, guess)):
            return _text(text, name, *(() if name == names[0] else ("charset_mislabelled",)))
    text = _fitting(body, guess)
    if text is None or (legacy and oddness(text) > oddness(_lenient(body, legacy[0]))):
        name = legacy[0] if legacy else guess
        return _text(_lenient(body, name), name, "charset_damaged")
    return _text(text, guess, "charset_mislabelled" if names else "charset_guessed")


# Encodings that a page in these languages can be in, where it is in none of the Unicode ones.
_CENTRAL, _TURKISH, _BALTIC = (
    frozenset({"cp1250", "iso8859-2", "iso8859-16"}),
    frozenset({"cp1254"}),
    frozenset({"cp1257", "iso8859-13"}),
)
_CYRILLIC = frozenset({"cp1251", "koi8_r", "koi8-r", "koi8-u", "koi8_u", "iso8859-5", "cp866", "mac_cyrillic"})
_OF_LANGUAGE = {
    **dict.fromkeys(("cs", "sk", "pl", "hu", "hr", "sl", "ro", "sq", "bs"), _CENTRAL),
    **dict.fromkeys(("tr", "az"), _TURKISH),
    **dict.fromkeys(("lt", "lv", "et"), _BALTIC),
    **dict.fromkeys(("ru", "bg", "uk", "be", "mk"), _CYRILLIC),
    "vi": frozenset({"cp1258"}),
}
_LANG = re.compile(rb"""<html[^>]{0,300}?\slang\s{0,3}=\s{0,3}["']?([A-Za-z]{2})""", re.IGNORECASE)


def _contradicted(body: bytes, text: str, name: str, guess: str) -> bool:
    """Whether the detector's ``guess`` has more for it than the declared ``name``, which reads ``body`` as ``text``.

    It has where the page says that it is in a language which the guess, but not the declaration, can write, or where
    the two are in different alphabets and the guess is no odder.
    """
    other = _fitting(body, guess)
    if other is None or other == text:
        return False
    match = _LANG.search(body[:_HEAD])
    expected = _OF_LANGUAGE.get(match[1].decode("ascii").lower()) if match else None
    if expected is not None and guess in expected and name not in expected:
        return True
    mine, theirs = oddness(text), oddness(other)
    return (_alphabet(text) != _alphabet(other) and theirs <= mine) or (mine > 0.1 and theirs * 3 < mine)


# What a page in one of these languages is in, where all that is known of its letters is that they are Latin.
_USUAL = {
    **dict.fromkeys(("cs", "sk", "pl", "hu", "hr", "sl", "ro", "sq", "bs"), "cp1250"),
    **dict.fromkeys(("tr", "az"), "cp1254"),
    **dict.fromkeys(("lt", "lv", "et"), "cp1257"),
    "vi": "cp1258",
}


def _expected(body: bytes, guess: str) -> str:
    """The detector's ``guess``, unless it is the Western default and the page is in a language with another one."""
    match = _LANG.search(body[:_HEAD]) if guess == "cp1252" else None
    usual = _USUAL.get(match[1].decode("ascii").lower()) if match else None
    if usual is None:
        return guess
    text = _fitting(body, usual)
    return usual if text is not None and oddness(text) <= oddness(_lenient(body, guess)) else guess


def _alphabet(text: str) -> int:
    """Which of the alphabets most foreign letters of ``text`` belong to."""
    letters = "".join(_foreign_words(text)[:500])
    counts = [len(alphabet.findall(letters)) for alphabet in _ALPHABETS[1:]]
    best = max(counts)
    return counts.index(best) + 1 if best * 3 > len(letters) else 0


# --- how bytes are read ---------------------------------------------------------------------------------------------


def _without_nul(body: bytes) -> bytes:
    return body.replace(b"\x00", b"") if b"\x00" in body else body


def _text(text: str, encoding: str, *warnings: str) -> Text:
    return Text(utf8=text.replace("\x00", "").encode("utf-8", "replace"), encoding=encoding, warnings=warnings)


def _read(body: bytes, name: str) -> Text:
    text = body.decode(name, "replace")
    damaged = text.count("�", 0, max(0, len(text) - 1))
    return _text(text, name, *(("charset_damaged",) if damaged else ()))


def _strict(body: bytes, name: str) -> str | None:
    try:
        return body.decode(name)
    except (UnicodeDecodeError, LookupError):
        return None


def _lenient(body: bytes, name: str) -> str:
    return body.decode(name, "broadsheet.c1" if name.startswith(("cp125", "cp874")) else "replace")


def _fitting(body: bytes, name: str) -> str | None:
    """``body`` read as ``name`` where fewer than one in a hundred of its foreign characters fail, else None."""
    text = _strict(body, name)
    if text is not None:
        return text
    text = _lenient(body, name)
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    return text if text.count("�") * 100 <= foreign else None


def _c1_handler(error: UnicodeError) -> tuple[str, int]:
    """The five bytes that windows-1252 leaves open are C1 controls in the WHATWG standard, not errors."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "".join(map(chr, error.object[error.start : error.end])), error.end


def _stray_handler(error: UnicodeError) -> tuple[str, int]:
    """A stray byte in UTF-8 was pasted from windows-1252, the likeliest source; an incomplete sequence is dropped."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    if error.end >= len(error.object) and error.reason == "unexpected end of data":
        return "", error.end
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("broadsheet.c1", _c1_handler)
codecs.register_error("broadsheet.stray", _stray_handler)


def _without_bom(body: bytes) -> str | None:
    """UTF-16 or UTF-32 by its NULs: ASCII markup has one (or three) beside every letter, always on the same side."""
    head = body[:400]
    if len(head) < 8 or head.count(b"\x00") * 3 < len(head):
        return None
    zeros = [sum(1 for byte in head[start::4] if byte == 0) * 4 / len(head) for start in range(4)]
    full = [share > 0.6 for share in zeros]
    if full == [False, True, True, True]:
        return "utf-32-le"
    if full == [True, True, True, False]:
        return "utf-32-be"
    if full == [False, True, False, True]:
        return "utf-16-le"
    if full == [True, False, True, False]:
        return "utf-16-be"
    return None


def _is_few_two_byte(text: str) -> bool:
    """Whether valid UTF-8 holds so little beyond ASCII that it may be a double-byte set by chance."""
    foreign = [character for character in text if character > "\x7f"]
    return len(foreign) <= 20 and all(character < "\u0800" for character in foreign)


def _nearly_utf8(body: bytes) -> Text | None:
    """``body`` as UTF-8 with a few stray bytes, or None where there are more than one in ten characters."""
    text = body.decode("utf-8", "replace")
    bad = text.count("�")
    good = len(text) - len(body.translate(None, _HIGH_BYTES)) - bad
    incomplete_end = bad == 1 and text.endswith("�")
    if not (incomplete_end and good) and bad * 10 > good:
        return None
    warnings = () if incomplete_end else ("charset_damaged",)
    return _text(body.decode("utf-8", "broadsheet.stray"), "utf-8", *warnings)


# --- what the text looks like ---------------------------------------------------------------------------------------

_TAG = re.compile(rb"<[^<>]{0,5000}>")
_HIGH = re.compile(rb"[\x80-\xff]")
_HIGH_BYTES = bytes(range(0x80, 0x100))
_FOREIGN_WORD = re.compile(r"[A-Za-z]{0,30}[^\x00-\x7f\s]{1,30}[^\s<>]{0,30}")
_TEXT_TAG = re.compile(r"<[^<>]{0,5000}>")
#: Above this share of odd words a text is not what its encoding makes it.
_ODD = 0.25


def _detect(body: bytes, tld: str | None) -> str:
    """The detector's codec for the text that holds the foreign bytes of ``body``."""
    lines = _TAG.sub(b"\n", body[:_SEARCHED]).split(b"\n")
    sample: list[bytes] = []
    size = 0
    for line in lines:
        if not line.isascii():
            first = _HIGH.search(line)
            start = max(0, first.start() - 40) if first else 0
            sample.append(line[start : start + 2_000])
            size += len(sample[-1])
            if size > SAMPLE:
                break
    detector = chardetng_py.EncodingDetector()
    detector.feed(b"\n".join(sample), last=True)
    hint = tld.encode("ascii") if tld and tld.isascii() and tld.isalpha() and tld.islower() else None
    return codec_of(detector.guess(tld=hint, allow_utf8=False)) or "cp1252"


def oddness(text: str) -> float:
    """The share of words with foreign letters that no language writes so: a sign of the wrong encoding.

    Odd are words that mix alphabets, that have three or more accented Latin letters in a row, a capital after a
    small letter among them, or a symbol or control character between letters.
    """
    words = _foreign_words(text)
    if not words:
        return 0.0
    return sum(map(_is_odd, words)) / len(words)


def _foreign_words(text: str) -> list[str]:
    return [match[0] for match in islice(_FOREIGN_WORD.finditer(_TEXT_TAG.sub(" ", text[:_SEARCHED])), 1_000)]


_ACCENTED_RUN = re.compile("[\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]{3,}")
_INNER_SYMBOL = re.compile(
    "[^\\W\\d_][\u0080-\u00a9\u00ab-\u00b6\u00b8\u00b9\u00bb-\u00bf\u00d7\u00f7\ufffd][^\\W\\d_]"
)
_CASE_JUMP = re.compile("[\u00df-\u00f6\u00f8-\u00ff][\u00c0-\u00d6\u00d8-\u00de]|[\u0430-\u044f][\u0410-\u042f]{2}")
_ALPHABETS = (
    re.compile("[A-Za-z\u00c0-\u024f]"),
    re.compile("[\u0370-\u03ff]"),
    re.compile("[\u0400-\u052f]"),
    re.compile("[\u0590-\u05ff]"),
    re.compile("[\u0600-\u06ff]"),
)
_HALFWIDTH_RUN = re.compile("[\uff61-\uff9f]{4,}")


def _is_odd(word: str) -> bool:
    if (
        _ACCENTED_RUN.search(word)
        or _INNER_SYMBOL.search(word)
        or _CASE_JUMP.search(word)
        or _HALFWIDTH_RUN.search(word)
    ):
        return True
    letters = "".join(c for c in word if c > "\x7f")
    if any(unicodedata.category(c) in {"Cc", "Co", "Cn"} for c in letters):
        return True
    return sum(1 for alphabet in _ALPHABETS if alphabet.search(word)) > 1
