"""Names of writers as they stand in bylines: split where they are joined, freed of "By", jobs, addresses and dates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pipelines.normalise import clean, fold

MAX_NAME = 80
MAX_WORDS = 6

# "By" in the languages of news, as it begins a byline.
_PREFIX = re.compile(
    r"^(?:(?:zeige )?alle (?:beiträge|artikel) von\b|(?:view |see )?all (?:posts|articles|stories) (?:by|from)\b"
    r"|voir tous les articles de\b|ver todas las entradas de\b|pressemitteilung von\b|im wortlaut von\b"
    r"|редактор\s?:|投稿者\b"
    r"|autorin/autor\s|(?:written|words|posted|published|reported|story|text|article|reviewed|compiled"
    r"|submitted|edited|analysis|opinion|"
    r"from|review|interview|photos?|report|guest post|exclusive|column)\s+(?:by|von)\b|by\b(?=[\s:])"
    r"|byline\s?:|authors?\s?:|reporters?\s?:|bron\s?:|quelle\s?:|source\s?:|投稿者\s?:?|translated by\b"
    r"|von\b(?=[\s:])\s?:?|vom\b(?=\s)|autor(?:in|en|es|a|e|i)?\s?:|ein (?:beitrag|artikel|text|kommentar"
    r"|gastbeitrag|interview) von\b|text\s?:|(?:verfasst|erstellt|geschrieben) von\b"
    r"|redaktion\s?:|par\b(?=\s)|propos recueillis par\b|écrit par\b|auteurs?\s?:|rédigé par\b|publié par\b"
    r"|por\b(?=[\s:])|escrito por\b|publicado por\b|redacción\s?:|reporta(?:gem|je)\s?:"
    r"|di\b(?=\s)|a cura di\b|scritto da\b|pubblicato da\b|da\b(?=\s[A-ZÀ-Ý])|door\b(?=\s)|geschreven door\b"
    r"|av\b(?=\s)|skrevet av\b|af\b(?=\s)|skrevet af\b|tekst\s?:|teksti\s?:|toimittaja\s?:|skribent\s?:|journalist\s?:"
    r"|autorzy?\s?:|opracowa(?:ł|ła|nie)\s?:?|napisał\(?a?\)?\s|przez\b|autoři?\s?:|szerző\s?:|írta\s?:"
    r"|de\b(?=\s[A-ZȘȚ][a-zăâîșț]+\s[A-Z])"
    r"|автор(?:ы|и)?\s?:|текст\s?:|беседовал[аи]?\s?:?|του\b(?=\s)|της\b(?=\s)|γράφει (?:ο|η)\b|γράφουν οι\b"
    r"|συντάκτης\s?:|yazar(?:ı)?\s?:|haber\s?:"
    r"|penulis\s?:|oleh\s?:?(?=\s)|reporter\s?:|editor\s?:|laporan\s?:|tác giả\s?:?|theo\b(?=\s)"
    r"|文\s?[/／:：●・]|文・|作者\s?[:：]|記者\s?[:：]|记者\s?[:：]|著者\s?[:：]|執筆\s?[:：]?|取材・文\s?[:：]?|来源\s?[:：]|编辑\s?[:：]"
    r"|撰文\s?[:：/／]|글\s?[:=·ㅣ|]|بقلم\s?:?|كتب(?:ت)?\s?:?|מאת\s?:?|נכתב על ידי\s?:?"
    r"|piše\s?:?(?=\s)|пише\s?:?(?=\s)|piszą?\s?:|avtor(?:ica)?\s?:|autors\s?:|autore\s?:|autorius\s?:|autorė\s?:|höfundur\s?:"
    r"|forfatter\s?:|författare\s?:|skribenter\s?:|kirjoittaja\s?:|kuvat ja teksti\s?:|yazan\s?:|foto i tekst\s?:"
    r"|від\b(?=\s[А-ЯІЇЄ])|от\b(?=\s[А-Я]\w+\s[А-Я])|авторка\s?:|аўтар\s?:|نویسنده\s?:?|تحریر\s?:?|लेखक\s?:?|द्वारा\s?:?"
    r"|লেখক\s?:?|எழுதியவர்\s?:?|โดย\s?:?|ผู้เขียน\s?:?|imeandikwa na\b|na mwandishi\b|ditulis oleh\b|disusun oleh\b"
    r"|viết bởi\b)\s*",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"(?:\s*(?:기자|특파원|객원기자|논설위원|記者|记者|編集部員|さん)"
    r"|\s*[,(]?\s*(?:staff writer|staff reporter|correspondent"
    r"|reporter|contributor|columnist"
    r"|editor|senior reporter|political editor|associated press writer)\)?)$",
    re.IGNORECASE,
)
_JOB = re.compile(
    r"\b(?:editor|reporter|correspondent|writer|journalist|columnist|producer|contributor|staff|chief|bureau"
    r"|anchor|director|professor|redakteur(?:in)?"
    r"|korrespondent(?:in)?|reporterin|chefredakt\w*|ressortleit\w*|volontär\w*|autorin|journalistin"
    r"|rédact\w*|journaliste|correspondant\w*"
    r"|redactor\w*|periodista|corresponsal|giornalista|inviato|redaktør|journalisten|politikredakt\w*|head of"
    r"|deputy|senior|manager|analyst|ceo|founder"
    r"|fellow|expert|specialist|critic|host|freelance\w*|intern|lecturer|researcher|associate|assistant)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    r"\s*(?:[;|•·／●]|\s/\s|(?<=\w\w)/(?=[A-ZÀ-Ý][a-zà-ÿ])|,\s(?:[Aa]nd|und|et|y|e|en|og|och|i|и)\s|\s(?:[Aa]nd|und"
    r"|et|y|e|og|och|&|и|και|ve|dan|và|και|与|和|及)\s|[、，]|,)\s*"
)
_JUNK = re.compile(
    r"https?:|www\.|@|\d{3,}|\d{1,2}:\d\d|©|\b(?:follow|share|subscribe|updated?|published|posted|posts?"
    r"|comments?|read more|view|profile|bio|email|e-mail|mail|"
    r"contact|twitter|facebook|instagram|linkedin|newsletter|photo|image|getty|copyright|min read|minutes?"
    r"|lesezeit|artikel|article|articles|author|autor|"
    r"admin|administrator|guest|unknown|anonymous|none|null|undefined|n/a|home|news|more|about|see all|show"
    r"|hide|save|print|click|login|sign|join|menu|search|"
    r"topics?|archive|weitere|mehr|folgen|teilen|all rights|advertis\w*|sponsored|source|quelle|foto)\b|会員|登録"
    r"|ログイン|一覧|フォロー|記事|来自|会员|登录|관련|구독",
    re.IGNORECASE,
)
_DATEISH = re.compile(
    r"\b(?:19|20)\d\d\b|\d{1,2}[./]\d{1,2}[./]|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.? \d",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+\-]{1,64}@[\w\-]{1,63}(?:\.[\w\-]{1,63}){1,4}")
_HANDLE = re.compile(r"(?<!\w)@\w{2,30}")
_EMPTY = re.compile(r"\s*[(\[<]\s*[)\]>]")
_ADDRESS = re.compile(r"(?:https?:)?//|www\.", re.IGNORECASE)
_PARENTHESIS = re.compile(r"\s*[(\[][^()\[\]]{0,60}[)\]]\s*$")
# A company and where it sits: "Courier GmbH, Vienna, Austria".
_COMPANY = re.compile(r"\b(?:GmbH|AG|Ltd|Inc|LLC|S\.?A|S\.?p\.?A|PLC|Co\. KG)\b|^[\w\-]+\.[a-z]{2,4},")
_NOBODY = re.compile(
    r"(?:no author|unknown|anonymous|publisher|author|admin|administrator|none|null|n/?a|staff)", re.IGNORECASE
)
_RIGHTS = re.compile(r"copyright|all rights reserved|alle rechte|\bCC[ -](?:BY|0)\b|creative commons", re.IGNORECASE)
# What follows a name after a comma and is none: degrees and memberships, as British and American papers print them.
_DEGREE = re.compile(
    r"(?:Ph\.?\s?D|M\.?D|D\.?O|B\.?Sc|M\.?Sc|B\.?S|M\.?S|B\.?A|M\.?A|M\.?Ed|Ed\.?D|J\.?D|LL\.?[BMD]|MBA|MPH|MPP|MSW|LCSW|DNP|FNP"
    r"|RDN?|RN|NP|PA|LDN?|CDN|CDE|APD|CSCS|CPT|DDS|DMD|DVM|PharmD|PsyD|DPT|DC|MFA|CFA|CFP|CPA|Esq|OBE|CBE|MBE|FRCP|FRS)"
    r"(?:-?C)?\.?"
)
_GENERATION = re.compile(r"(?:[JS]r|I{2,3}|IV)\.?")
# "For The Courier": for whom, not who.
_FOR = re.compile(r"(?<=\w)\s[Ff]or\s[Tt]he\s[A-Z].*$")
_CREDIT = re.compile(r"\(?(?:image|photo|picture|bild|foto|source)\s?:", re.IGNORECASE)
# "11 juin 2025 - par Jeanne Dupont": a date before the byline.
_DATED = re.compile(
    r"^[^,|]{0,40}\d[^|]{0,40}?\s?[-–—|•·,]\s?(?=(?:by|par|von|por|di|door|av|af|oleh|od|de)\s\S)", re.IGNORECASE
)
_LETTER = re.compile(r"[^\W\d_]")
_SITE_ADDRESS = re.compile(r"\s*\((?:https?://)?(?:www\.)?[\w.\-]+\.[a-z]{2,6}\)$", re.IGNORECASE)


def freed(text: str) -> str:
    """``text`` without "By" before it and a job, address or note in brackets behind it."""
    text = clean(_HANDLE.sub("", _EMAIL.sub("", text)))
    if text[:1] in "（(" and text[-1:] in "）)":
        text = text[1:-1]
    text = _DATED.sub("", text)
    for _ in range(2):
        text = _PREFIX.sub("", text).strip()
    text = _SITE_ADDRESS.sub("", text)
    text = _SUFFIX.sub("", _PARENTHESIS.sub("", text)).strip()
    return text.strip(' ,;:|•·–—-/"“”*»«›').strip()


_LABELS = re.compile(
    r"registrieren|anmelden|veröffentlicht|publicado|publié|pubblicato|opublikowano|опубликовано|фото|"
    r"(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|(?:mon|tues|wednes|thurs|fri|satur|sun)day|lundi|mardi"
    r"|mercredi|jeudi"
    r"|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo|flickr",
    re.IGNORECASE,
)


def is_visible_name(text: str) -> bool:
    """Whether ``text``, read off the page, may be a name: in scripts with case all words but particles have a capital.

    One word alone may be an account's name.
    """
    if not is_name(text) or _LABELS.match(text) or text[0].isdigit():
        return False
    words = text.split()
    if len(words) == 1 or not any(c.isupper() or c.islower() for c in text):
        return True
    return all(not word[0].islower() or word.lower() in _PARTICLES for word in words)


def is_name(text: str) -> bool:
    """Whether ``text`` may be the name of a person, a desk or an agency: short, with letters, no sentence, no date."""
    if not 2 <= len(text) <= MAX_NAME or not _LETTER.search(text) or len(text.split()) > MAX_WORDS:
        return False
    if _JUNK.search(text) or _DATEISH.search(text) or text[-1:] in "?!:":
        return False
    return not (text.endswith(".") and len(text.split()) > 4)


def split(text: str) -> list[str]:
    """The names that ``text`` joins; one that cannot be split into names comes back whole, if it is one at all."""
    text = freed(text)
    if not text:
        return []
    parts = _parts(text)
    names = [part for part in parts if part and not _is_job(part)]
    if len(names) > 1 and all(is_name(name) for name in names):
        return _unique(_unswapped(names))
    if len(names) == 1 and is_name(names[0]):
        return names
    kept = [name for name in names if is_name(name) and len(name) > 2]
    return _unique(kept[:1]) if kept else []


_PARTICLES = frozenset(
    {
        "de", "da", "di", "du", "del", "della", "der", "den", "van", "von", "zu", "la", "le", "al", "el", "bin", "ibn",
        "dos", "das", "e", "y", "ten", "ter", "af", "av", "dalla", "degli",
    }
)  # fmt: skip


def _parts(text: str) -> list[str]:
    """The parts that separators make of ``text``; "Prince and the Players" is one, as what follows is no name."""
    for match in _SPLIT.finditer(text):
        first = (text[match.end() :].split() or [""])[0]
        if _WORD_JOINER.search(match[0]) and first[:1].islower() and first not in _PARTICLES and not _is_job(first):
            return [text]
    return _without_tails(_SPLIT.split(text), [match[0] for match in _SPLIT.finditer(text)])


def _without_tails(parts: Sequence[str], joiners: Sequence[str]) -> list[str]:
    """The freed ``parts`` without what commas add to a name: a degree, a job, the place after the list's last name."""
    out: list[str] = []
    for index, part in enumerate(parts):
        after_comma = index > 0 and joiners[index - 1].strip() == ","
        if after_comma and out and _GENERATION.fullmatch(part):
            out[-1] = f"{out[-1]} {part}"
            continue
        if after_comma and (_DEGREE.fullmatch(part) or (_JOB.search(part) and " " in part)):
            continue
        closed = index > 1 and _WORD_JOINER.search(joiners[index - 2]) is not None
        if after_comma and closed and index == len(parts) - 1 and " " not in part and not part.isupper():
            continue
        out.append(freed(part))
    return out


