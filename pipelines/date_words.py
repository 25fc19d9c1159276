"""What is written beside a date: that it is the day of publication, or that of the last change."""

from __future__ import annotations

import re
from typing import Final

# Stems rather than words, for the sake of endings; languages in the order of docs/extraction.md's countries, compared
# without case anywhere in the few words before a date.
_CHANGED: Final = (
    r"updat|modif|edited|revis|amended|last changed|aktuali|geändert|änderung|bearbeitet|überarbeitet|\bstand\b"
    r"|mis à jour|mise à jour|màj|\bmaj\b|actuali[sz]|modificad|modificat|atuali|aggiorn|bijgewerkt|gewijzigd|aangepast"
    r"|opdater|ændret|oppdater|\bendret|uppdater|\bändra|päivit|muokat|uppfær|breytt"
    r"|zaktualiz|aktualiz|zmodyf|zmienion|upraven|změněn|zmenen|frissít|módosít|обновен|актуализ|променен"
    r"|ažurir|izmenjen|izmijenjen|ажурир|posodob|spremenj|ενημ|τροποπ|ανανε|güncel|değiştir"
    r"|обновл|измен[её]н|отредакт|оновл|змінен|atnaujin|atjaun|labots|uuendat|muudet"
    r"|تحديث|تعديل|עודכן|עדכון|به[\s‌]?روز|بروزرسانی|अपडेट|अद्यतन|संशोधित|হালনাগাদ|আপডেট|اپ ?ڈیٹ|புதுப்பிக்க"
    r"|diupdate|diperbarui|kemas ?kini|cập nhật|อัปเดต|อัพเดท|แก้ไข|更新|修改|修订|修訂|改訂|수정|업데이트|sasishwa"
)
_PUBLISHED: Final = (
    r"publish|publication|posted|released|issued|uploaded|created|written|\bdate"
    r"|veröff|erschien|erstellt|publiziert|online seit|eingestellt|datum"
    r"|publié|paru|mis en ligne|mise en ligne|posté|rédigé|créé|publicad|publicaci|fecha|creado|publicaç|postado|criado"
    r"|pubblic|inserito|scritto il|gepubliceerd|geplaatst|gepubl|publicatie|verschenen"
    r"|publiceret|udgivet|offentliggjort|oprettet|publisert|lagt ut|opprettet|publicera|skapad|inlagd|julkaist|luotu"
    r"|birt\b|útgefi|opublik|publikacj|dodano|utworzon|publikov|vydán|zveřej|vložen|vytvořen|přidán|zverejn|vydan|pridan"
    r"|közz|megjelen|létrehoz|publikál|feltölt|publicat|postat|adăugat|публик|опубл|добавен|създаден"
    r"|objav|postavljen|објав|δημοσ|ανάρτησ|αναρτήθ|yayın|eklen|tarih|опублік|добавлен|размещ|создан|додано|створен"
    r"|publikuot|paskelb|įkelt|publicēt|ievietot|avaldat|lisatud|postitat"
    r"|نشر|تاريخ|أضيف|פורסם|תאריך|הועלה|انتشار|منتشر|تاریخ|ارسال|شائع|اشاعت|प्रकाशित|पोस्ट|প্রকাশ|வெளியி|பதிவு"
    r"|diterbit|terbit|dipublik|diposting|tayang|disiarkan|đăng|xuất bản|เผยแพร่|วันที่|โพสต์"
    r"|发布|發布|发表|發表|刊登|公開|掲載|投稿|配信|入稿|입력|등록|게재|작성|송고|chapishwa"
)
# What may follow such a stem: its ending, and a short word ("on", "am", "le") or a colon.
_BETWEEN: Final = r"[^\s\d]{0,12}(?:\s{1,2}[^\s\d]{1,6})?"
CHANGED: Final = re.compile(_CHANGED, re.IGNORECASE)
PUBLISHED: Final = re.compile(
    rf"{_PUBLISHED}|\bam\b|\bon\b|\ble\b|\bvom\b|\bdel\b|\bvon\b|\bby\b|\bdata\b", re.IGNORECASE
)
_LABEL: Final = re.compile(rf"(?:{_PUBLISHED}){_BETWEEN}\W{{0,4}}$", re.IGNORECASE)
# German and Finnish put the word for the change behind the day.
_CHANGED_AFTER: Final = re.compile(
    r"^(?:\s?um)?[\s\d.:,]{0,12}(?:Uhr)?[\s,]{0,2}(?:zuletzt )?(?:geändert|bearbeitet|aktualisiert)\b"
    r"(?!\s?(?::|am\b|um\b|von\b))",
    re.IGNORECASE,
)


def names_publication(lead: str) -> bool:
    """Whether the words right before a date name it as the day of publication ("Published on", "Erschienen am:")."""
    return _LABEL.search(lead) is not None


def names_change(lead: str, tail: str) -> bool:
    """Whether the words around a date name it as that of a change, and no word of publication stands closer."""
    changes = list(CHANGED.finditer(lead))
    if not changes:
        return _CHANGED_AFTER.search(tail) is not None
    return not names_publication(lead[changes[-1].end() :])
