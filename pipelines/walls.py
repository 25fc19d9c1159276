"""What stands where an article should: the words of walls, challenges, log-ins and pages that are gone.

Every phrase is searched in short or little text only; an article about a wall quotes these words too.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase for phrase in text.split("|") if phrase)


def said(text: str, phrases: Iterable[str]) -> bool:
    """Whether ``text`` (case folded) holds one of ``phrases``."""
    return any(phrase in text for phrase in phrases)


#: Titles and lines of pages that are not there (any more), case folded.
GONE: Final = _phrases(
    "page not found|not be found|404 error|error 404|http 404|404 not found|404 -|- 404|page doesn't exist|"
    "page does not exist|page isn't available|page no longer exists|no longer available|seite nicht gefunden|"
    "nicht gefunden|seite existiert nicht|nicht mehr verfügbar|page introuvable|page non trouvée|"
    "page n'existe pas|n'existe plus|página no encontrada|no se encuentra|página no existe|"
    "página não encontrada|não foi encontrada|pagina non trovata|pagina niet gevonden|niet gevonden|"
    "sidan hittades inte|sidan kunde inte hittas|siden ble ikke funnet|siden finnes ikke|"
    "siden blev ikke fundet|siden findes ikke|sivua ei löyt|strona nie istnieje|nie znaleziono|nenalezena|"
    "stránka nebyla nalezena|stránka neexistuje|nem található|pagina nu a fost găsită|pagina nu există|"
    "страница не найдена|сторінку не знайдено|страницата не е намерена|stranica nije pronađena|"
    "stran ne obstaja|η σελίδα δεν βρέθηκε|sayfa bulunamadı|الصفحة غير موجودة|העמוד לא נמצא|"
    "ページが見つかりません|お探しのページ|页面不存在|找不到|페이지를 찾을 수 없|không tìm thấy|"
    "halaman tidak ditemukan|ไม่พบหน้า"
)

#: What bot walls say while they look at the browser, or instead of the page.
CHALLENGE: Final = _phrases(
    "just a moment|checking your browser|verify you are human|verifying you are human|are you a robot|"
    "are you human|not a robot|unusual traffic|unusual activity|complete the security check|"
    "security check to access|access denied|access to this page has been denied|attention required|"
    "pardon our interruption|request unsuccessful|enable javascript and cookies to continue|ddos protection|"
    "you have been blocked|sorry, you have been blocked|bot detection|captcha|please wait while we|"
    "bitte bestätigen sie, dass sie kein roboter|kein roboter|vérification de sécurité|"
    "je ne suis pas un robot|no soy un robot|você não é um robô|non sono un robot|я не робот|"
    "проверка браузера|你是不是机器人|请完成安全验证|ロボットではありません"
)

#: What consent walls ask for.
CONSENT: Final = _phrases(
    "accept cookies|accept all cookies|we value your privacy|before you continue|your privacy choices|"
    "manage preferences|with advertising|accept and continue|cookies and similar technologies|your consent|"
    "our partners|mit werbung|werbung und tracking|cookies zustimmen|weiter mit werbung|zustimmung|"
    "einwilligung|unsere partner|accepter et continuer|accepter les cookies|continuer sans accepter|"
    "nos partenaires|votre consentement|aceptar y continuar|aceptar las cookies|aceptar cookies|"
    "nuestros socios|aceitar cookies|accetta i cookie|accetta e continua|alle cookies accepteren|"
    "cookies accepteren|godta alle|acceptera alla|accepter alle|hyväksy kaikki|akceptuję|zgadzam się|"
    "přijmout vše|souhlasím|elfogadom|принять все|прийняти всі|çerezleri kabul"
)

#: What stands where the rest of an article is for subscribers.
PAYWALL: Final = _phrases(
    "subscribe to continue|subscribe to read|subscribe now|subscribe today|to continue reading|"
    "continue reading with|continue reading for|to read the full|to read this|read the full story|"
    "unlock this article|unlock the full|for subscribers|subscribers only|subscriber-only|"
    "subscriber exclusive|exclusive to subscribers|already a subscriber|already have a subscription|"
    "become a member to|this content is only available|this article is for|premium article|"
    "start your free trial|free articles|article limit|reached your limit|your subscription|"
    "jetzt weiterlesen|weiterlesen mit|weiterlesen?|zum weiterlesen|jetzt abonnieren|abo abschließen|"
    "bereits abonnent|nur für abonnenten|für abonnenten|exklusiv für abonnenten|mit plus|plus-artikel|"
    "diesen artikel weiterlesen|diesen artikel lesen|sie haben bereits ein|abonnement abschließen|testen sie|"
    "probeabo|probemonat|mit einem abo|réservé aux abonnés|réservé à nos abonnés|pour lire la suite|"
    "la suite est réservée|déjà abonné|il vous reste|abonnez-vous|cet article est réservé|"
    "sólo para suscriptores|solo para suscriptores|para suscriptores|suscríbete para|suscríbase para|"
    "ya eres suscriptor|para continuar leyendo|para seguir leyendo|contenido exclusivo|"
    "exclusivo para assinantes|para assinantes|já é assinante|continue lendo|para continuar lendo|"
    "riservato agli abbonati|per gli abbonati|sei già abbonato|per continuare a leggere|abbonati per|"
    "lees verder met|voor abonnees|al abonnee|word abonnee|exklusivt för|redan prenumerant|bli prenumerant|"
    "för prenumeranter|for abonnenter|allerede abonnent|bli abonnent|kjøp abonnement|fortsæt med at læse|"
    "bliv abonnent|kun for abonnenter|tilaajille|tilaa ja lue|jatka lukemista|dla subskrybentów|wykup dostęp|"
    "czytaj dalej z|pro předplatitele|odemkněte|předplatné|predplatné|előfizetőknek|előfizetek|"
    "только для подписчиков|оформите подписку|по подписке|за підпискою|για συνδρομητές|abonelere özel|"
    "abone ol|למנויים|للمشتركين|会員限定|有料会員|この記事は有料|残り|구독자 전용|유료|订阅后|订阅以|付费"
)

#: What stands where the rest of an article is for those who register.
REGISTRATION: Final = _phrases(
    "register to continue|register for free|create a free account|create an account to|sign up to read|"
    "sign in to continue|log in to continue|log in to read|register to read|sign up for free|"
    "kostenlos registrieren|jetzt registrieren|melden sie sich an, um|einloggen und weiterlesen|"
    "créez un compte|inscrivez-vous gratuitement|regístrate gratis|regístrate para|inicia sesión para|"
    "cadastre-se|faça login para|registrati|accedi per|maak een gratis account|log in om|skapa ett konto|"
    "logga in för|opprett konto|logg inn for|log ind for|kirjaudu|zaloguj się|přihlaste se|зарегистрируйтесь|"
    "войдите|会員登録|ログインして|로그인"
)

#: Markup of bot walls: the scripts and fields that they all load.
CHALLENGE_MARKUP: Final = (
    b"/cdn-cgi/challenge-platform/",
    b"cf-chl-",
    b"_Incapsula_Resource",
    b"captcha-delivery.com",
    b"px-captcha",
    b"geo.captcha",
    b"ak-challenge",
    b"aws-waf-token",
    b"challenge.js",
)
