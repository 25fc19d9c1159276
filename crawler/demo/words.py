"""Dates as a reader of each language would print them."""

from __future__ import annotations

import datetime as dt

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "el": "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου "
    "Δεκεμβρίου",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "ar": "يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر",
}
_PATTERNS = {
    "en": "{day} {month} {year}",
    "en-US": "{month} {day}, {year}",
    "de": "{day}. {month} {year}",
    "es": "{day} de {month} de {year}",
    "ja": "{year}年{number}月{day}日",
}


def day(date: dt.date, language: str) -> str:
    """The day in words: "12 June 2025", "12. Juni 2025", "2025年6月12日"."""
    base = language.split("-", maxsplit=1)[0]
    pattern = _PATTERNS.get(language) or _PATTERNS.get(base) or _PATTERNS["en"]
    months = _MONTHS.get(base, _MONTHS["en"]).split()
    return pattern.format(day=date.day, month=months[date.month - 1], number=date.month, year=date.year)


def clock(instant: dt.datetime, language: str) -> str:
    """The time of day: "8:15 am" in American English, "08:15" elsewhere."""
    if language == "en-US":
        return f"{instant.hour % 12 or 12}:{instant.minute:02d} {'am' if instant.hour < 12 else 'pm'}"
    return f"{instant:%H:%M}"


def people(names: tuple[str, ...], joint: str = "and") -> str:
    """Names as a byline lists them: "A, B and C"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {joint} {names[-1]}"
