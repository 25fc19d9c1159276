"""What publishers write above the key points of an article, and how their templates name the box."""

from __future__ import annotations

from typing import Final

#: Labels, separated by a vertical bar or a new line; compared folded, without a closing colon or full stop.
KEY_POINTS: Final = """
Key points|Key point|Key takeaways|Key takeaway|Takeaways|The key points|Highlights|Story highlights
Summary|AI summary|AI-generated summary|In brief|At a glance|In short|Quick read|The gist|The brief
Bottom line|What you need to know|What to know|The essentials|Need to know|Key facts|Main points|Top line
Topline|Why it matters|Article summary|Summary of the story|TL;DR|TLDR|Quick take|Quick summary
Story summary|The big picture|Das Wichtigste in Kürze|Das Wichtigste|Das Wichtigste im Überblick
Das Wichtigste auf einen Blick|In Kürze|Kurz & knapp|Kurz und knapp|Kurz gesagt|Kurzfassung|Auf den Punkt
Auf den Punkt gebracht|Auf einen Blick|Zusammenfassung|Darum geht’s|Darum geht's|Darum gehts|Darum geht es
Worum geht es|Worum geht's|Artikel zusammengefasst|Der Artikel für Sie zusammengefasst
Artikelzusammenfassung|KI-Zusammenfassung|Überblick|Im Überblick|Alles Wichtige|Kernaussagen
Die wichtigsten Punkte|Wichtigste Punkte|Wichtige Punkte|Stichpunkte|Kort fortalt|Kortversjonen
Kort oppsummert|Oppsummering|Oppsummert|Saken oppsummert|Dette er saken|Kort sagt|Det vigtigste|Overblik
Opsummering|Resumé|Resume|Sammanfattning|Kort om|Det viktigaste|I korthet|I korta drag|Detta har hänt
Lyhyesti|Tiivistelmä|Pääkohdat|Yhteenveto|Lühidalt|Kokkuvõte|L’essentiel|L'essentiel|À retenir|A retenir
Ce qu’il faut retenir|Ce qu'il faut retenir|En bref|Points clés|Les points clés|Résumé|Le résumé|En résumé
Lo más importante|Lo esencial|Puntos clave|Claves|Las claves|En breve|Resumen|Lo que debes saber
En síntesis|Lo más destacado|Resumo|Principais pontos|Pontos principais|O essencial|Em resumo|Destaques
Pontos-chave|In sintesi|I punti chiave|Punti chiave|In breve|L'essenziale|Riassunto|I punti principali
In evidenza|In het kort|Samenvatting|Kort samengevat|De kern|Het belangrijkste|Belangrijkste punten
Kernpunten|Najważniejsze informacje|W skrócie|Najważniejsze|Streszczenie|Co musisz wiedzieć|Stručně
Ve zkratce|Shrnutí|V kostce|V skratke|Zhrnutie|Pe scurt|Rezumat|Pe scurt, despre ce este vorba|Röviden
Összefoglaló|Lényeg|Ukratko|Sažetak|Na kratko|Povzetek|Με λίγα λόγια|Συνοπτικά|Σύνοψη|Главное|Кратко
Коротко|Самое важное|Основное|Головне|Коротко про головне|Стисло|Накратко|Най-важното|Öne çıkanlar|Özet
Kısaca|Haber özeti|ملخص|النقاط الرئيسية|أبرز النقاط|باختصار|خلاصه|תקציר|בקצרה|עיקרי הדברים|要点|要約
ポイント|まとめ|この記事のポイント|概要|摘要|内容提要|核心提示|重點|重点|懶人包|요약|핵심 요약|3줄 요약
기사 요약|핵심|AI 요약|Poin penting|Ringkasan|Ringkasan berita|Intisari|Tóm tắt|Nội dung chính|Điểm chính
สรุป|ประเด็นสำคัญ|मुख्य बातें|हाइलाइट्स|संक्षेप|মূল বিষয়|Muhtasari|Kwa ufupi|Ringkasan AI
Mahahalagang punto
"""

_CLASSES: Final = """
bullets bullet keypoints keypoint keytakeaways highlights highlight takeaways takeaway keyfacts tldr
summarylist articlesummary storysummary aisummary storyhighlights keyhighlights quickread abstract
inbrief ataglance essentiel kurz summary summarybox resumen resume sommario ukratko keyideas mainpoints
aiarticlesummary articlebullets
"""
#: Words of a class or id, as :func:`pipelines.cues.words` reads them.
KEY_POINT_CLASSES: Final = frozenset(_CLASSES.split())