_WORD_JOINER = re.compile(r"[^\W\d_]")


def stated(text: str) -> list[str]:
    """The names in a statement for machines; one that joins none, or names an organisation with commas, stays whole."""
    plain = clean(_EMPTY.sub("", _HANDLE.sub("", _EMAIL.sub("", text))))
    if _ADDRESS.match(plain):
        return []
    plain = _FOR.sub("", plain)
    plain = _SITE_ADDRESS.sub("", _PREFIX.sub("", plain)).strip(" ,;|-–")
    if not plain or len(plain) > 600 or not _LETTER.search(plain):
        return []
    if plain.startswith("(") or _CREDIT.search(plain) or _NOBODY.fullmatch(plain) or _RIGHTS.search(plain):
        return []
    parts = [part for part in _parts(plain) if part]
    if len(parts) > 1 and _COMPANY.search(plain):
        return parts[:1]
    if len(parts) > 1 and all(is_name(part) and not _is_job(part) for part in parts):
        people = _unswapped(parts)
        if any(looks_personal(name) for name in people) or re.search("[;|]", plain):
            return _unique(people)
    if len(parts) == 1 and len(parts[0]) < len(plain) and looks_personal(parts[0].title()) and is_name(parts[0]):
        return parts
    alone = _SUFFIX.sub("", plain)
    return [alone] if len(alone) <= 3 * MAX_NAME else []


