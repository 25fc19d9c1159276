"""What is no article is refused with its reason, and no article is refused for its words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines import codes, notices, quality
from pipelines.process import process
from pipelines.quality import RULES
from storage.records import Article, Page, Rejection
from tests.pipelines.quality_pages import (
    FETCHED,
    TEXT,
    article,
    declared,
    linked_data,
    menu,
    page,
    teasers,
)

OG_ARTICLE = '<meta property="og:type" content="article">'
OG_SITE = '<meta property="og:type" content="website">'
SCRIPTS = "<script src='/a.js'></script><script src='/b.js'></script><script src='/c.js'></script>"
# The names of pages of sites that are down: of the document, of the heading, and what they say.
DOWN = (
    (
        "We'll be right back",
        "We'll be right back!",
        "Our site is currently down for maintenance. We are working hard to bring it back as soon as possible, and "
        "thank you for your patience while we do.",
    ),
    (
        "The Paper",
        "Scheduled maintenance",
        "We are currently performing scheduled maintenance and will be back online shortly. Sorry to all of our "
        "readers, wherever they are.",
    ),
    (
        "503 Service Temporarily Unavailable",
        "Service Unavailable",
        "The server is temporarily unable to service your request due to maintenance downtime or capacity problems.",
    ),
    (
        "Wartungsarbeiten",
        "Wir sind gleich zurück",
        "Unsere Website wird gerade gewartet. Wir sind in Kürze wieder für Sie da und bitten um Ihr Verständnis.",
    ),
)
FORM = '<form action="/login"><input name="name"><input type="password" name="secret"><button>Go</button></form>'

HANGUL = (
    "<p>12일 새벽 시오미 앞바다에서 여객선이 좌초했으나 다친 사람은 없었다고 "
    "해양경찰이 밝혔다. 승객 마흔한 명은 모두 구조되어 항구로 돌아왔다.</p>"
)
CONSENTS = {
    "en": (
        "We value your privacy",
        "We and our 214 partners store cookies on your device to personalise advertising.",
        "You may withdraw your consent at any time in the privacy settings, or reject all cookies.",
    ),
    "de": (
        "Ihre Privatsphäre ist uns wichtig",
        "Wir und unsere 214 Partner setzen Cookies ein, um Werbung auf Sie zuzuschneiden.",
        "Ihre Einwilligung können Sie jederzeit in der Datenschutzerklärung widerrufen.",
    ),
    "fr": (
        "Votre vie privée nous importe",
        "Avec votre consentement, nos 214 partenaires et nous utilisons des cookies et des traceurs.",
        "Vous pouvez retirer votre consentement dans la politique de confidentialité.",
    ),
    "es": (
        "Tu privacidad es importante",
        "Con tu consentimiento, nosotros y nuestros 214 socios usamos cookies para la publicidad.",
        "Puedes retirar tu consentimiento en la política de privacidad en cualquier momento.",
    ),
    "pl": (
        "Twoja prywatność jest dla nas ważna",
        "Za Twoją zgodą my i nasi partnerzy używamy plików cookie w celu dopasowania reklam.",
        "Zgodę możesz wycofać w każdej chwili w polityce prywatności naszego serwisu.",
    ),
    "ru": (
        "Ваша конфиденциальность",
        "С вашего согласия мы и наши партнеры используем файлы cookie для показа рекламы.",
        "Вы можете отозвать согласие в любое время в политике конфиденциальности.",
    ),
    "ja": (
        "プライバシーについて",
        "当社と提携パートナーは、広告のためにクッキーを使用することに同意をお願いしています。",
        "同意はいつでもプライバシー設定の画面で撤回することができます。ご確認ください。",
    ),
}
NOT_FOUND = (
    "Page not found",
    "404 – Seite nicht gefunden",
    "Page introuvable",
    "Página no encontrada",
    "Pagina non trovata",
    "Pagina niet gevonden",
    "Sidan hittades inte",
    "Sivua ei löytynyt",
    "Strona nie istnieje",
    "Stránka nenalezena",
    "Страница не найдена",
    "Сторінку не знайдено",
    "Η σελίδα δεν βρέθηκε",
    "Sayfa bulunamadı",
    "الصفحة غير موجودة",
    "ページが見つかりません",
    "页面不存在",
    "페이지를 찾을 수 없습니다",
    "Không tìm thấy trang",
    "Error 404",
)

NO_ARTICLES = [
    pytest.param(page(teasers(), url="https://paper.example/", title="The Paper"), "front_page", id="front-by-address"),
    pytest.param(
        page(teasers(), url="https://paper.example/index.html", title="The Paper", head=OG_ARTICLE),
        "front_page",
        id="front-that-calls-itself-article",
    ),
    pytest.param(page(teasers(), url="https://paper.example/en/", title="The Paper"), "front_page", id="edition"),
    pytest.param(
        page(f"<h1>Welcome</h1>{TEXT}", url="https://paper.example/", title="The Paper"),
        "front_page",
        id="front-with-a-welcome",
    ),
    pytest.param(
        page(menu() + "<h1>Harbour</h1>" + teasers(), url="https://paper.example/harbour/", title="Harbour"),
        "section_page",
        id="section",
    ),
    pytest.param(
        page("<h1>Harbour</h1>" + teasers(10, text=False), url="https://paper.example/harbour", head=OG_SITE),
        "section_page",
        id="section-of-bare-headlines",
    ),
    pytest.param(
        page("<h1>June 2025</h1>" + teasers(4), url="https://paper.example/2025/06/", title="June 2025"),
        "section_page",
        id="month",
    ),
    pytest.param(
        page("<h1>ferries</h1>" + teasers(5), url="https://paper.example/tag/ferries/", attributes='class="tag"'),
        "section_page",
        id="tag",
    ),
    pytest.param(
        page(
            "<h1>Ida Marsh</h1><p>Ida Marsh writes on ferries.</p>" + teasers(6),
            url="https://paper.example/author/ida-marsh/",
            head=linked_data("ProfilePage", name="Ida Marsh"),
        ),
        "section_page",
        id="author",
    ),
    pytest.param(
        page(
            "<h1>Ferry news</h1>" + teasers(9),
            url="https://paper.example/n/ferry-news-of-the-day-20250612",
            head=linked_data("CollectionPage", name="Ferry news"),
        ),
        "section_page",
        id="collection-at-the-address-of-an-article",
    ),
    pytest.param(
        page("<h1>Search results</h1>" + teasers(5), url="https://paper.example/search?q=ferry", title="Search"),
        "search_page",
        id="search-path",
    ),
    pytest.param(
        page("<h1>ferry</h1>" + teasers(5), url="https://paper.example/?s=ferry", attributes='class="search"'),
        "search_page",
        id="search-query",
    ),
    pytest.param(
        page("<h1>Nothing matches</h1>", url="https://paper.example/suche/", head=linked_data("SearchResultsPage")),
        "search_page",
        id="search-without-result",
    ),
    *(
        pytest.param(
            page(f"<div><h1>{name}</h1><p>{first}</p><p>{second}</p><button>OK</button></div>", title=name),
            "consent_wall",
            id=f"consent-{language}",
        )
        for language, (name, first, second) in CONSENTS.items()
    ),
    pytest.param(
        page("<h1>Just a moment…</h1><p>Checking your browser before you go on.</p>", title="Just a moment..."),
        "bot_wall",
        id="challenge",
    ),
    pytest.param(
        page(
            "<p>Verify you are human by completing the action below.</p><div class='g-recaptcha'></div>",
            title="paper.example",
        ),
        "bot_wall",
        id="captcha",
    ),
    pytest.param(
        page("<h1>Access denied</h1><p>You have been blocked from this site.</p>", title="Access denied"),
        "bot_wall",
        id="blocked",
    ),
    pytest.param(
        page(
            '<p>Please enable JS and disable any ad blocker</p><script src="https://ct.captcha-delivery.com/c.js"></script>',
            title="paper.example",
        ),
        "bot_wall",
        id="challenge-without-words-for-robots",
    ),
    pytest.param(
        page('<iframe src="https://geo.captcha-delivery.com/captcha/?cid=1"></iframe>', title="paper.example"),
        "bot_wall",
        id="challenge-in-a-frame",
    ),
    *(
        pytest.param(
            page(f"<h1>{title}</h1><p>{text}</p><p>Write to help@paper.example if you like.</p>", title=name),
            "soft_error",
            id=f"down-{number}",
        )
        for number, (name, title, text) in enumerate(DOWN)
    ),
    *(
        pytest.param(
            page(f"{menu()}<h1>{title}</h1><p>We are sorry.</p>{teasers(3)}", title=f"{title} | The Paper"),
            "soft_404",
            id=f"not-found-{number}",
        )
        for number, title in enumerate(NOT_FOUND)
    ),
    pytest.param(
        page(
            "<h1>Oops</h1><p>Nothing is here.</p>", attributes='class="error404"', head=OG_ARTICLE, title="Oops"
        ),
        "soft_404",
        id="not-found-by-class",
    ),
    pytest.param(
        page(f'<noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div>{SCRIPTS}'),
        "needs_javascript",
        id="noscript",
    ),
    pytest.param(page(f'<div id="__next"></div>{SCRIPTS}', head=declared()), "needs_javascript", id="empty-mount"),
    pytest.param(page(f"<app-root></app-root>{SCRIPTS}"), "needs_javascript", id="mount-element"),
    pytest.param(
        page(
            '<h1>Swans come home</h1><video src="/swans.mp4"></video><p>The swans of the quay, filmed on Tuesday.</p>',
            url="https://paper.example/video/swans-come-home-20250612",
            head='<meta property="og:type" content="video.other">',
            title="Swans come home",
        ),
        "video_only",
        id="video",
    ),
    pytest.param(
        page(
            '<h1>Swans come home</h1><div class="video-player"></div><p>The swans of the quay, filmed on Tuesday.</p>',
            url="https://paper.example/n/swans-come-home-20250612",
            head=linked_data("VideoObject", name="Swans come home"),
            title="Swans come home",
        ),
        "video_only",
        id="video-by-linked-data-and-player",
    ),
    pytest.param(
        page(f"<h1>Sign in</h1>{FORM}<p>Forgot your password?</p>", url="https://paper.example/login", title="Sign in"),
        "login_page",
        id="login",
    ),
    pytest.param(
        page(f"<h1>Anmelden</h1>{FORM}", url="https://paper.example/konto", title="Anmelden – The Paper"),
        "login_page",
        id="login-german",
    ),
    pytest.param(
        page(
            '<h1>Why the warehouses stand empty</h1><div class="paywall"><h2>Subscribe to continue reading</h2>'
            "<p>Already a subscriber? Log in.</p></div>",
            head=declared("Why the warehouses stand empty", isAccessibleForFree=False),
            title="Why the warehouses stand empty",
        ),
        "paywall",
        id="paywall-without-text",
    ),
    pytest.param(
        page(f"<h1>About us</h1>{TEXT}", url="https://paper.example/about-us", title="About us"),
        "no_article",
        id="about",
    ),
    pytest.param(
        page(f"<h1>Impressum</h1>{TEXT}", url="https://paper.example/impressum.html", title="Impressum"),
        "no_article",
        id="imprint",
    ),
    pytest.param(
        page("<h1>quay-3</h1><div class='post type-attachment'><img src='/quay.jpg'></div>", title="quay-3"),
        "no_article",
        id="attachment",
    ),
    pytest.param(Page(
        url="https://paper.example/quay.pdf", body=b"%PDF-1.4\n%\xe2\xe3", fetched_at=FETCHED), "not_html", id="pdf"),
    pytest.param(
        Page(
            url="https://paper.example/data",
            body=b'{"story": "The ferry left late."}',
            fetched_at=FETCHED,
            headers=(("Content-Type", "application/json"),),
        ),
        "not_html",
        id="json",
    ),
    pytest.param(
        Page(url="https://paper.example/feed", body=b'<?xml version="1.0"?><rss></rss>', fetched_at=FETCHED),
        "not_html",
        id="feed",
    ),
    pytest.param(page(article(), status=404, head=declared()), "http_error", id="status"),
    pytest.param(page("<h1>Ferry</h1><p>Late.</p>"), "too_short", id="short"),
    pytest.param(
        page("<h1>Ferry leaves late</h1><p>© 2025 The Paper. All rights reserved.</p>" * 2, head=declared()),
        "too_short",
        id="copyright-is-no-text",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("given_page", "reason"), NO_ARTICLES)
def test_what_is_no_article_is_refused_with_its_reason(given_page: Page, reason: str) -> None:
    got = process(given_page)
    assert isinstance(got, Rejection), f"taken for an article: {got.title}"
    assert got.reason == reason
    assert codes.known(got.reason)
    assert got.detail


def told(title: str, *lines: str) -> str:
    return article(title, "".join(f"<p>{line}</p>" for line in lines) + TEXT)


WORDS = [
    (
        "Cookies and consent: what the new privacy rules change",
        "The regulator wants your consent before cookies are set.",
    ),
    (
        "Page not found: a history of the 404",
        "The words page not found were written on a Tuesday, and error 404 stayed.",
    ),
    (
        "Are you a robot? How captchas came to be",
        "Verify you are human, says the box, and the human sighs and counts boats.",
    ),
    (
        "Why papers put up a paywall",
        "Subscribe to continue reading, it says below the third paragraph. Already a subscriber?",
    ),
    ("Please enable JavaScript", "The phrase please enable JavaScript is older than the harbour's website itself."),
    ("Log in, sign in or sign on?", "Sign in, says one door of the ferry office, and log in says the other one."),
    (
        "Access denied to the lower quay",
        "Access denied, says a board at the lower quay, and has said so since the war.",
    ),
    ("Search results", "Search results were read aloud in council on Monday evening, all ten of them."),
]


@pytest.mark.parametrize("mark", ["declared", "bare"])
@pytest.mark.parametrize(("title", "line"), WORDS, ids=[title[:24] for title, _ in WORDS])
def test_no_article_is_refused_for_its_words(title: str, line: str, mark: str) -> None:
    got = process(page(told(title, line), title=title, head=declared(title) if mark == "declared" else ""))
    assert isinstance(got, Article), got


ARTICLES = [
    pytest.param(page(article(extra=teasers())), id="teasers-below-an-undeclared-article"),
    pytest.param(page(teasers(6) + article(), head=OG_ARTICLE), id="teasers-above"),
    pytest.param(
        page(menu() + FORM + article() + "<footer><p>We use cookies. By using this site you consent.</p></footer>"),
        id="login-form-and-cookie-notice-on-every-page",
    ),
    pytest.param(page(article(), url="https://paper.example/harbour/ferry"), id="address-like-a-section"),
    pytest.param(page(article(), url="https://paper.example/?p=4711"), id="address-with-a-number-only"),
    pytest.param(page(article(), url="https://paper.example/n/ferry-leaves-late-4711?q=ferry"), id="found-by-a-search"),
    pytest.param(page(article(), url="https://paper.example/", head=declared()), id="front-address-firmly-declared"),
    pytest.param(page(article(), url="https://paper.example/about-us", head=declared()), id="house-address-declared"),
    pytest.param(
        page(
            article(text="<p>The ferry ran aground off Great Skarn this morning; nobody was hurt.</p>"), head=declared()
        ),
        id="a-flash-of-one-sentence",
    ),
    pytest.param(
        page(
            article(text="<p>本日未明、汐見灯台の沖で渡し船が座礁したが、乗客と乗員に怪我はなかった。</p>"),
            head=declared(),
        ),
        id="a-flash-in-a-script-without-spaces",
    ),
    pytest.param(
        page(
            article(text=HANGUL),
            head=declared(),
        ),
        id="a-flash-in-hangul",
    ),
    pytest.param(
        page(
            article(extra='<video src="/swans.mp4"></video>'),
            url="https://paper.example/video/ferry-leaves-late-4711",
            head=declared() + linked_data("VideoObject", name="Ferry"),
        ),
        id="a-video-with-a-text",
    ),
    pytest.param(
        page(article() + "<noscript>Please enable JavaScript to see the comments.</noscript>" + SCRIPTS),
        id="noscript-beside-a-text",
    ),
    pytest.param(
        page(article(text=f'<p>The bridge stayed shut.</p>{TEXT}<div class="g-recaptcha"></div>')),
        id="captcha-in-a-form",
    ),
    pytest.param(page(article(), content_type="application/xhtml+xml"), id="xhtml"),
    pytest.param(page(article(), content_type="application/octet-stream"), id="type-not-known"),
]


@pytest.mark.parametrize("given_page", ARTICLES)
def test_articles_pass(given_page: Page) -> None:
    got = process(given_page)
    assert isinstance(got, Article), got


def test_every_reason_of_a_rule_is_explained() -> None:
    assert [reason for reason, _ in RULES if reason not in codes.REASONS] == []
    assert len({reason for reason, _ in RULES}) == len(RULES)


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("404", True, id="bare-number"),
        pytest.param("Oops! 404", True, id="with-a-sigh"),
        pytest.param("Not found", True, id="whole-title"),
        pytest.param("Missing walker not found after a week of searching", False, id="part-of-a-headline"),
        pytest.param("404 ferries in a year", False, id="a-count"),
        pytest.param("How “page not found” became the most read sentence of the network", False, id="a-long-headline"),
    ],
)
def test_a_title_says_that_nothing_is_here(title: str, expected: bool) -> None:
    assert notices.not_found(title) is expected


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400), st.sampled_from(["", "/", "/search?q=a", "/tag/x", "/video/a", "//[", "/%ff%fe"]))
def test_no_page_makes_the_rules_raise(text: str, path: str) -> None:
    given_page = Page(url=f"https://paper.example{path}", body=text.encode("utf-8", "replace"), fetched_at=FETCHED)
    got = process(given_page)
    assert isinstance(got, Article | Rejection)
    assert quality.not_html(given_page) is None or isinstance(got, Rejection)
