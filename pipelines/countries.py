"""What the country in a host's name says about the clock of its press."""

from __future__ import annotations

from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

# Country code domains and their zones, from zone.tab of the IANA time zone database. Of countries with far-off
# islands or a second clock for a few (Spain, Portugal, Chile, Ecuador, New Zealand …) the one that all but a few live
# by; of countries that span several zones the easternmost and the westernmost in which papers are printed. Left out:
# domains that are sold to anyone (.tv, .io, .ai, .co, .me, .fm …) and islands without a press of their own.
_ZONES: Final = """
ad Europe/Andorra|ae Asia/Dubai|af Asia/Kabul|al Europe/Tirane|am Asia/Yerevan|ao Africa/Luanda
ar America/Argentina/Buenos_Aires|at Europe/Vienna|aw America/Aruba|az Asia/Baku|ba Europe/Sarajevo
bb America/Barbados|bd Asia/Dhaka|be Europe/Brussels|bf Africa/Ouagadougou|bg Europe/Sofia|bh Asia/Bahrain
bi Africa/Bujumbura|bj Africa/Porto-Novo|bm Atlantic/Bermuda|bn Asia/Brunei|bo America/La_Paz|bs America/Nassau
bt Asia/Thimphu|bw Africa/Gaborone|by Europe/Minsk|cg Africa/Brazzaville|ch Europe/Zurich|ci Africa/Abidjan
ck Pacific/Rarotonga|cl America/Santiago|cm Africa/Douala|cn Asia/Shanghai|cr America/Costa_Rica|cu America/Havana
cv Atlantic/Cape_Verde|cy Asia/Nicosia|cz Europe/Prague|de Europe/Berlin|dk Europe/Copenhagen|dm America/Dominica
do America/Santo_Domingo|dz Africa/Algiers|ec America/Guayaquil|ee Europe/Tallinn|eg Africa/Cairo
eh Africa/El_Aaiun|er Africa/Asmara|es Europe/Madrid|et Africa/Addis_Ababa|fi Europe/Helsinki|fj Pacific/Fiji
fk Atlantic/Stanley|fo Atlantic/Faroe|fr Europe/Paris|ge Asia/Tbilisi|gf America/Cayenne|gh Africa/Accra
gi Europe/Gibraltar|gm Africa/Banjul|gn Africa/Conakry|gp America/Guadeloupe|gr Europe/Athens|gt America/Guatemala
gu Pacific/Guam|gw Africa/Bissau|gy America/Guyana|hk Asia/Hong_Kong|hn America/Tegucigalpa|hr Europe/Zagreb
ht America/Port-au-Prince|hu Europe/Budapest|ie Europe/Dublin|il Asia/Jerusalem|in Asia/Kolkata|iq Asia/Baghdad
ir Asia/Tehran|is Atlantic/Reykjavik|it Europe/Rome|jm America/Jamaica|jo Asia/Amman|jp Asia/Tokyo
ke Africa/Nairobi|kg Asia/Bishkek|kh Asia/Phnom_Penh|km Indian/Comoro|kn America/St_Kitts|kp Asia/Pyongyang
kr Asia/Seoul|kw Asia/Kuwait|ky America/Cayman|lb Asia/Beirut|lc America/St_Lucia|li Europe/Vaduz|lk Asia/Colombo
lr Africa/Monrovia|ls Africa/Maseru|lt Europe/Vilnius|lu Europe/Luxembourg|lv Europe/Riga|ma Africa/Casablanca
mc Europe/Monaco|md Europe/Chisinau|mg Indian/Antananarivo|mh Pacific/Majuro|mk Europe/Skopje|mm Asia/Yangon
mn Asia/Ulaanbaatar|mo Asia/Macau|mq America/Martinique|mr Africa/Nouakchott|mt Europe/Malta|mu Indian/Mauritius
mv Indian/Maldives|mw Africa/Blantyre|my Asia/Kuala_Lumpur|mz Africa/Maputo|na Africa/Windhoek|nc Pacific/Noumea
ne Africa/Niamey|ng Africa/Lagos|ni America/Managua|nl Europe/Amsterdam|no Europe/Oslo|np Asia/Kathmandu
nr Pacific/Nauru|nz Pacific/Auckland|om Asia/Muscat|pa America/Panama|pe America/Lima|ph Asia/Manila
pk Asia/Karachi|pl Europe/Warsaw|pm America/Miquelon|pr America/Puerto_Rico|ps Asia/Gaza|pt Europe/Lisbon
py America/Asuncion|qa Asia/Qatar|re Indian/Reunion|ro Europe/Bucharest|rs Europe/Belgrade|rw Africa/Kigali
sa Asia/Riyadh|sb Pacific/Guadalcanal|sd Africa/Khartoum|se Europe/Stockholm|sg Asia/Singapore|si Europe/Ljubljana
sk Europe/Bratislava|sl Africa/Freetown|sm Europe/San_Marino|sn Africa/Dakar|so Africa/Mogadishu
sr America/Paramaribo|ss Africa/Juba|sv America/El_Salvador|sy Asia/Damascus|sz Africa/Mbabane|td Africa/Ndjamena
tg Africa/Lome|th Asia/Bangkok|tj Asia/Dushanbe|tl Asia/Dili|tn Africa/Tunis|tr Europe/Istanbul
tt America/Port_of_Spain|tw Asia/Taipei|tz Africa/Dar_es_Salaam|ua Europe/Kiev|ug Africa/Kampala|uk Europe/London
uy America/Montevideo|uz Asia/Tashkent|va Europe/Vatican|ve America/Caracas|vn Asia/Ho_Chi_Minh|vu Pacific/Efate
wf Pacific/Wallis|ye Asia/Aden|yt Indian/Mayotte|za Africa/Johannesburg|zm Africa/Lusaka|zw Africa/Harare
au Australia/Sydney,Australia/Perth|br America/Sao_Paulo,America/Rio_Branco|ca America/St_Johns,America/Vancouver
cd Africa/Lubumbashi,Africa/Kinshasa|id Asia/Jayapura,Asia/Jakarta|kz Asia/Almaty,Asia/Aqtobe
mx America/Cancun,America/Tijuana|ru Asia/Kamchatka,Europe/Kaliningrad|us America/New_York,Pacific/Honolulu
"""


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    entries = (entry.split(" ") for line in _ZONES.split("\n") for entry in line.split("|") if entry)
    return {domain: tuple(names.split(",")) for domain, names in entries}


@lru_cache(maxsize=512)
def zones(host: str) -> tuple[ZoneInfo, ...]:
    """The clocks that the country of ``host`` keeps: one, the outermost two, or none that is known."""
    return tuple(ZoneInfo(name) for name in _table().get(host.rpartition(".")[2].lower(), ()))
