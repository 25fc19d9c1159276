"""Every stable code that a row of ``captures`` may carry, with the sentence that explains it.

The extractor's own codes stand in :mod:`pipelines.codes`, those of downloads in :mod:`crawler.failures`, those of
entrances in :mod:`crawler.discovery`; :data:`REASONS` is all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from crawler import discovery, failure_codes
from pipelines import codes, policy
from pipelines.importing import reasons as imports

OUTCOMES: Mapping[str, str] = MappingProxyType(
    {
        "announced": "An entrance named the URL for the first time.",
        "fetched": "An entrance, robots.txt or a rights file was had.",
        "archived": "The page is an article that the archive had not; it has a row in `articles`.",
        "revised": "The article's text has changed; the new revision has a row in `articles`.",
        "unchanged": "The article is as the archive has it.",
        "gone": "A known article's page is no more; its rows stay.",
        "rejected": "The page is no article, or none that can be read; the page is in the WARC.",
        "refused": "The page was not asked for, by rule.",
        "failed": "The page could not be had.",
        "deferred": "The page was not asked for yet; a later run does.",
    }
)

CRAWL: Mapping[str, str] = MappingProxyType(
    {
        "alias": "The address leads to an article that the archive has under another address.",
        "archive_failed": "The archive could not be written; the next run asks again.",
        "bug": "Broadsheet made a mistake; the run ended as failed and its row says which.",
        "crawl_delay": "robots.txt asks for a longer wait than `[crawl] max_delay`; the host is left for a later run.",
        "budget_bytes": "The run, or the source's share of it, had received `budget_bytes` bytes.",
        "budget_pages": "The run, or the source's share of it, had asked for `budget_pages` articles.",
        "budget_time": "The run, or the source's share of it, had lasted for `budget_time`.",
        "crowded": "So many large sitemaps came at once that memory ran short; a later run asks for this one again.",
        "cut_short": "The transfer ended before the page did; it is tried again.",
        "disk_full": "The archive's disk had less room than `[archive] min_free`; a later run goes on.",
        "degraded": "The page shows less than the archive has: it is cut short or behind a wall. Nothing is replaced.",
        "extract_crashed": "The extractor has a bug that this page met; the page is in the WARC, the run failed.",
        "extract_killed": "The worker process died on this page.",
        "extract_memory": "The page needed more memory than `[crawl] extract_memory`.",
        "extract_timeout": "The page took longer than `[crawl] extract_timeout`.",
        "forgotten": "The page was removed from the archive on request, and is kept out of it.",
        "host_errors": "The host answered nothing but errors, and was left alone for the rest of the run.",
        "limit": "The run had fetched as many articles as `--limit` allows; a later run goes on.",
        "own_page": "The page at the article's own address; it takes the place of a version (AMP, print) met before.",
        "not_modified": "The host answered that nothing has changed (HTTP 304).",
        "offsite": "The address is on a host that is not the source's; list it in `hosts` to follow it.",
        "private_address": "The host lies on this machine or in a private network; `allow_private` would let it.",
        "out_of_range": "Some of what the entrance announces is not of the days asked for by `--since` and `--until`.",
        "recovered": "A dead run had fetched it; it was indexed when the next run began.",
        "redirect_broken": "A redirect names no address that can be asked for.",
        "redirect_loop": "The redirects go round in a circle, or are too many.",
        "redirected_elsewhere": "A known article's address now leads to another page: a front page or another story.",
        "retry_after": "The host asked to be left alone until an instant (Retry-After); a later run goes on then.",
        "render_failed": "The browser gave no document of the page; a later run asks again.",
        "robots": "The host's robots.txt disallows it.",
        "robots_unavailable": "The host's robots.txt could not be had (RFC 9309: stay out until it can).",
        "same_payload": "The page came byte for byte as it came before.",
        "same_target": "Another address of this run led to the same page, which failed; a later run asks again.",
        "same_text": "The page shows the text that the archive has.",
        "stopped": "The run was stopped before the address had its turn; a later run goes on.",
        "too_deep": "The sitemap stands deeper in a tree of indexes than is followed.",
        "too_many_entrances": "The source's indexes name more sitemaps than are asked for in one run.",
        "too_large": "The answer exceeds `[crawl] max_page`; what came until then is in the WARC.",
        "twin": "The address is a mobile, AMP or print version of an article that the archive has; not asked for.",
        "unsettled": "The run ended without learning what became of the address; a later run asks again.",
    }
)

# ``http_404`` and its like: one code for each status, all explained by this sentence.
HTTP = "The host answered with that HTTP status."

REASONS: Mapping[str, str] = MappingProxyType(
    {**CRAWL, **failure_codes.REASONS, **discovery.REASONS, **policy.REASONS, **codes.REASONS, **imports.REASONS}
)


def explain(code: str) -> str | None:
    """The sentence for ``code``, or None where it is none of ours."""
    if code.startswith("http_") and code[5:].isdigit():
        return HTTP
    return REASONS.get(code)
