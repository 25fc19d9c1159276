"""Whether a reader may read the whole article: free, metered, paywalled, registration or unknown.

What a page declares is often about its visitors at large, or plainly wrong; so a declaration is weighed against the
text that is there. A wall below a short text tells more than any flag; a whole text that is declared to cost something
was shown nevertheless, so it is metered.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Final

from pipelines import cues, notices
from pipelines.blocks import Block
from pipelines.candidates import Candidate, Choice
from pipelines.document import Document
from pipelines.fields.body import Body, Dropped
from pipelines.layout import size
from pipelines.normalise import words
from storage.records import Access

# Letters of body from which on a text counts as whole when nothing says that there is more.
_WHOLE: Final = 2_500
# A shorter one does where it ends with a sentence and no wall is in sight; teasers are shorter still.
_LIKELY_WHOLE: Final = 1_200
# A text that has less than this share of the words that the page declares is cut.
_CUT: Final = 0.6
# A longer block is a paragraph about walls, not a wall.
_WALL_TEXT: Final = 400
_SHORTEST: Final = 12
# An offer that stands in the text is one of so many last paragraphs, and as short as this.
_LAST: Final = 3
_OFFER_TEXT: Final = 300
# Looked for in lower case, and every alternative begins with a letter: so is it found several times as fast.
_ACCOUNT: Final = re.compile(
    r"subscri|a(?<!\wa)bos?\b|abonn|abonament|suscri|assina|prenum|předplat|predplat|előfizet|pretplat|naročn|подписч|подписк"
    r"|передплат|συνδρομ|abone|member|account|konto|cuenta|conta\b|compte|regist|premium|sign up|log ?in|anmelden"
    r"|einloggen|会員|有料|登録|订阅|訂閱|订户|會員|付費|付费|구독|회원|로그인|مشترك|اشترك|מנוי|langganan|tilaa|áskrift|tellija"
)
# So many blocks are looked at. An offer stands where the text that it cuts ends, or in a box named so.
_MOST: Final = 2_000
_NEAR: Final = 25
# Where every page of a site offers its subscription.
_ELSEWHERE: Final = (
    cues.NAVIGATION | cues.FOOTER | cues.HEADER | cues.COMMENTS | cues.ASIDE | cues.RELATED | cues.ADVERT
    | cues.NEWSLETTER | cues.CONSENT
)  # fmt: skip
#: Facebook's and Google's words for the tiers of ``article:content_tier``, and what publishers write beside them.
_TIERS: Final[dict[str, Access]] = {
    "free": "free",
    "metered": "metered",
    "locked": "paywalled",
    "paid": "paywalled",
    "premium": "paywalled",
    "plus": "paywalled",
    "subscriber": "paywalled",
    "subscribers": "paywalled",
    "paywall": "paywalled",
    "registration": "registration",
    "registered": "registration",
}
_TIER_NAMES: Final = (
    "article:content_tier", "og:article:content_tier", "content_tier", "content-tier", "article:access",
    "content-access", "paywall-type", "contenttier",
)  # fmt: skip
# The last characters of a sentence that was not cut.
_STOPS: Final = tuple('.!?”"»“)。！？」؟।۔：:*')


def part(body: Body) -> tuple[Body, str | None]:
    """``body`` without the offer to subscribe that stands as its last words, and that offer.

    Such an offer looks like a paragraph of the article. It is short, says that there is more to read, names a
    subscription or an account, and does so twice or by a question: an article may quote one.
    """
    paragraphs = body.paragraphs
    for index in range(max(1, len(paragraphs) - _LAST), len(paragraphs)):
        text = paragraphs[index]
        if len(text) <= _OFFER_TEXT and _is_offer(text):
            dropped = tuple(Dropped(text=text, rule="offer to subscribe") for text in paragraphs[index:])
            return dataclasses.replace(body, paragraphs=paragraphs[:index], dropped=(*body.dropped, *dropped)), text
    return body, None


def _is_offer(text: str) -> bool:
    accounts = {match[0] for match in _ACCOUNT.finditer(text.lower())}
    insists = len(accounts) > 1 or any(mark in text for mark in "?？؟")
    return bool(accounts) and insists and (notices.subscribe(text) or notices.register(text))


def choose(document: Document, body: Body, offer: str | None = None) -> Choice[Access]:
    """The access of ``document``, whose body is ``body``; the warning ``truncated`` where the text breaks off.

    ``offer`` is what :func:`part` found at the end of the text.
    """
    length = sum(map(size, body.paragraphs))
    cut = _cut(document, body) or offer is not None
    wall = _offered(offer) or (_wall(document, body) if cut or length < _WHOLE else None)
    ends = bool(body.paragraphs) and body.paragraphs[-1].endswith(_STOPS)
    whole = not cut and (length >= _WHOLE or (wall is None and ends and length >= _LIKELY_WHOLE))
    found: list[Candidate[Access]] = [] if wall is None else [wall]
    for candidate in _declared(document):
        value = "metered" if candidate.value in ("paywalled", "registration") and whole else candidate.value
        found.append(Candidate(value=value, source=candidate.source, raw=candidate.raw))
    found.append(Candidate(value="unknown", source="default"))
    closed = found[0].value in ("paywalled", "registration")
    return Choice(
        field="access",
        winner=found[0],
        candidates=tuple(found),
        why="a wall below the text" if wall else "declared" if len(found) > 1 else "nothing tells",
        warnings=("truncated",) if cut or (closed and not whole) else (),
    )


def _declared(document: Document) -> list[Candidate[Access]]:
    evidence = document.evidence
    found: list[Candidate[Access]] = []
    for name in _TIER_NAMES:
        found += [
            Candidate(value=_TIERS[tier], source=f"meta:{name}", raw=raw)
            for raw in evidence.meta.get(name, ())
            if (tier := raw.strip().lower()) in _TIERS
        ]
    flags = [(n.is_accessible_for_free, n.origin) for n in evidence.articles if n.is_accessible_for_free is not None]
    # Where the nodes of one page differ, the stricter one describes the part behind the wall.
    for free, origin in sorted(flags, key=lambda flag: flag[0]):
        found.append(Candidate(value="free" if free else "paywalled", source=origin, raw=str(free).lower()))
    return found


def _cut(document: Document, body: Body) -> bool:
    """Whether the page declares a longer text than it shows."""
    counted = max((node.word_count or 0 for node in document.evidence.articles), default=0)
    if not 100 < counted < 50_000 or not body.paragraphs:
        return False
    if words("\n".join(body.paragraphs)) >= _CUT * counted or body.paragraphs[-1].endswith(_STOPS):
        return False
    return not any(node.is_accessible_for_free for node in document.evidence.articles)


def _wall(document: Document, body: Body) -> Candidate[Access] | None:
    """A wall that stands on the page: a box named so, or a short block that says so."""
    inside = frozenset(body.paragraphs)
    blocks = document.layout.blocks
    last = max((block.index for block in blocks if block.text in inside), default=0)
    for block in blocks[:_MOST]:
        if block.text in inside or not _may_be_wall(block, last):
            continue
        if wall := _offered(block.text):
            return wall
    return None


def _offered(text: str | None) -> Candidate[Access] | None:
    """What an offer asks for, money or a name: "Register for free to read" asks for no money."""
    if text is None:
        return None
    if notices.register(text) and (notices.free(text) or not notices.subscribe(text)):
        return Candidate(value="registration", source="wall", raw=text)
    return Candidate(value="paywalled", source="wall", raw=text) if notices.subscribe(text) else None


def _may_be_wall(block: Block, last: int) -> bool:
    """Whether a block stands where walls do (``last`` is the index of the body's last) and is as short as they are."""
    if not _SHORTEST <= len(block.text) <= _WALL_TEXT:
        return False
    if block.cues & cues.PAYWALL:
        return True
    return last - _NEAR <= block.index <= last + _NEAR and not block.cues & _ELSEWHERE
