"""Which reservations of rights keep a page out of the archive, by the policy of its source; see docs/rights.md."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

RightsPolicy = Literal["record", "skip", "research"]
POLICIES: Final[tuple[RightsPolicy, ...]] = get_args(RightsPolicy)

# Reservations of text and data mining as article 4(3) of directive (EU) 2019/790 means them; article 3, the exception
# for scientific research, knows no such reservation.
_MINING: Mapping[str, str] = MappingProxyType(
    {"tdm-reservation=1": "tdm_reserved", "noai": "ai_reserved", "noml": "ai_reserved"}
)
# Wishes not to be listed at all, which no exception for mining touches. ``none`` is ``noindex, nofollow``.
_LISTING: Mapping[str, str] = MappingProxyType({"noindex": "noindex", "none": "noindex"})
# No word of a page's: what stands beside them where its bytes cannot be decoded, so that nobody knows what it says.
UNREADABLE: Final = "unreadable"

REASONS: Mapping[str, str] = MappingProxyType(
    {
        "tdm_reserved": "The page reserves text and data mining (TDMRep), and the source's `rights_policy` obeys.",
        "ai_reserved": "The page says `noai` or `noml`, and the source's `rights_policy` obeys.",
        "noindex": "The page says `noindex` or `none`, and the source's `rights_policy` obeys.",
        "noarchive": "The page says `noarchive`, and the source has `obey_noarchive`.",
        "rights_unreadable": "What the page says of its rights cannot be decoded, and the source's policy obeys.",
    }
)

_OBEYED: Mapping[RightsPolicy, Mapping[str, str]] = MappingProxyType(
    {"record": MappingProxyType({}), "skip": MappingProxyType({**_MINING, **_LISTING}), "research": _LISTING}
)


def refusal(rights: Collection[str], policy: RightsPolicy, *, obey_noarchive: bool) -> str | None:
    """The reason code for which a page with these ``rights`` is not kept, or None where it is.

    ``rights`` are words as :func:`pipelines.peek.peek` gives them.
    """
    obeyed = _OBEYED[policy]
    for word, reason in obeyed.items():
        if word in rights:
            return reason
    if obey_noarchive and "noarchive" in rights:
        return "noarchive"
    return "rights_unreadable" if UNREADABLE in rights and needs_page(policy, obey_noarchive=obey_noarchive) else None


def needs_page(policy: RightsPolicy, *, obey_noarchive: bool) -> bool:
    """Whether what a page says of its rights can keep it out, so that it has to be read before it is written."""
    return obey_noarchive or bool(_OBEYED[policy])
