"""Words that labels, notices and bylines on news pages begin with or hold, in the languages of news at large.

They are read on short blocks only and as whole words, case folded: a word is a hint that a fitted weight balances
against the others (:mod:`pipelines.weights`), never a verdict. Sentences of an article may hold any of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipelines import tokens

# Blocks of more words than this are sentences, not labels.
LONGEST = 28
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_LEAD = 4

# What a label begins with; several words are separated by one space, phrases by a vertical bar.
_LEADS: Mapping[str, str] = {
    "related": (
        "visit our|visit the|read more|read also|also read|"
        "see also|related|related articles|related stories|related content|"
        "more on|more from|more about|more like this|recommended|recommended for|you may also|you may like|"
        "you might also|you might like|don't miss|don’t miss|must read|most read|most popular|most viewed|"
        "trending|popular|latest|top stories|what to read|up next|next story|next article|previous article|"
        "keep reading|continue reading|in other news|editors picks|editor's picks|further reading|watch|"
        "watch now|watch also|listen|learn more|read next|read the full|click here|find out more|"
        "story continues|article continues|for more|explore more|sign in|log in|load more|show more|see all|"
        "lesen sie auch|lesen sie mehr|lesen sie hier|lesen sie dazu|lesen sie|lest auch|mehr zum thema|"
        "mehr zu|mehr aus|mehr über|auch interessant|das könnte|weitere|weiterlesen|mehr lesen|zum thema|"
        "meistgelesen|passend zum|alle artikel|hier geht es|zur startseite|mehr dazu|mehr|mehr news|"
        "mehr nachrichten|auf dieser seite|im video|lire aussi|à lire aussi|a lire aussi|lire la suite|"
        "à lire|à voir|voir aussi|lire également|sur le même|articles liés|notre dossier|retrouvez|"
        "lea también|lee también|lea además|leer más|te puede interesar|también te puede|relacionado|"
        "noticias relacionadas|más información|más sobre|ver más|sigue leyendo|leia também|leia mais|"
        "leia ainda|veja também|saiba mais|notícias relacionadas|leggi anche|leggi tutto|approfondisci|"
        "ti potrebbe|potrebbe interessarti|lees ook|lees meer|lees verder|meer over|bekijk ook|läs mer|"
        "läs också|läs även|les også|les mer|læs også|læs mere|lue myös|lue lisää|czytaj też|czytaj także|"
        "czytaj więcej|czytaj również|zobacz też|zobacz także|zobacz również|przeczytaj|polecamy|přečtěte si|"
        "čtěte také|čtěte|související|prečítajte si|čítajte|citește și|citeste si|citește mai|olvasta már|"
        "kapcsolódó|διαβάστε επίσης|διαβάστε ακόμη|διαβάστε|читайте также|читать далее|по теме|читайте|"
        "читайте також|дивіться також|прочетете още|вижте още|bunu da oku|ilgili haberler|ayrıca|اقرأ أيضا|"
        "اقرأ أيضًا|اقرأ المزيد|بیشتر بخوانید|यह भी पढ़ें|ये भी पढ़ें|baca juga|simak juga|lihat juga|"
        "xem thêm|đọc thêm|อ่านเพิ่มเติม|อ่านข่าว|関連記事|関連|あわせて読みたい|もっと見る|"
        "相关阅读|相关新闻|延伸閱讀|延伸阅读|相關新聞|更多|관련기사|관련|"
        "pročitajte|čitajte|preberite|loe ka|loe lisaks|lasi arī|skaityk|lexo edhe|soma zaidi|soma pia|"
        "ook interessant|nyeste|seneste"
    ),
    "byline": (
        "by|von|vom|par|por|di|da|door|av|af|od|autor|autorin|author|authors|автор|text|texte|texto|testo|"
        "written by|reported by|reporting by|edited by|editing by|additional reporting|redaktion|"
        "la redaction|la rédaction|oleh|yazan|tekst|ein artikel von|eine analyse von|ein kommentar von|"
        "ein gastbeitrag|interview von|about the author|die autorin|der autor|zur person|contact|kontakt|"
        "follow|folgen|skrevet av|napisał|протокол|mit material|with files|mit dpa"
    ),
    "date": (
        "published|updated|posted|last updated|last modified|first published|veröffentlicht|aktualisiert|"
        "stand|publié|publiée|mis à jour|mise à jour|publicado|actualizado|atualizado|pubblicato|aggiornato|"
        "gepubliceerd|bijgewerkt|publicerad|uppdaterad|publisert|oppdatert|publiceret|opdateret|julkaistu|"
        "päivitetty|opublikowano|aktualizacja|publikováno|опубликовано|обновлено|опубліковано|yayınlanma|"
        "güncelleme|入力|公開|更新|입력|수정|发布|ngày|diterbitkan|"
        "created|modified|date|datum|fecha|data|heute|gestern|"
        "today|yesterday|monday|tuesday|wednesday|thursday|friday|saturday|sunday"
    ),
    "note": (
        "note|notes|editor's note|editor’s note|disclaimer|hinweis|anmerkung|"
        "source|sources|quelle|quellen|fuente|fonte|bron|källa|kilde|źródło|zdroj|источник|kaynak|"
        "この記事は|this article|this story|dieser artikel|dieser beitrag|diese geschichte|cet article|"
        "este artículo|dieses thema|das ist ein|the post|have a tip|got a tip|tips|transcript|copyright|"
        "all rights|alle rechte|tous droits|todos los derechos|©"
    ),
}
# What a notice holds anywhere.
_WORDS: Mapping[str, str] = {
    "newsletter": (
        "newsletter newsletters newsletters' inbox subscribe subscribed subscriber subscribers subscription "
        "subscriptions signup sign-up abonnieren abonnement abonnements abo abonnenten posteingang abonnez "
        "abonnés inscrivez suscríbete suscríbase suscripción suscriptores boletín assine assinante "
        "assinantes iscriviti abbonati abbonamento abonneer nieuwsbrief abonnee nyhedsbrev nyhetsbrev "
        "nyhetsbrevet uutiskirje tilaa tilaajille zapisz prenumerata hírlevél рассылка рассылку подпишитесь "
        "подписывайтесь підписуйтесь підпишіться メルマガ 뉴스레터 구독 bülten "
        "abone 订阅 訂閱 langganan whatsapp telegram "
        "instagram tiktok youtube podcast podcasts app apps push unsubscribe abbestellen abmelden premium "
        "register login anmelden registrieren kostenlos gratis e-paper epaper membership donate spenden "
        "exklusive exclusive exclusif datenschutz privacy datenschutzerklärung datenschutzbestimmungen feeds "
        "alerts bookmark preferred follow abonnera"
    ),
    "caption": (
        "foto fotos photo photos photographer photograph photography image images picture pictured pictures "
        "bild bilder bildrechte bildquelle credit credits getty gettyimages shutterstock istock alamy imago "
        "unsplash afp epa dpa reuters ap upi rex wikimedia fotó zdjęcie fot crédit crédito créditos kuva "
        "фото صورة 사진 写真 archivbild symbolbild symbolfoto archivfoto archives archiv archivo courtesy "
        "handout screenshot grafik graphic illustration video vídeo videos youtube ritzau scanpix ansa "
        "lapresse keystone belga efe tass ria newscom flickr"
    ),
    "comments": (
        "comment comments commenting kommentar kommentare kommentieren kommentarer kommentit commentaires "
        "commentaire comentarios comentario comentários comentário commenti commento reacties reageer "
        "komentarze komentarz komentáře комментарии комментарий комментировать коментарі коментари 评论 評論 댓글 "
        "コメント yorum yorumlar reply replies moderated moderation conversation diskussion forum netiquette utc "
        "respond trackback pingback komentar"
    ),
    "share": (
        "share shares sharing teilen partager partagez compartir comparte compartilhar compartilhe condividi "
        "delen deel dela del jaa udostępnij sdílet поделиться поширити paylaş facebook twitter whatsapp "
        "linkedin pinterest reddit email e-mail mail print drucken imprimer imprimir stampa tweet シェア 공유 分享 "
        "copy link flipboard messenger xing kopieren bagikan merken"
    ),
    "advert": (
        "advertisement advertisements advertising advert anzeige anzeigen werbung publicité publicidad "
        "publicidade pubblicità advertentie reklam reklame annons annonse annonce mainos reklama реклама "
        "sponsored promoted promotion 広告 광고 广告 廣告 iklan affiliate sponsor sponsored partner partners "
        "commission purchase angebot angebote deals deal shop coupon hirdetés"
    ),
    "consent": (
        "cookie cookies consent einwilligung drittanbieter personenbezogene externer externen externe "
        "zustimmung zustimmen akzeptieren accept widerrufen einverstanden javascript browser enable iframe "
        "embed"
    ),
}

_INDEX: dict[str, str] = {}
for _name, _text in _WORDS.items():
    for _word in _text.split():
        _INDEX.setdefault(_word, f"word.{_name}")
_STARTS: dict[str, str] = {}
for _name, _text in _LEADS.items():
    for _word in _text.split("|"):
        _STARTS.setdefault(_word.strip(), f"lead.{_name}")
_KNOWN = _INDEX.keys()
#: Every kind of notice that :func:`found` tells.
KINDS = frozenset((*_INDEX.values(), *_STARTS.values()))
# The first word of each lead with the most words that a lead so begun has.
_FIRST: dict[str, int] = {}
for _word in _STARTS:
    _first, _, _rest = _word.partition(" ")
    _FIRST[_first] = max(_FIRST.get(_first, 0), min(_LEAD, _word.count(" ") + 1))


def found(text: str) -> tuple[str, ...]:
    """The kinds of notice that a short ``text`` resembles (``lead.related``, ``word.caption`` …), each once."""
    parts = _parts(text.casefold())
    if not parts or len(parts) > LONGEST:
        return ()
    kinds: set[str] = set()
    # Few words begin a lead; only these are joined with those after them.
    for count in range(min(_FIRST.get(parts[0], 0), len(parts)), 0, -1):
        start = parts[0] if count == 1 else " ".join(parts[:count])
        if kind := _STARTS.get(start):
            kinds.add(kind)
            break
    if not _KNOWN.isdisjoint(parts):
        kinds.update(_INDEX[part] for part in parts if part in _INDEX)
    return tuple(kinds)


def _parts(text: str) -> list[str]:
    """The words of ``text``; one that an apostrophe joins to another is one with it."""
    if text.isascii() and "'" not in text and "_" not in text:
        return tokens.split(text)
    return _WORD.findall(text)
