"""What each block of a page shows: named numbers, most of them 0 and left out, that the fitted weights are applied to.

This is the first look, at a block for itself: its size, links, punctuation, markup, cues and notices, and how far below
the headline it stands. The second, :mod:`pipelines.places`, sees it among the others. Values lie between 0 and 1.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Final

from pipelines import cues, phrases
from pipelines.blocks import HEADINGS, Block, Layout, Region
from pipelines.layout import prose, size
from pipelines.normalise import fold

Features = dict[str, float]

_STEPS: Final = (20, 40, 70, 110, 170, 260, 400)
_STOPS: Final = tuple('.!?…;"”»“)。！？」؟।۔')
_DATE = re.compile(r"\d{1,2}[:.h]\d{2}|\b(?:19|20)\d\d\b|\d{1,2}[./-]\d{1,2}|\d{1,2}[年月日]")
_WORD = re.compile(r"\w+")
# A block of fewer characters may be a label or a notice.
_SHORT: Final = 200
_NAMES: Final = tuple(
    (value, name.lower())
    for name, value in sorted(vars(cues).items())
    if name.isupper() and not name.startswith("_") and isinstance(value, int)
)


def signature(layout: Layout, block: Block) -> tuple[str, str, str, str]:
    """The markup that a block is set in: its element's tag and class, and those of the element around it."""
    region = layout.regions[block.region]
    above = layout.regions[max(region.parent, 0)]
    return (region.tag, region.element.get("class") or "", above.tag, above.element.get("class") or "")


@dataclass(slots=True, kw_only=True)
class Known:
    """What the other fields have found already, as folded keys: a body repeats none of it."""

    title: str
    description: str
    others: frozenset[str]
    article: str


def known(
    title: str | None, description: str | None, others: tuple[str, ...] = (), article_body: str | None = None
) -> Known:
    """The keys of a page's title, description, bullets and authors; ``article_body`` is the JSON-LD one."""
    return Known(
        title=fold(title or ""),
        description=fold(description or "").rstrip(". "),
        others=frozenset(fold(text) for text in others),
        article=squeeze(article_body) if article_body else "",
    )


def squeeze(text: str) -> str:
    """``text`` folded, without white space: for finding a paragraph in a text whose breaks were lost."""
    return "".join(fold(text).split())


def first_look(layout: Layout, about: Known) -> list[Features]:
    """The features of every block for itself."""
    folded = [fold(block.text) for block in layout.blocks]
    repeats = Counter(folded)
    shares: Counter[tuple[str, str, str, str]] = Counter()
    signatures = [signature(layout, block) for block in layout.blocks]
    total = 1.0
    for block, mark in zip(layout.blocks, signatures, strict=True):
        mass = prose(block)
        shares[mark] += int(mass)
        total += mass
    place_cache: dict[int, Features] = {}
    title_words = set(_WORD.findall(about.title))
    result = []
    for block, key, mark in zip(layout.blocks, folded, signatures, strict=True):
        if block.region not in place_cache:
            place_cache[block.region] = _place(layout.regions[block.region])
        features = dict(place_cache[block.region])
        _text(block, features)
        if repeats[key] > 1:
            features["repeated"] = 1
        share = shares[mark] / total
        features["signature"] = share
        features["signature<.05" if share < 0.05 else "signature<.3" if share < 0.3 else "signature>.3"] = 1
        _known(block, key, about, title_words, features)
        result.append(features)
    _after_title(layout, result)
    return result


def _after_title(layout: Layout, looks: list[Features]) -> None:
    """How far below the headline each block stands: an article follows its title."""
    headline = next(
        (block.index for block, look in zip(layout.blocks, looks, strict=True) if block.tag == "h1" and _titled(look)),
        None,
    )
    if headline is None:
        headline = next(
            (
                block.index
                for block, look in zip(layout.blocks, looks, strict=True)
                if block.tag in HEADINGS and _titled(look)
            ),
            None,
        )
    if headline is None:
        headline = next((block.index for block in layout.blocks if block.tag == "h1"), None)
    if headline is None:
        for look in looks:
            look["headline.none"] = 1
        return
    passed = 0.0
    for block, look in zip(layout.blocks, looks, strict=True):
        distance = block.index - headline
        if distance < 0:
            look["headline.above"] = 1
            continue
        bound = next((bound for bound in _DISTANCES if distance < bound), 0)
        look[f"headline<{bound}" if bound else "headline.far"] = 1
        look[
            "headline.prose<300" if passed < 300 else "headline.prose<3000" if passed < 3000 else "headline.prose>3000"
        ] = 1
        passed += prose(block)


