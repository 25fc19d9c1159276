"""Every stable code that an extraction may carry, with the sentence that explains it.

``WARNINGS`` qualify an article that was kept; ``REASONS`` say why a page became a :class:`~storage.records.Rejection`.
``docs/reasons.md`` is written from these two tables, and a test holds them together. A code never changes its meaning;
a parametrised one (``selector_unmatched:title``) is listed by the part before the colon.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

WARNINGS: Mapping[str, str] = MappingProxyType(
    {
        "charset_guessed": "The page's encoding was declared nowhere and had to be guessed from its bytes.",
        "charset_mislabelled": "The bytes are in another encoding than declared; they were read as what they are.",
        "charset_damaged": "Some bytes fit no encoding and were replaced.",
        "too_deep": "The markup nests deeper than the parser follows; what lies below was not read.",
        "too_large": "The markup holds more blocks, or an element more attributes, than are read; the rest was left.",
        "cut_short": "The transfer ended before the page did; what arrived was read.",
        "degraded": "A later capture that shows less, cut short or behind a wall; never the current revision.",
        "title_from_entrance": "The page states no title; the one that the entrance announced was taken.",
        "title_from_url": "Neither page nor entrance states a title; it was made from the address.",
        "no_date": "No date of publication was found.",
        "day_utc": "The instant is known in UTC only, so `date` is the UTC day, not the publisher's.",
        "zone_from_domain": "The instant is known in UTC only; `date` is the day in the country of the page's domain.",
        "naive_time": "The page gives a time without a zone and none could be inferred; only the day was kept.",
        "future_date": "The date of publication lies after the day of the capture.",
        "modified_before_published": "The page says that it was changed before it was published.",
        "date_from_entrance": "The page states no date; the one that the entrance announced was taken.",
        "date_guessed": "The date was found by searching the whole page, without a mark that names it.",
        "language_mismatch": "The text is in another language than the page declares; the detected one was taken.",
        "body_from_fallback": "Our own reading found little; the body is what trafilatura's found.",
        "body_from_state": "The markup holds next to no text; the body is what the page's scripts carry.",
        "body_from_json_ld": "The markup holds next to no text; the body is what the page's linked data states.",
        "truncated": "The text breaks off: only its beginning is shown to readers without a subscription.",
        "selector_unmatched": "A selector configured for the field after the colon matches nothing on the page.",
        "canonical_distrusted": "The page declares the address of another article as its own; it was not believed.",
        "replaces_twin": "The row takes the place of another version's (AMP, print); the difference is no edit.",
        "selector_unreadable": "What a selector finds for the field after the colon cannot be read as one.",
        "selector_expired": "A selector's rules have passed their `valid_until` and were not used.",
    }
)

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "bomb": "The payload inflates beyond the limit for its size.",
        "broken_encoding": "The payload is not in the content encoding that its header names.",
        "unknown_encoding": "The content encoding is none that can be decoded.",
        "empty": "The page has no content.",
        "unparseable": "The bytes give no HTML tree.",
        "http_error": "The server answered with an error.",
        "not_html": "The page is a document of another kind than HTML.",
        "bot_wall": "A challenge for robots stands in place of the page.",
        "consent_wall": "The page asks for consent and shows nothing else.",
        "login_page": "The page asks to log in and shows nothing else.",
        "needs_javascript": "The page holds no text until its scripts have run.",
        "paywall": "Only an offer to subscribe or to register stands where the text should be.",
        "soft_404": "The page says that it was not found, though the server answered 200.",
        "soft_error": "The page says that its site is down or being worked on, though the server answered 200.",
        "front_page": "The page is the front page of a site, or of one of its editions.",
        "section_page": "The page lists other articles: a section, a tag, an author, a month.",
        "search_page": "The page lists what a search found.",
        "video_only": "The page is a video with next to no text.",
        "no_article": "The page is one of the house's own (about, contact, imprint), a wiki's history, or a bare file.",
        "too_short": "The text is too short to be an article.",
        "no_title": "Neither the page, its entrance nor its address gives a title.",
    }
)


def known(code: str) -> bool:
    """Whether ``code`` (with or without a parameter after a colon) stands in one of the two tables."""
    name = code.partition(":")[0]
    return name in WARNINGS or name in REASONS
