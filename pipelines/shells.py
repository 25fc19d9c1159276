"""Pages whose text is not in the markup: shells that a script fills, and players of a video."""

from __future__ import annotations

from typing import Final

from lxml.html import HtmlElement

from pipelines import notices
from pipelines.views import View

# Below so many letters a page shows no text of its own.
_EMPTY: Final = 200
# Less than a sentence.
_LINE: Final = 60
# A page of so many scripts is made by them; an empty one by hand has none.
_SCRIPTS: Final = 3
# A caption below a video has a sentence or two.
_CAPTION: Final = 260
_CAPTION_OF_VIDEO: Final = 420
#: Where frameworks mount what they render: ids, and elements of their own.
_MOUNTS: Final = frozenset(
    """
    root app __next __nuxt __layout ___gatsby app-root react-root reactroot main-app app-mount svelte mount
    application ember-app page-root site-root q-app vue-app wrapper-app
    """.split()  # noqa: SIM905
)
_MOUNT_TAGS: Final = ("app-root", "ion-app", "app-main", "my-app", "router-outlet")
_PLAYERS: Final = ("player", "/embed/", "video", "jwplatform", "brightcove", "dailymotion", "vimeo", "youtube")


def needs_javascript(view: View) -> str | None:
    """A page with next to no text that says so itself, or whose place for the text is empty."""
    if view.prose > _EMPTY or view.own > _EMPTY:
        return None
    tree = view.document.tree
    scripts = sum(1 for _ in tree.iter("script"))
    hints = ["".join(element.itertext())[: notices.LONGEST] for element in list(tree.iter("noscript"))[:20]]
    hints += [block.text for block in view.document.layout.blocks[:60] if len(block.text) < notices.LONGEST]
    if any(map(notices.javascript, hints)) and (view.own < _CAPTION or view.declared == "none"):
        return "the page is empty and asks for JavaScript"
    if view.own < _LINE and scripts and _mounts(tree):
        return "the page is empty but for the place that a script fills"
    return "the page has scripts and no text" if view.own < _LINE and scripts >= _SCRIPTS else None


def _mounts(tree: HtmlElement) -> bool:
    for tag in _MOUNT_TAGS:
        if tree.find(f".//{tag}") is not None:
            return True
    for element in tree.iterfind(".//*[@id]"):
        name = (element.get("id") or "").lower()
        if name in _MOUNTS and sum(len(text.strip()) for text in element.itertext() if text) < _EMPTY:
            return True
    return False


def video_only(view: View) -> str | None:
    """A page around a player, with a caption at most."""
    evidence = view.document.evidence
    kind = (evidence.first_meta("og:type") or "").lower()
    declared = kind.startswith("video") or any(n.is_a("VideoObject") and not n.nested for n in evidence.others)
    named = any(mark in view.document.page.url.lower() for mark in ("/video", "/player", "/watch")) or bool(
        view.classes & {"video-page", "x-video-page", "video"}
    )
    signs = (
        kind.startswith("video"),
        declared and not kind.startswith("video"),
        named,
        bool(declared or named) and _plays(view),
    )
    if sum(signs) < 2 and not (declared and view.letters < _EMPTY and view.declared == "none"):
        return None
    limit = _CAPTION_OF_VIDEO if kind.startswith("video") or named else _CAPTION
    return "the page is a video with a caption" if view.letters <= limit else None


def _plays(view: View) -> bool:
    if view.marked("video-player", "videoplayer", "video_player", "player-container", "jwplayer", "video-js"):
        return True
    for count, element in enumerate(view.document.tree.iter("video", "iframe", "amp-video", "embed")):
        if count > 50:
            break
        if element.tag in ("video", "amp-video"):
            return True
        source = (element.get("src") or element.get("data-src") or "")[:500].lower()
        if any(mark in source for mark in _PLAYERS):
            return True
    return False