_DISTANCES: Final = (6, 15, 40, 100)


def _titled(look: Features) -> bool:
    return "title.same" in look or "title.like" in look


def _text(block: Block, features: Features) -> None:
    text = block.text
    length = size(text)
    linked = block.linked / len(text)
    step = next((bound for bound in _STEPS if length < bound), 0)
    features[f"size<{step}" if step else "size"] = 1
    features[f"tag.{block.tag}"] = 1
    stops = text.endswith(_STOPS)
    short = length < _SHORT
    if stops:
        features["stops.short" if length < 80 else "stops.long"] = 1
    else:
        features["open.short" if length < 80 else "open.long"] = 1
    if linked:
        features["linked"] = linked
        if linked > 0.9:
            features["all_link.short" if short else "all_link.long"] = 1
        elif linked > 0.4:
            features["half_link.short" if short else "half_link.long"] = 1
        if block.links > 2:
            features["many_links"] = 1
    if block.strong > 0.9 * len(text):
        features["emphasis.short" if length < 100 else "emphasis.long"] = 1
    elif block.strong and text.find(":") in range(1, 60):
        features["emphasis.lead"] = 1
    if block.media:
        features["media.short" if short else "media.long"] = 1
    features["commas"] = min(text.count(",") + text.count("،") + text.count("、"), 6) / 6
    if short:
        digits = sum(map(str.isdigit, text)) / len(text)
        if digits:
            features["digits"] = digits
            if length < 90 and _DATE.search(text):
                features["date"] = 1
        if "|" in text or "•" in text or "·" in text or "›" in text:
            features["bar"] = 1
        if "/" in text:
            features["slash"] = 1
        if text[0] in "([{":
            features["bracket"] = 1
        elif text[0] in "-–—•*►▶→»>+#":
            features["dash"] = 1
        for name in phrases.found(text):
            features[name if length >= 90 else name + ".short"] = 1
        if text.endswith(":"):
            features["colon"] = 1
        elif text.endswith("?"):
            features["question"] = 1
        if text.isupper():
            features["capitals"] = 1
    if "@" in text:
        features["at"] = 1
    if "©" in text or "(c)" in text:
        features["copyright"] = 1
    if "http" in text or "www." in text:
        features["address"] = 1
    if text[0].islower():
        features["lower"] = 1
    elif text[0] in "\"'“„«»‘「":
        features["quote"] = 1
    if block.tag in HEADINGS:
        features["heading"] = 1


def _place(region: Region) -> Features:
    """The cues of a region and of what is around it."""
    features: Features = {}
    for bit, name in _NAMES:
        if region.cues & bit:
            features[f"own.{name}"] = 1
        if region.inherited & bit:
            features[f"in.{name}"] = 1
    return features


def _known(block: Block, key: str, about: Known, title_words: set[str], features: Features) -> None:
    if about.title and len(key) < 2 * len(about.title) + 20:
        if key == about.title:
            features["title.same"] = 1
        elif title_words:
            words = set(_WORD.findall(key))
            both = len(words & title_words)
            if both >= 0.75 * len(title_words) and both >= 0.6 * len(words):
                features["title.like"] = 1
    if len(about.description) > 20:
        bare = key.rstrip(". ")
        if bare == about.description or (
            len(about.description) > 40
            and bare.startswith(about.description[:-4])
            and len(bare) < 1.5 * len(about.description)
        ):
            features["description.same"] = 1
        elif len(key) > 40 and (key[:60] == about.description[:60] or bare in about.description):
            features["description.like"] = 1
    if key in about.others:
        features["known"] = 1
    del block
