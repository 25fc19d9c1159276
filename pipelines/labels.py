"""What publishers write above the key points of an article, and how their templates name the box."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import Final

from pipelines.normalise import fold

# A line per language or group of phrases; labels are parted by bars. In a label "(a/b/)" stands for each of its
# alternatives in turn, an empty one for leaving it out. Compared folded, without marks, numbers and notes about
# machines around them.
_LABELS: Final = """
(the /)(key/main/major/biggest/most important/) (point/points/takeaway/takeaways/highlight/highlights)
(the /)(key/main/quick/fast/essential) (fact/facts/insight/insights/finding/findings/detail/details/message/messages)
(the/a/this/) (story/article/news/quick/key/brief/short/executive/smart) (summary/highlights/takeaways/recap/in brief)
(summary/highlights/key points/main points/takeaways) (of/from) (the/this) (story/article)|summary|summarised
summarized
in (brief/short/a nutshell/summary)|(the story/the article/this article/the news/) at a glance|at-a-glance
the brief
(the /)(gist/lowdown/rundown/bottom line/big picture/upshot/essentials/short version)|top line|topline
why (it/this) matters
(here's /)what (you need/you should/you have/)( to/) know|things( you need/) to know|(you /)need to know
need-to-know
tl;dr|tldr|tl dr|(quick/speed/fast) (read/take/look/reads)|overview|article summary|what's the story
das (wichtigste/wesentliche)( in kürze/ im überblick/ auf einen blick/ in aller kürze/ zum thema/ kurz/ vorab/)
die wichtigsten (punkte/fakten/infos/informationen/erkenntnisse/fragen)( in kürze/ im überblick/ auf einen blick/)
(wichtigste /wichtige /zentrale )(punkte/fakten/erkenntnisse)|alles wichtige( in kürze/ auf einen blick/)
kernaussagen
(in/in aller) kürze|kurz( & / und )(knapp/bündig)|kurz (gesagt/erklärt/gefasst/zusammengefasst/notiert)
kurzfassung
kurz und bündig|kurzüberblick|auf den punkt( gebracht/)|auf einen blick
der (artikel/text) (in kürze/auf einen blick)
darum (geht's/geht’s/gehts/geht es)|(darum/worum) (geht's/geht es) (hier/in diesem artikel/)
(im /der /)überblick|kernpunkte
(die /artikel-/ki-/eine /)zusammenfassung( des artikels/ mit ki/ der ki/)|(artikel/) zusammengefasst
artikelzusammenfassung
das (müssen sie/musst du/sollten sie) wissen|das muss man wissen|(was sie/was du) wissen (müssen/musst/sollten)
stichpunkte
der artikel für sie zusammengefasst|faktenüberblick|die fakten|schnell gelesen|schnellüberblick
das steckt dahinter|eckpunkte
l'essentiel( de l'article/ de l'info/ en bref/ à retenir/)
(les /)points( clés/ clé/ essentiels/ importants/ à retenir)
(à/a) retenir|ce qu'il faut( en/) (retenir/savoir)
(en/l'article en/) (bref/résumé/un coup d'œil/un clin d'œil/deux mots)
(le /un /)résumé( de l'article/ par l'ia/ ia/)|les (faits/infos clés/informations clés/faits essentiels)
les temps forts
(lo/) (más importante/esencial/más destacado/fundamental)
(los /)puntos( clave/ claves/ principales/ destacados/ importantes)
(las /)claves( de la noticia/ del día/ del artículo/)|en (breve/resumen/síntesis/pocas palabras/corto)
de un vistazo
(el /)resumen( de la noticia/ del artículo/ con ia/ de ia/ ia/ generado por ia/)
lo que (debes/debe/hay que/tienes que) saber
(qué debes saber/qué hay que saber)|ideas clave|datos clave|(hechos/aspectos) (clave/claves/destacados)|síntesis
(o /)(resumo/essencial)( da notícia/ do artigo/ da matéria/ por ia/ em 3 pontos/)
(principais/os principais) (pontos/destaques)
(os /)pontos(-/ )(chave/principais/essenciais/importantes)|em (resumo/síntese/poucas palavras/breve)
destaques( da notícia/)
o que (precisa/você precisa/deve/é preciso/precisa de) saber|(o mais importante/mais importante)|resumindo
ponto a ponto
(i /)punti( chiave/ principali/ salienti/ essenziali)|in (sintesi/breve/pillole/evidenza/due parole/primo piano)
sommario
(l'/)essenziale|(il /)riassunto( dell'articolo/ della notizia/)|cosa (sapere/c'è da sapere/devi sapere)
(la /)sintesi
le cose da sapere|i fatti( principali/ chiave/)|in poche parole|da sapere|il riepilogo|riepilogo
(in het/in 't) kort|(de /)samenvatting( van dit artikel/ van het artikel/ door ai/)|kort samengevat|de kern
kernpunten
(het/de) (belangrijkste/voornaamste)( punten/ feiten/ uit dit artikel/ in het kort/)
(belangrijkste/voornaamste) punten
in een notendop|wat je moet weten|dit moet je weten|in één oogopslag|hoofdpunten|de hoofdpunten|kort en bondig
kort (fortalt/sagt/sammenfattet/oppsummert/om saken)|kortversjonen|kortversionen|(saken /) oppsummert
det vigtigste( i korte træk/)
oppsummering( av saken/)|oppsummeringen|dette (er saken/handler saken om/må du vite)|hovedpunkter
(de viktigste punktene)
overblik|(få /) overblikket|opsummering|resumé|resume|resumé af artiklen|kort om sagen|(i/her er) hovedpunkterne
(det handler sagen om/det skal du vide/dette skal du vite)|i korte træk|i korte trekk|fakta om saken|sagen kort
saken kort
sammanfattning( av artikeln/)|(artikeln /)sammanfattad|(kort/) om (artikeln/saken)|kort om
det (viktigaste/viktigaste i korthet)
det viktigaste( i korthet/ just nu/)|i (korthet/korta drag)|detta har hänt|huvudpunkter|snabbversionen
det här (har hänt/vet vi)
lyhyesti|tiivistelmä|(jutun /)pääkohdat|yhteenveto|(juttu/uutinen) (lyhyesti/tiivistettynä)|tiivistettynä
tärkeimmät( kohdat/)
aðalatriði|helstu( atriði/)|í (stuttu máli/hnotskurn)|samantekt|ágrip
najważniejsze( informacje/ fakty/ punkty/ w skrócie/)|w (skrócie/pigułce/telegraficznym skrócie)
streszczenie( artykułu/)
(co/to) musisz wiedzieć|kluczowe (informacje/fakty/punkty)|podsumowanie|najistotniejsze
z tego (artykułu/tekstu) dowiesz się
stručně|(to /)nejdůležitější( body/)|ve (zkratce/stručnosti)|shrnutí( článku/)|v kostce|hlavní body|klíčové body
co je důležité
stručne|(to /)najdôležitejšie( body/)|v (skratke/stručnosti/kocke)|zhrnutie( článku/)|hlavné body|kľúčové body
(pe/) scurt|rezumat( articol/)|pe scurt, despre ce este vorba|(puncte/idei) (cheie/principale)|ideile principale
esențial|pe puncte
röviden|(a /)lényeg( röviden/)|összefoglaló|(cikk /)összefoglalása|a legfontosabbak
legfontosabb (pontok/tudnivalók)|dióhéjban
ukratko|(u /)najkraćim crtama|sažetak|(najvažnije/najbitnije)( ukratko/ informacije/)
(glavne/ključne) (točke/tačke/informacije)
rezime|укратко|најважније|сажетак|резиме|кључне тачке|bitno|što trebate znati|šta treba da znate|u fokusu
na kratko|(v /)povzetek|povzetek članka|bistvo|najpomembnejše|(ključne/glavne) (točke/poudarke)|bistvene točke
με (λίγα λόγια/δυο λόγια)|(εν/) συντομία|συνοπτικά|(η /)σύνοψη|περίληψη|(τα /)(βασικά/κύρια/κυριότερα) σημεία
τι πρέπει να (ξέρετε/γνωρίζετε)
(öne/) çıkanlar|(haber/haberin) (özeti/özet/satır başları)|özet|özetle|kısaca|(ana/önemli) (noktalar/başlıklar)
bilmeniz gerekenler
(самое /)главное( в тексте/ за минуту/ коротко/)|кратко|коротко|вкратце|самое важное|основное
(ключевые/основные/главные) (моменты/тезисы/факты)
краткое (содержание/изложение)|краткий пересказ|(в/) двух словах|суть|что (нужно/важно/известно) знать|резюме
тезисы
(найважливіше/головне/найголовніше)|(найважливіше/найголовніше)|коротко( про головне/)|стисло
(ключові/основні/головні) (моменти/тези/факти)
стислий (зміст/переказ)|підсумок|що (треба/важливо/потрібно) знати
накратко|(най-/)важното( накратко/ от статията/)|най-важното|(основни/ключови) (моменти/акценти/точки)|обобщение
акценти
(trumpai/glaustai)|(svarbiausia/svarbiausi faktai/esmė)( trumpai/)|santrauka
(pagrindiniai/svarbiausi) (teiginiai/punktai/akcentai)
(īsumā/īsi)|(svarīgākais/galvenais/būtiskākais)( īsumā/)|(svarīgākais/galvenais/būtiskākais)|kopsavilkums
galvenie punkti
lühidalt|(lühi/)kokkuvõte|(kõige /)(olulisem/tähtsam)|(peamised/olulised) (punktid/faktid)
(loo/artikli) (lühikokkuvõte/kokkuvõte)
(ملخص/خلاصة/موجز)( الخبر/ المقال/ القصة/ سريع/)|(أبرز/أهم) (النقاط/ما جاء/التفاصيل/المعلومات)
النقاط (الرئيسية/الأساسية/المهمة)
باختصار|في (سطور/نقاط/عجالة)|الخلاصة|ما نعرفه
(تקציר/תקציר)( הכתבה/ הידיעה/)|בקצרה|(עיקרי/עיקר) (הדברים/הידיעה/הכתבה)|עיקרי הכתבה|הנקודות (העיקריות/המרכזיות)
על קצה המזלג|נקודות עיקריות|בנקודות
خلاصه( خبر/ مطلب/)|(نکات/نکته‌های) (مهم/کلیدی/اصلی)|(مهمترین/مهم‌ترین) (نکات/محورها)|در یک نگاه|چکیده
به طور خلاصه
(خلاصہ/اہم نکات/مختصراً/اہم باتیں/خبر کا خلاصہ)
(मुख्य/खास/अहम/प्रमुख) (बातें/बिंदु/बिन्दु/अंश)|हाइलाइट्स|स्टोरी हाइलाइट्स|(संक्षेप/संक्षेप में/सारांश/सार)
एक नज़र में|खबर का सार
(মূল/প্রধান/গুরুত্বপূর্ণ) বিষয়|মূল (বিষয়/কথা/পয়েন্ট)|সংক্ষেপে|সারসংক্ষেপ|সারাংশ|এক নজরে|হাইলাইটস
(முக்கிய அம்சங்கள்/சுருக்கம்/முக்கிய குறிப்புகள்/ஹைலைட்ஸ்)|(ముఖ్యాంశాలు/సారాంశం)|(പ്രധാന പോയിന്റുകൾ/ചുരുക്കം)
(ठळक मुद्दे/थोडक्यात)
(poin/poin-poin/hal) (penting/utama)|(ringkasan/rangkuman)( berita/ artikel/ ai/)|intisari( berita/)|inti berita
sorotan( utama/)|singkatnya
(isi/perkara) (penting/utama)|rumusan|secara ringkas|sekilas( berita/)|ringkasnya|fakta utama
tóm tắt( bài viết/ tin/ nội dung/)|(nội dung/điểm/ý) chính|điểm (nhấn/nổi bật)|(những /)điểm (chính/đáng chú ý)
tóm lược
(สรุป/สรุปข่าว/สรุปประเด็น/ประเด็นสำคัญ/ประเด็นหลัก/ใจความสำคัญ/ไฮไลต์/ไฮไลท์/สาระสำคัญ/โดยสรุป)
要点|要約|(この記事の/記事の/) (ポイント/要点/まとめ/概要)|この記事の(ポイント/要点/まとめ/概要)
記事の(ポイント/要点/要約)|ポイント|まとめ|概要|(ai/)要約|(3行/三行)(まとめ/要約)|ひとこと解説
この記事でわかること
(内容/新闻/新聞)摘要|(内容/新闻/新聞/文章/本文/ai)(摘要/提要/概要/要点/要點/重點/重点/總結/总结)
(核心/内容/內容)(提示/提要/要點)|核心(提示/要点/要點/观点/觀點)|(重點/重点/摘要/要點/提要)
重點(整理/摘要/一次看)|重点(整理/摘要)|懶人包|懒人包|一文看懂|快速看|導讀|导读
(핵심/기사/뉴스/ai/세줄/세 줄/3줄/) 요약|요약|(3줄/세줄)요약|핵심( 포인트/ 내용/)|한눈에 보기|주요 (내용/포인트)
(기사의/) 핵심
(muhtasari/kwa ufupi/kwa muhtasari/mambo muhimu/yaliyomo kwa ufupi)|(hoofpunte/kortliks/opsomming)
(mga /)(mahahalagang/pangunahing) (punto/puntos/detalye)|mahahalagang punto|buod|sa madaling sabi
(shkurt/shkurtimisht/përmbledhje/pikat kryesore)|(накратко/најважното/клучни точки)
(els punts clau/en resum/resum/les claus/punts clau)
(o esencial/puntos chave/laburpena/laburbilduz/giltzarriak)|(i grynodeb/crynodeb/pwyntiau allweddol)
(achoimre/príomhphointí)
"""

_SLOT: Final = re.compile(r"\(([^()]*)\)")
_SPACE: Final = re.compile(r"\s+")
# Beside a label stand the number of points, and who or what summed them up.
_NUMBER: Final = re.compile(r"^\d{1,2}\s+")
_NOTE: Final = re.compile(
    r"\s*\([^()]{0,40}\)\s*"
    r"|(?:^|\s)(?:ai|ki|ia|yz|ии|ші|ai-generated|ki-generiert|ai-powered|beta|new|neu)(?=$|[\s:])[:\s]*"
    r"|\s(?:by|powered by|generated by|mit|von|par|por|de|av)\s(?:ai|ki|ia|l'ia|la ia)$"
)
#: A label is short.
LONGEST: Final = 60


def _spelt(pattern: str) -> set[str]:
    """Every label that ``pattern`` stands for."""
    parts = _SLOT.split(pattern)
    choices = [part.split("/") if number % 2 else [part] for number, part in enumerate(parts)]
    return {_SPACE.sub(" ", "".join(choice)).strip() for choice in itertools.product(*choices)}


def _read(table: str) -> frozenset[str]:
    labels: set[str] = set()
    for line in table.splitlines():
        for pattern in line.split("|"):
            labels |= {fold(label) for label in _spelt(pattern)}
    # Not what a slot left out may leave behind.
    return frozenset(labels - {"", "point", "points", "highlight", "know", "to know"})


_KNOWN: Final = _read(_LABELS)


def is_label(text: str) -> bool:
    """Whether ``text`` is what publishers write above key points."""
    if len(text) > LONGEST:
        return False
    key = fold(text)
    if _bare(key) in _KNOWN:
        return True
    return _SPACE.sub(" ", _bare(_NOTE.sub(" ", _bare(_NUMBER.sub("", _bare(key, "SZ")), "SZ")))) in _KNOWN


def _bare(text: str, kinds: str = "PSZ") -> str:
    """``text`` without the characters of these Unicode ``kinds`` (punctuation, symbols, spaces) at its ends."""
    first, last = 0, len(text)
    while first < last and unicodedata.category(text[first])[0] in kinds:
        first += 1
    while first < last and unicodedata.category(text[last - 1])[0] in kinds:
        last -= 1
    return text[first:last]


_NAMES: Final = """
keypoints keypoint keytakeaways keytakeaway takeaways takeaway keyfacts keyinsights keyhighlights keyideas mainpoints
storyhighlights articlehighlights newshighlights highlights tldr bulletpoints bulletpoint articlebullets storybullets
newsbullets quickread speedread ataglance aisummary aiarticlesummary articlesummary storysummary newssummary summarylist
essentiel puntosclave clavesnoticia pontoschave puntichiave kernpunkte hovedpunkter ukratko
"""
_HINTS: Final = """
bullets bullet highlight summary summarybox summaries abstract resume resumen resumo riassunto sommario synopsis inbrief
kurz kurzfassung zusammenfassung samenvatting sammendrag oppsummering streszczenie shrnuti brief facts recap gist claves
"""
#: Words of a class or id, as :func:`pipelines.cues.words` reads them, that name nothing but key points.
KEY_POINT_CLASSES: Final = frozenset(_NAMES.split())
#: Words of a class or id that name standfirsts and the like as well: they suffice for a list only.
KEY_POINT_HINTS: Final = frozenset(_HINTS.split())
