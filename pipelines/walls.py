"""Pages that stand where an article should: consent, robots, logins, missing pages, paywalls.

Each rule is asked of short pages only and wants two signs that do not follow from each other, so that an article
*about* cookies, missing pages or paywalls passes.
"""

from __future__ import annotations

from typing import Final

from pipelines import notices
from pipelines.layout import prose
from pipelines.views import View, letters

# A notice has no more letters than this; a page with more text of its own is more than a notice.
_NOTICE: Final = 1_200
_FEW: Final = 400
# A form to register with may hold the terms of use.
_TERMS: Final = 12_000
# What consent walls write runs longer: purposes, partners, links.
_CONSENT: Final = 6_000
# And offer a few links, to policies and lists of partners.
_LINKS: Final = 6
# A notice block says two of the four things that cookie notices say.
_NOTIONS: Final = 2
_NOT_FOUND_CLASSES: Final = frozenset(("error404", "error-404", "page-404", "notfound", "not-found", "page-not-found"))
#: Marks that services against robots leave in the markup of their own pages (ids, classes, script addresses).
_CHALLENGES: Final = (
    "cf-challenge", "cf-browser-verification", "challenge-platform", "challenge-form", "cf-turnstile", "cf_chl",
    "captcha-delivery", "px-captcha", "_incapsula_", "incapsula", "distil_", "g-recaptcha", "h-captcha", "hcaptcha",
    "recaptcha", "aws-waf", "awswaf", "sucuri_cloudproxy", "ddos-guard", "geetest", "datadome", "kasada", "perimeterx",
    "akamai", "projectshield", "captcha",
)  # fmt: skip
#: Those of them that stand on a challenge only, never in an ordinary page.
_BARE_CHALLENGES: Final = ("captcha-delivery", "px-captcha", "cf-challenge", "cf-browser-verification")
# A page of fewer blocks is bare.
_BARE: Final = 30


def soft_404(view: View) -> str | None:
    """A page that says, with status 200, that it is not there: in its name, and by a second sign."""
    if view.declared == "firm" or view.letters > _NOTICE or not any(map(notices.not_found, view.names)):
        return None
    robots = (view.document.evidence.first_meta("robots", "googlebot") or "").lower()
    second = "noindex" in robots or bool(view.classes & _NOT_FOUND_CLASSES)
    if not second and view.letters <= _FEW:
        texts = [*view.body.paragraphs, *(b.text for b in view.document.layout.blocks if b.tag in ("p", "h2"))][:20]
        second = view.declared == "none" or any(notices.not_found(text[:120]) for text in texts)
    return "the page says that there is nothing at its address" if second else None


def soft_error(view: View) -> str | None:
    """A page that stands in, with status 200, for a site that is down: in its name, and in what it says."""
    if view.declared != "none" or view.letters > _NOTICE or not any(map(notices.down, view.names)):
        return None
    blocks = [block.text for block in view.document.layout.blocks[:40] if not notices.down(block.text)]
    return "the page says that its site is down" if any(map(notices.down_said, blocks)) else None


def bot_wall(view: View) -> str | None:
    """A page that wants its reader to prove to be human: little text, words to that effect, a challenge's markup."""
    if view.declared == "firm" or view.prose > _NOTICE or (view.letters > _FEW and not _challenged(view)):
        return None
    blocks = view.document.layout.blocks[:40]
    if view.own == 0 and len(blocks) < _BARE and _marked(view, _BARE_CHALLENGES):
        return "the page is empty but for a challenge to robots"
    named = any(map(notices.robots, view.names))
    said = any(notices.robots(block.text) for block in blocks if block.linked * 2 < len(block.text))
    if not named and not said:
        return None
    bare = len(view.document.layout.blocks) < _BARE and view.declared == "none"
    if (named and said) or bare or _challenged(view):
        return "the page asks its reader to prove to be no robot"
    return None


def _challenged(view: View) -> bool:
    return _marked(view, _CHALLENGES)


def _marked(view: View, marks: tuple[str, ...]) -> bool:
    for count, element in enumerate(view.document.tree.iter("script", "iframe", "form", "div", "input", "link")):
        if count > 400:
            break
        for name in ("id", "class", "src", "action", "href", "name"):
            value = (element.get(name) or "")[:300].lower()
            if value and any(mark in value for mark in marks):
                return True
    return False


def consent_wall(view: View) -> str | None:
    """A page that shows a question about cookies and no article."""
    if view.declared == "firm" or view.prose > _CONSENT or view.shape.headlines > _LINKS:
        return None
    text = 0
    for paragraph in view.body.paragraphs:
        text += 0 if notices.consent(paragraph) else letters(paragraph)
        if text > _FEW:
            return None
    named = any(notices.consent(name) for name in view.names) or view.address == "consent"
    notions = 1 if named else _NOTIONS
    about = other = 0.0
    for block in view.document.layout.blocks:
        mass = prose(block)
        if mass and notices.consent(block.text) >= notions:
            about += mass
        else:
            other += mass
    if about < 60:
        return None
    if other > (_NOTICE if named else _FEW) or about < other:
        return None
    if named or view.declared == "none" or view.letters < _FEW:
        return "the page asks for consent and shows nothing else"
    return None


def login_page(view: View) -> str | None:
    """A page around a form for name and password."""
    if view.declared == "firm" or view.letters > (_TERMS if view.declared == "none" else _FEW):
        return None
    named = any(map(notices.login, view.names[:8]))
    if not named and view.address != "login":
        return None
    if view.document.tree.find(".//input[@type='password']") is not None:
        return "the page is a form to log in with"
    return "the page asks to log in" if named and (view.address == "login" or view.letters < _FEW) else None


def paywall(view: View, shortest: int) -> str | None:
    """A page of whose article nothing is shown but an offer to pay or to register."""
    if view.letters >= shortest and not _offer_only(view):
        return None
    if any(notices.subscribe(block.text) or notices.register(block.text) for block in view.outside()[:400]) or (
        view.letters and _offer_only(view)
    ):
        return "the page offers a subscription and shows no text"
    return None


def _offer_only(view: View) -> bool:
    """Whether what was taken for the body is the offer itself."""
    if view.letters >= _FEW:
        return False
    offers = sum(letters(text) for text in view.body.paragraphs if notices.subscribe(text) or notices.register(text))
    return offers * 2 > view.letters
