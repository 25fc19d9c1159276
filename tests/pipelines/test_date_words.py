"""What stands beside a date, in the languages of the press."""

from __future__ import annotations

import pytest

from pipelines import date_words


@pytest.mark.parametrize(
    "lead",
    [
        "Published on ", "First published: ", "Erschienen am: ", "Veröffentlicht am ", "Publié le ",
        "Publicado el ", "Fecha: ", "Publicado em ", "Pubblicato il ", "Gepubliceerd op ", "Publiceret ",
        "Publisert ", "Publicerad ", "Julkaistu ", "Birt ", "Opublikowano: ", "Publikováno ", "Zverejnené ",
        "Közzétéve: ", "Publicat: ", "Публикувано на ", "Objavljeno: ", "Објављено ", "Δημοσίευση: ",
        "Yayınlanma tarihi: ", "Опубликовано ", "Опубліковано: ", "Publikuota ", "Publicēts: ", "Avaldatud ",
        "تاريخ النشر: ", "פורסם ב", "تاریخ انتشار: ", "प्रकाशित: ", "প্রকাশিত: ", "تاریخ اشاعت: ",
        "Diterbitkan ", "Ngày đăng: ", "เผยแพร่ ", "发布时间：",
        "發布日期：", "公開日: ", "掲載日 ", "입력 ", "Imechapishwa: ",
        "Aktualisiert am 5. Juni, veröffentlicht am ",
    ],
)  # fmt: skip
def test_publication(lead: str) -> None:
    assert not date_words.names_change(lead, "")
    assert date_words.names_publication(lead)


@pytest.mark.parametrize(
    "lead",
    [
        "Updated ", "Last modified on ", "Aktualisiert: ", "Letzte Änderung: ", "Stand: ", "Mis à jour le ",
        "Actualizado el ", "Atualizado em ", "Aggiornato il ", "Bijgewerkt: ", "Opdateret ", "Oppdatert ",
        "Uppdaterad ", "Päivitetty ", "Uppfært ", "Aktualizacja: ", "Aktualizováno ", "Frissítve: ",
        "Actualizat: ", "Обновена: ", "Ažurirano: ", "Ажурирано ", "Posodobljeno: ", "Τελευταία ενημέρωση: ",
        "Güncelleme: ", "Обновлено ", "Изменён ", "Оновлено: ", "Atnaujinta ", "Atjaunots ", "Uuendatud ",
        "آخر تحديث: ", "עודכן ב", "به‌روزرسانی: ", "अपडेट: ", "আপডেট: ", "Diperbarui ", "Dikemas kini ",
        "Cập nhật: ", "อัปเดต ", "更新：", "最終更新日: ", "수정 ", "Published 5 June, updated ",
    ],
)  # fmt: skip
def test_change(lead: str) -> None:
    assert date_words.names_change(lead, "")


def test_words_for_the_change_behind_the_day() -> None:
    assert date_words.names_change("Diese Seite wurde zuletzt am ", " um 13:22 Uhr bearbeitet.")
    assert not date_words.names_change("", " | Aktualisiert: 6. Juni 2024")
