"""What class names and ids betray about a part of a page, folded into bits.

The words are the ones that content management systems and their themes use; they are compared as whole words of a
class or id (``post-comments`` is ``post`` and ``comments``; ``relatedPosts`` is ``related`` and ``posts``), never as
substrings. A cue is a hint, not a verdict: the modules that read it guard each removal by the mass of text it takes.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final

# What a region of a page may be; a region's cues are the sum of such bits.
COMMENTS: Final = 1 << 0
RELATED: Final = 1 << 1
SHARE: Final = 1 << 2
NEWSLETTER: Final = 1 << 3
CAPTION: Final = 1 << 4
BYLINE: Final = 1 << 5
TAGS: Final = 1 << 6
ADVERT: Final = 1 << 7
CONSENT: Final = 1 << 8
PAYWALL: Final = 1 << 9
BIOGRAPHY: Final = 1 << 10
NAVIGATION: Final = 1 << 11
ASIDE: Final = 1 << 12
HEADER: Final = 1 << 13
FOOTER: Final = 1 << 14
STANDFIRST: Final = 1 << 15
BULLETS: Final = 1 << 16
HEADLINE: Final = 1 << 17
HIDDEN: Final = 1 << 18
FORM: Final = 1 << 19
BODY: Final = 1 << 20
BOX: Final = 1 << 21
MEDIA: Final = 1 << 22
DATE: Final = 1 << 23
IMAGE: Final = 1 << 24
LABEL: Final = 1 << 25
LINK: Final = 1 << 26
OVERLAY: Final = 1 << 27
LAYOUT: Final = 1 << 28
ALIGN: Final = 1 << 29
NOTE: Final = 1 << 30
PARAGRAPH: Final = 1 << 31
EMBED: Final = 1 << 32

_WORDS: Mapping[int, str] = {
    COMMENTS: "comment comments commentlist respond disqus commenting kommentare kommentar comentarios commentaires",
    RELATED: (
        "related recirc recirculation recommended recommendation recommendations recommend readmore outbrain "
        "taboola teaser teasers trending popular morefrom readalso alsoread seealso mostread mostviewed "
        "suggested suggestions relacionadas relacionados relatedposts relatedarticles furthermore upnext "
        "yarpp zergnet dable"
    ),
    SHARE: (
        "share sharing sharebar sharetools social socials addthis addtoany sharedaddy sharethis sociallinks "
        "shares whatsapp followus follow socialmedia"
    ),
    NEWSLETTER: "newsletter newsletters signup subscribe subscription mailchimp optin",
    CAPTION: "caption captions figcaption credit credits copyright imagecaption photocredit legend",
    BYLINE: "byline bylines author authors authored signature dateline pubdate timestamp",
    TAGS: "tags tag taglist tagcloud topics keywords taxonomy breadcrumb breadcrumbs",
    ADVERT: "ad ads advert advertisement advertising adslot sponsored sponsor dfp promo promotion banner",
    CONSENT: "cookie cookies consent gdpr onetrust cmp",
    PAYWALL: "paywall regwall piano paygate meteredcontent subscriptionwall",
    BIOGRAPHY: "bio biography authorbio authorbox aboutauthor contributor",
    NAVIGATION: "nav navigation navbar menu pagination pager breadcrumb breadcrumbs toc",
    ASIDE: "sidebar aside widget widgets rail",
    FOOTER: "footer foot",
    HEADER: "header masthead",
    STANDFIRST: "standfirst lead lede dek deck subtitle subheadline subhead intro excerpt chapo sapo summary",
    BULLETS: "bullets bullet keypoints keypoint highlights takeaways takeaway",
    HEADLINE: "headline title kicker",
    HIDDEN: "hidden hide visuallyhidden offscreen",
    BODY: (
        "articlebody articlecontent articletext storybody storycontent entrycontent postcontent postbody "
        "bodytext maincontent richtext bodycopy fulltext"
    ),
    BOX: "box infobox factbox sidebox inset pullquote",
    MEDIA: "gallery slideshow carousel video player slider lightbox",
    DATE: "date published updated time",
    IMAGE: (
        "image images img picture figure photo photos foto fotos bild imagecontainer wpcaption media visual "
        "illustration"
    ),
    LABEL: (
        "label labels meta metadata info count overline icon icons name badge eyebrow section category rubric flag data"
    ),
    LINK: "link links cta button buttons btn more list listitem item items card cards feed articles news story stories",
    OVERLAY: "overlay modal popup popover placeholder panel tooltip dropdown drawer toast offcanvas collapse",
    LAYOUT: "flex grid col row border bg background column columns gap justify shadow container wrapper inner",
    ALIGN: "align alignleft alignright left right float pull inset aligncenter pullleft pullright floatleft floatright",
    NOTE: "disclaimer note notes correction footnote footnotes print source sources legal terms",
    PARAGRAPH: "paragraph paragraphs para text texto crosshead prose",
    EMBED: "tweet twittertweet instagrammedia fbpost embedded blueskyembed tiktokembed oembed",
}

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_MAX_ATTRIBUTE = 300


def _index(words: Mapping[int, str]) -> dict[str, int]:
    index: dict[str, int] = {}
    for cue, text in words.items():
        for word in text.split():
            index[word] = index.get(word, 0) | cue
    return index


_INDEX = _index(_WORDS)


@lru_cache(maxsize=32768)
def words(attribute: str) -> tuple[str, ...]:
    """The lower-case words of a class or id (its first 300 characters), with each neighbouring pair joined as well."""
    found: list[str] = []
    for name in attribute[:_MAX_ATTRIBUTE].split():
        parts = [part.lower() for part in _WORD.findall(name)]
        found += parts
        found += [a + b for a, b in itertools.pairwise(parts)]
    return tuple(found)


@lru_cache(maxsize=32768)
def of(attribute: str) -> int:
    """The cues in the words of a class or id."""
    return combine(_INDEX[word] for word in words(attribute) if word in _INDEX)


def combine(cues: Iterable[int]) -> int:
    """All of ``cues`` in one."""
    result = 0
    for cue in cues:
        result |= cue
    return result