def _unswapped(parts: list[str]) -> list[str]:
    """``Doe, Jane`` is one person: two single words that a comma parts are put in order."""
    if len(parts) == 2 and all(len(part.split()) == 1 and part[:1].isupper() and not part.isupper() for part in parts):
        return [f"{parts[1]} {parts[0]}"]
    return parts


def _is_job(text: str) -> bool:
    return bool(_JOB.search(text)) and not re.search(r"\b[A-ZÀ-Ý]\w+\s[A-ZÀ-Ý]\w+\s.*", _JOB.sub("", text))


def _unique(names: Iterable[str]) -> list[str]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(fold(name), name)
    return list(found.values())


def looks_personal(text: str) -> bool:
    """Whether ``text`` reads as a person's name: two to five words that begin with capitals, or have no case."""
    words = text.split()
    if not text or text.isupper():
        return False
    if not any(c.isupper() or c.islower() for c in text):
        return 2 <= len(text) <= 20
    return 2 <= len(words) <= 5 and all(word[:1].isupper() or word.lower() in _PARTICLES for word in words)


def is_handle(text: str) -> bool:
    """Whether ``text`` is an account's name (``jane-doe``), not a person's or an agency's (``dpa``)."""
    return bool(re.fullmatch(r"[a-z0-9][a-z0-9_.\-]{4,}", text))
