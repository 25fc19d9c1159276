"""What an address lets expect of its page: the front, a list, a search, the house's own pages, or an article.

The words are path segments that content management systems and newspapers use, in the languages of news at large.
"""

from __future__ import annotations

import re
from typing import Final, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from pipelines.urls import is_front

Expectation = Literal["front", "list", "search", "login", "consent", "house", "history", "section", "article"]

#: Segments below which lists of articles stand.
_LISTS: Final = frozenset(
    """
    tag tags tagged topic topics thema themen theme themes sujet sujets tema temas temi etiqueta etiquetas onderwerp
    emne emner amne aihe category categories kategorie kategorien kategori kategoria categorie categorias categoria
    rubrik rubrique rubriques rubrica rubric author authors autor autoren autorin autores auteur auteurs autori autore
    redakteur forfatter skribent writer writers profile profiles journalist contributor contributors archive archives
    archiv archivo archivos archivio archief arkiv arsiv section sections ressort page seite pagina
    """.split()  # noqa: SIM905
)
_SEARCHES: Final = frozenset(
    """
    search suche suchen suchergebnis suchergebnisse recherche rechercher buscar busca busqueda buscador pesquisa
    pesquisar cerca ricerca zoeken zoek sok sog sok-resultat haku hledat hladat vyhledavani vyhladavanie szukaj
    wyszukiwarka kereses cauta cautare poisk search-results searchresults arama cari tim-kiem otsi meklet paieska
    """.split()  # noqa: SIM905
)
_SEARCH_KEYS: Final = frozenset("s q query search keyword keywords suche buscar busca recherche text term wd".split())  # noqa: SIM905
# MediaWiki's and DokuWiki's parameters of old versions and comparisons.
_HISTORY_KEYS: Final = frozenset(("diff", "oldid", "rev2"))
_LOGINS: Final = frozenset(
    """
    login signin sign-in log-in logon anmelden anmeldung einloggen connexion iniciar-sesion acceso accedi inloggen
    logga-in logg-inn log-ind logowanie prihlaseni prihlasenie bejelentkezes auth sso wp-login.php oauth register
    registrieren registrierung inscription registro registrati registration signup sign-up wp-signup
    create-account account konto mein-konto my-account lostpassword lost-password forgot-password forgotpassword
    password-reset reset-password passwort-vergessen recover
    """.split()  # noqa: SIM905
)
_CONSENTS: Final = frozenset(
    "consent privacy-wall privacywall zustimmung cookiewall cookie-wall cookie-consent consent-wall gdpr".split()  # noqa: SIM905
)
_HOUSE: Final = frozenset(
    """
    about about-us aboutus about_us ueber-uns uber-uns ueberuns impressum imprint legal legal-notice legal-notices
    mentions-legales aviso-legal nota-legale note-legali colofon colophon privacy privacy-policy privacypolicy
    privacy-notice datenschutz datenschutzerklaerung datenschutzhinweise politique-de-confidentialite confidentialite
    donnees-personnelles privacidad politica-de-privacidad politica-de-privacidade privacidade informativa-privacy
    privacybeleid privacyverklaring integritetspolicy personvern privatlivspolitik tietosuoja tietosuojaseloste
    polityka-prywatnosci ochrana-osobnich-udaju ochrana-osobnych-udajov adatvedelem politica-de-confidentialitate
    politika-konfidencialnosti gizlilik gizlilik-politikasi kebijakan-privasi terms terms-of-use terms-of-service
    terms-and-conditions tos conditions-generales cgu cgv agb nutzungsbedingungen terminos condiciones termos-de-uso
    condizioni voorwaarden algemene-voorwaarden villkor vilkar kayttoehdot regulamin contact contact-us contactus
    kontakt contacto contactos contato contatti contactez-nous yhteystiedot kapcsolat iletisim quienes-somos
    quem-somos chi-siamo qui-sommes-nous over-ons om-oss om-os tietoa-meista o-nas rolunk despre-noi hakkimizda
    tentang-kami cookie-policy cookies cookie-richtlinie advertise advertise-with-us mediadaten werben publicidad
    publicite subscribe abo abonnement abonnements abonnieren suscripcion suscribete newsletter newsletters sitemap
    site-map faq hilfe help rss feeds accessibility barrierefreiheit careers jobs karriere
    """.split()  # noqa: SIM905
)
# A segment that begins so is of the house whatever follows: these words head no news.
_IMPRINTS: Final = frozenset(("impressum", "imprint", "datenschutzerklaerung", "colofon", "colophon"))
_NUMBER: Final = re.compile(r"\d{4,}|\d[\d-]*\d{3}|[0-9a-f]{8}-[0-9a-f]{4}-")
_DATED: Final = re.compile(r"(?:19|20)\d\d(?:[/-](?:0?[1-9]|1[0-2])(?:[/-](?:0?[1-9]|[12]\d|3[01]))?)?")
_ENDING: Final = re.compile(r"\.(?:s?html?|php|aspx?|jsp|cfm|do)\Z")
_INDEX: Final = frozenset(("index", "default", "home", "start", "startseite"))
_SPLIT: Final = re.compile(r"[-_+. ]")
_MAX_PATH: Final = 2_000
# The name of a section, a tag or a person has few words, a headline has more.
_FEW: Final = 3


