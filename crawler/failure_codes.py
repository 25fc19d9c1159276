"""Why nothing came back, in codes; apart from :mod:`crawler.failures`, which needs Scrapy to tell them."""

from __future__ import annotations

REASONS: dict[str, str] = {
    "timeout": "The host did not answer completely within the time limit.",
    "dns": "The host's name could not be resolved.",
    "connection_refused": "The host refused the connection.",
    "connection_lost": "The host closed the connection without a whole answer.",
    "tls": "The host's TLS certificate or handshake failed.",
    "proxy": "The proxy refused to pass the request on.",
    "cancelled": "The download was given up on our side.",
    "bad_answer": "The answer's head is no HTTP that can be kept: a status of four digits, two lengths, a huge head.",
    "bad_url": "The address cannot be asked for.",
    "network": "The network failed in another way; the detail says how.",
}
