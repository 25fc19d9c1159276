"""Words that stand as segments in the addresses of news sites, in the languages whose sites were looked at."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# No article lies below these.
NEVER = _words(
    """
    login logout signin sign-in signup sign-up register registrieren anmelden anmeldung account konto
    mein-konto my-account subscribe subscription subscriptions abo abonnement abonnieren abonnements
    suscripcion suscribete newsletter newsletters search suche suchen buscar busca buscador recherche ricerca
    cerca hledat sok zoeken wyszukiwarka archive-search share sharer print drucken email-article comment
    comments feed feeds rss sitemap sitemaps cart warenkorb checkout basket shop wp-login.php wp-admin
    wp-content wp-includes cgi-bin cdn-cgi assets static impressum imprint datenschutz datenschutzerklaerung
    privacy privacy-policy cookie-policy cookies terms terms-of-use terms-of-service terms-and-conditions agb
    nutzungsbedingungen aviso-legal mentions-legales disclaimer contact contact-us kontakt contacto contatti
    about-us ueber-uns uber-uns quienes-somos chi-siamo qui-sommes-nous advertise mediadaten
    """
)

# Lists and services lie below these, and here and there an article with a long slug.
SELDOM = _words(
    """
    tag tags schlagwort schlagworte etiqueta etiquetas mot-cle label author authors autor autoren autores
    auteur auteurs autore autori writers staff profile profil profiles user users member members contributor
    contributors kommentare about advertising werbung publicidad publicite jobs careers karriere
    stellenangebote store legal faq help hilfe ayuda aide support epaper e-paper
    """
)

# These gather articles: what ends there, or one word behind it, is a list.
LISTS = _words(
    """
    category categories kategorie kategorien categoria categorie rubrik rubriken rubrique seccion section
    sections topic topics thema themen tema temas sujet sujets dossier dossiers ressort channel kanal series
    serie programs programme programmes videos galleries gallery podcast podcasts forum forums wetter weather
    """
)

# By these publishers mark articles.
ARTICLE = _words(
    """
    article articles artikel articulo articulos artigo artigos articolo articoli story stories post posts
    noticia noticias clanek clanky raksts artykul artykuly actualite actualites nachricht meldung meldungen
    detail details beitrag pressemitteilung pressemitteilungen press-release press-releases nyheter nyhet
    archives read view doc news-story content a art node
    """
)

# A short slug with one of these is a service page or a portal of its own.
SERVICE = _words(
    """
    startseite homepage sitemap impressum datenschutz datenschutzerklaerung nutzungsbedingungen newsletter privacy
    cookies abonnement subscribe advertise kontakt contact
    """
)