def expect(url: str) -> Expectation:
    """What the page at ``url`` may be, by its address alone; ``article`` where nothing says otherwise.

    ``section`` is the weakest: a short path of plain words without a number, as sections have, and a few articles.
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return "article"
    if is_front(url) or (not parts.query and unquote(parts.path).strip("/") == ""):
        return "front"
    segments = [part.lower() for part in unquote(parts.path[:_MAX_PATH]).split("/") if part]
    if segments:
        segments[-1] = _ENDING.sub("", segments[-1])
        if segments[-1] in _INDEX:
            segments.pop()
    keys = (
        {
            key.lower()
            for key, value in parse_qsl(parts.query[:_MAX_PATH], max_num_fields=100, keep_blank_values=True)
            if value
        }
        if parts.query and parts.query.count("&") < 100
        else set()
    )
    last = segments[-1] if segments else ""
    asked = bool(keys & _SEARCH_KEYS) and len(segments) < 2 and not _NUMBER.search(last)
    if asked or not _SEARCHES.isdisjoint(segments[-3:]):
        return "search"
    if not _LOGINS.isdisjoint(segments[-2:]) or (parts.hostname or "").startswith(
        ("login.", "auth.", "account.", "sso.")
    ):
        return "login"
    if not _CONSENTS.isdisjoint(segments) or (parts.hostname or "").startswith("consent."):
        return "consent"
    if last in _HOUSE or last.partition("-")[0] in _IMPRINTS:
        return "house"
    if keys & _HISTORY_KEYS and keys & {"title", "page", "id"}:
        return "history"
    if _is_list(segments, keys):
        return "list"
    if keys or any(map(_NUMBER.search, segments)) or len(segments) > 4:
        return "article"
    return "section" if len(_SPLIT.split(last)) <= _FEW else "article"


def _is_list(segments: list[str], keys: set[str]) -> bool:
    if not segments:
        return bool(keys & {"cat", "tag", "author", "m", "paged", "page"})
    if "paged" in keys or (
        len(segments) > 1 and segments[-2] in ("page", "seite", "pagina") and segments[-1].isdigit()
    ):
        return True
    path = "/".join(segments)
    dated = _DATED.search(path)
    if dated and path.endswith(dated[0]) and (dated.start() == 0 or path[dated.start() - 1] == "/"):
        return True
    last = segments[-1]
    if last in _LISTS:
        return True
    return not _LISTS.isdisjoint(segments[-3:-1]) and not _NUMBER.search(last) and len(_SPLIT.split(last)) <= _FEW
