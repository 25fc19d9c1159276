"""What is a label above key points, in the languages of the press, and what only looks like one."""

from __future__ import annotations

import pytest

from pipelines import labels


@pytest.mark.parametrize(
    "text",
    [
        "Key highlights", "KEY POINTS:", "Main takeaways", "What you need to know", "5 things to know", "TL;DR",
        "AI-generated summary", "Summary by AI", "Das Wichtigste auf einen Blick", "Die wichtigsten Fakten",
        "Darum geht’s", "Kurz & knapp", "Ce qu’il faut retenir", "Points clés", "Les points essentiels",
        "Puntos clave", "Las claves", "Resumen de la noticia", "Pontos-chave", "Principais pontos", "Punti chiave",
        "In sintesi", "In het kort", "Belangrijkste punten", "Kort fortalt", "Saken oppsummert", "Hovedpunkter",
        "Sammanfattning", "Det viktigaste i korthet", "Tiivistelmä", "Pääkohdat", "Í stuttu máli", "W skrócie",
        "Najważniejsze informacje", "Ve zkratce", "V skratke", "Röviden", "Pe scurt", "Накратко", "Укратко", "Ukratko",
        "Na kratko", "Με λίγα λόγια", "Kısaca", "Öne çıkanlar", "Главное", "Ключевые моменты", "Головне", "Стисло",
        "Trumpai", "Īsumā", "Lühidalt", "أبرز النقاط", "ملخص الخبر", "עיקרי הדברים", "خلاصه خبر", "اہم نکات",
        "मुख्य बातें", "মূল বিষয়", "முக்கிய அம்சங்கள்", "Poin penting", "Rangkuman berita", "Isi penting", "Điểm chính",
        "ประเด็นสำคัญ", "要点", "新闻摘要", "懶人包", "この記事のポイント", "3줄 요약", "AI 요약", "Muhtasari",
        "🔑 Key takeaways", "Summary (beta)", "— Highlights —",
    ],
)  # fmt: skip
def test_labels(text: str) -> None:
    assert labels.is_label(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("…", id="only-marks"),
        pytest.param("3", id="only-a-number"),
        pytest.param("AI", id="only-a-note"),
        pytest.param("The key points of the plan were agreed in Lower Quillstead", id="sentence"),
        pytest.param("Points", id="a-table-of-points"),
        pytest.param("Details", id="details-of-a-product"),
        pytest.param("More highlights from the sound", id="teaser"),
        pytest.param("key points " * 10, id="too-long"),
    ],
)
def test_other_words(text: str) -> None:
    assert not labels.is_label(text)
