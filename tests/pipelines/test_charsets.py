"""Character decoding: pages of forty countries in the encodings that their papers used, rightly and wrongly labelled."""

# ruff: noqa: E501

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.charsets import codec_of, decode, oddness

# A few sentences as a local paper might print them, and the encodings that such papers were served in.
COUNTRIES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "Austria": ("de", "Die Brücke über den Fluß bleibt wegen Hochwassers gesperrt. Bürgermeisterin Jäger hofft auf trockene Tage und dankt den Helfern für ihre Mühe.", ("windows-1252", "iso-8859-1", "iso-8859-15")),
    "Germany": ("de", "Der Stadtrat hat nach längerer Debatte beschlossen, die Straßenbahn bis zum Schloß zu verlängern. Für die Mehrkosten müßte das Land aufkommen, erklärte der Kämmerer.", ("windows-1252", "iso-8859-1")),
    "France": ("fr", "Le maire a présenté à la presse le projet de médiathèque, très attendu des élèves. L'été prochain, le chantier démarrera près de l'hôtel de ville.", ("windows-1252", "iso-8859-15")),
    "Belgium": ("fr", "Les échevins ont décidé de fermer la piscine où, déjà, les fuites étaient fréquentes. Cela coûtera moins cher, a-t-on précisé mercredi.", ("iso-8859-1",)),
    "Spain": ("es", "El alcalde anunció que la estación reabrirá mañana. Según los técnicos, el año próximo habrá más autobuses y las niñas y niños viajarán gratis.", ("windows-1252", "iso-8859-1")),
    "Mexico": ("es", "La inundación dañó el mercado y dejó sin energía eléctrica a la colonia. Está previsto que el lunes continúe la reparación, informó la compañía.", ("windows-1252",)),
    "Portugal": ("pt", "A câmara aprovou a construção da nova estação. Não há ainda decisão sobre os horários, mas a população exige ligações à praia já no próximo verão.", ("windows-1252",)),
    "Brazil": ("pt", "Os vereadores votaram ontem a proteção do manguezal. A solução não agradou à associação de pescadores, que irá à Justiça contra a decisão.", ("iso-8859-1",)),
    "Italy": ("it", "La città avrà più verde: così ha deciso la giunta. Perché il progetto parta è però necessaria la disponibilità della società dei trasporti.", ("windows-1252",)),
    "Sweden": ("sv", "Åskvädret slog ut strömmen på ön i går kväll. Räddningstjänsten körde båt hela natten och färjan går först på lördag, säger hamnchefen.", ("windows-1252", "iso-8859-1")),
    "Norway": ("no", "Fergen ligger fortsatt ved kai på øya. Kapteinen håper på bedre vær til påske, og rådmannen kaller situasjonen både ærlig og brysom for næringslivet.", ("windows-1252",)),
    "Denmark": ("da", "Byrådet har vedtaget at genåbne færgelejet. Først næste år kommer der flere både, og så må sejlerne vente på, at bølgebryderen bliver færdig.", ("windows-1252",)),
    "Finland": ("fi", "Kylän väki päätti säästää vanhan myllyn. Työt alkavat heti kevään jälkeen, eikä kukaan enää epäile, etteikö hanke menestyisi.", ("windows-1252",)),
    "Iceland": ("is", "Fólkið á eyjunni fær nýja ferju á næsta ári. Þingið samþykkti fjárlögin í gær, og bæjarstjórinn sagði að þetta væri góður dagur.", ("windows-1252",)),
    "Netherlands": ("nl", "De coöperatie heeft één miljoen euro geïnvesteerd in de ruïne. Volgens de financiële commissie is het reële risico beperkt, zo blijkt.", ("windows-1252",)),
    "Poland": ("pl", "Rada miejska uchwaliła wczoraj, że wąskotorówka będzie jeździć także zimą. Mieszkańcy cieszą się, choć część z nich obawia się hałasu i wyższych opłat.", ("windows-1250", "iso-8859-2")),
    "Czechia": ("cs", "Zastupitelé včera schválili opravu staré lávky přes řeku. Práce začnou příští týden, řekl starosta, a potrvají nejméně do září, možná i déle.", ("windows-1250", "iso-8859-2")),
    "Slovakia": ("sk", "Obyvatelia ostrova privítali nový čln s nadšením. Kapitán tvrdí, že už žiadna búrka ich nezaskočí, no starostka zostáva opatrná a ďakuje všetkým.", ("windows-1250",)),
    "Hungary": ("hu", "A képviselők tegnap úgy döntöttek, hogy az öreg fűzfák megmaradnak. A főkertész szerint a gyökerek erősek, és a következő évtől több vizet kapnak.", ("windows-1250", "iso-8859-2")),
    "Croatia": ("hr", "Gradsko vijeće jučer je odlučilo da će se stari most obnoviti. Radovi počinju sljedeći tjedan, a građani će do proljeća morati ići zaobilaznim putem.", ("windows-1250",)),
    "Romania": ("ro", "Consiliul a hotărât ieri ca podul vechi să fie reparat. Lucrările încep săptămâna viitoare, iar locuitorii vor aștepta pînă în primăvară.", ("iso-8859-16",)),
    "Turkey": ("tr", "Belediye meclisi dün eski köprünün onarılmasına karar verdi. Çalışmalar gelecek hafta başlayacak, şehir sakinleri ise ilkbahara kadar bekleyecek.", ("windows-1254", "iso-8859-9")),
    "Lithuania": ("lt", "Miesto taryba vakar nusprendė atnaujinti senąjį tiltą. Darbai prasidės kitą savaitę, o gyventojai iki pavasario turės važiuoti aplinkkeliu, pranešė mėras.", ("windows-1257",)),
    "Latvia": ("lv", "Pilsētas dome vakar nolēma atjaunot veco tiltu. Darbi sāksies nākamnedēļ, un iedzīvotājiem līdz pavasarim būs jābrauc pa apvedceļu, sacīja mērs.", ("windows-1257",)),
    "Estonia": ("et", "Vallavolikogu otsustas eile vana silla uuesti üles ehitada. Tööd algavad järgmisel nädalal ning külaelanikud peavad kevadeni ümbersõitu kasutama.", ("windows-1257", "iso-8859-15")),
    "Russia": ("ru", "Городской совет вчера решил восстановить старый мост. Работы начнутся на следующей неделе, а жители до весны будут ездить в объезд, сообщил мэр.", ("windows-1251", "koi8-r", "iso-8859-5", "cp866")),
    "Ukraine": ("uk", "Міська рада вчора вирішила відновити старий міст. Роботи почнуться наступного тижня, а мешканці до весни їздитимуть в об'їзд, повідомив міський голова.", ("windows-1251", "koi8-u")),
    "Bulgaria": ("bg", "Общинският съвет вчера реши да възстанови стария мост. Работата започва следващата седмица, а жителите до пролетта ще минават по обиколен път.", ("windows-1251",)),
    "Serbia": ("sr", "Градско веће је јуче одлучило да обнови стари мост. Радови почињу следеће недеље, а грађани ће до пролећа морати да иду заобилазним путем.", ("windows-1251",)),
    "Greece": ("el", "Το δημοτικό συμβούλιο αποφάσισε χθες να επισκευάσει την παλιά γέφυρα. Οι εργασίες αρχίζουν την επόμενη εβδομάδα και θα κρατήσουν ως την άνοιξη.", ("windows-1253", "iso-8859-7")),
    "Israel": ("he", "מועצת העיר החליטה אתמול לשקם את הגשר הישן. העבודות יתחילו בשבוע הבא, והתושבים ייסעו בדרך עוקפת עד האביב, כך הודיע ראש העיר.", ("windows-1255", "iso-8859-8")),
    "Egypt": ("ar", "قرر مجلس المدينة أمس ترميم الجسر القديم. تبدأ الأعمال الأسبوع المقبل، وسيسلك السكان طريقا بديلا حتى الربيع، كما أعلن رئيس البلدية.", ("windows-1256", "iso-8859-6")),
    "Japan": ("ja", "市議会は昨日、古い橋を修復することを決めた。工事は来週始まり、住民は春まで迂回路を使うことになると市長が発表した。", ("shift_jis", "euc-jp", "iso-2022-jp")),
    "Korea": ("ko", "시의회는 어제 오래된 다리를 복구하기로 결정했다. 공사는 다음 주에 시작되며 주민들은 봄까지 우회로를 이용해야 한다고 시장이 밝혔다.", ("euc-kr",)),
    "China": ("zh", "市议会昨天决定修复旧桥。工程将于下周开始，居民在春天之前必须绕道行驶，市长在新闻发布会上宣布了这一消息。", ("gb2312", "gbk", "gb18030")),
    "Taiwan": ("zh", "市議會昨天決定修復舊橋。工程將於下週開始，居民在春天之前必須繞道行駛，市長在記者會上宣布了這個消息。", ("big5",)),
    "Thailand": ("th", "สภาเมืองตัดสินใจเมื่อวานนี้ที่จะซ่อมแซมสะพานเก่า งานจะเริ่มในสัปดาห์หน้า และชาวเมืองจะต้องใช้ทางเลี่ยงจนถึงฤดูใบไม้ผลิ", ("windows-874", "tis-620")),
    "India": ("hi", "नगर परिषद ने कल पुराने पुल की मरम्मत करने का निर्णय लिया। काम अगले सप्ताह शुरू होगा।", ("utf-8",)),
    "Iran": ("fa", "شورای شهر دیروز تصمیم گرفت پل قدیمی را بازسازی کند. کار از هفته آینده آغاز می‌شود.", ("utf-8",)),
    "Georgia": ("ka", "ქალაქის საბჭომ გუშინ გადაწყვიტა ძველი ხიდის აღდგენა. სამუშაოები მომავალ კვირას დაიწყება.", ("utf-8",)),
}  # fmt: skip
ROWS = [(country, *row[:2], encoding) for country, row in COUNTRIES.items() for encoding in row[2]]
IDS = [f"{country} {encoding}" for country, _, _, encoding in ROWS]
# Those that nothing but a declaration tells apart from a sibling on so short a text.
SIBLINGS = {"iso-8859-5", "cp866", "iso-8859-6", "iso-8859-8", "iso-8859-16", "koi8-u", "iso-8859-15", "iso-8859-2"}

TOLD_APART = [row for row in ROWS if row[3] not in SIBLINGS]
TOLD_APART_IDS = [f"{country} {encoding}" for country, _, _, encoding in TOLD_APART]


def page(language: str, text: str, encoding: str, label: str | None = None, times: int = 6) -> bytes:
    meta = f'<meta charset="{label}">' if label else ""
    paragraphs = "".join(f'<p class="text">{text}</p>\n' for _ in range(times))
    html = f'<!DOCTYPE html><html lang="{language}"><head>{meta}<title>{text[:40]}</title></head>{paragraphs}</html>'
    codec = codec_of(encoding)
    assert codec is not None
    return html.encode("utf-8" if encoding == "utf-8" else codec)


def text_of(body: bytes, header: str | None = None) -> str:
    return decode(body, header).utf8.decode("utf-8")


def test_there_are_forty_countries() -> None:
    assert len(COUNTRIES) == 40


@pytest.mark.parametrize(("country", "language", "text", "encoding"), ROWS, ids=IDS)
def test_a_page_that_declares_its_encoding(country: str, language: str, text: str, encoding: str) -> None:
    del country
    in_meta = decode(page(language, text, encoding, encoding), "text/html")
    in_header = decode(page(language, text, encoding), f"text/html; charset={encoding}")
    assert text in in_meta.utf8.decode()
    assert text in in_header.utf8.decode()
    assert in_meta.warnings == in_header.warnings == ()


@pytest.mark.parametrize(("country", "language", "text", "encoding"), TOLD_APART, ids=TOLD_APART_IDS)
def test_a_page_that_declares_nothing(country: str, language: str, text: str, encoding: str) -> None:
    del country
    assert text in text_of(page(language, text, encoding))


@pytest.mark.parametrize(("country", "language", "text", "encoding"), TOLD_APART, ids=TOLD_APART_IDS)
def test_a_page_that_claims_to_be_utf8(country: str, language: str, text: str, encoding: str) -> None:
    del country
    read = decode(page(language, text, encoding, "utf-8"), "text/html; charset=utf-8")
    assert text in read.utf8.decode()
    assert ("charset_mislabelled" in read.warnings) == (encoding not in {"utf-8", "iso-2022-jp"})


@pytest.mark.parametrize(("country", "language", "text", "encoding"), ROWS, ids=IDS)
def test_a_page_in_utf8_that_claims_something_else(country: str, language: str, text: str, encoding: str) -> None:
    del country, encoding
    read = decode(page(language, text, "utf-8", "iso-8859-1"), None)
    assert text in read.utf8.decode()
    assert read.warnings == ("charset_mislabelled",)


@pytest.mark.parametrize(
    ("country", "encoding"),
    [
        ("Russia", "windows-1251"),
        ("Japan", "shift_jis"),
        ("Japan", "euc-jp"),
        ("Korea", "euc-kr"),
        ("China", "gbk"),
        ("Taiwan", "big5"),
        ("Greece", "windows-1253"),
        ("Israel", "windows-1255"),
        ("Egypt", "windows-1256"),
        ("Thailand", "windows-874"),
        ("Turkey", "windows-1254"),
        ("Czechia", "windows-1250"),
        ("Hungary", "windows-1250"),
        ("Lithuania", "windows-1257"),
    ],
)
def test_a_national_encoding_under_the_label_of_latin_1(country: str, encoding: str) -> None:
    language, text, _ = COUNTRIES[country]
    read = decode(page(language, text, encoding, "iso-8859-1"), None)
    assert text in read.utf8.decode()
    assert "charset_mislabelled" in read.warnings


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-32-le", b"\xff\xfe\0\0"),
        ("utf-32-be", b"\0\0\xfe\xff"),
    ],
)
def test_unicode_with_and_without_its_mark(encoding: str, bom: bytes) -> None:
    text = "<html><head><meta charset=iso-8859-1><title>Brücke</title></head><body><p>Ωmega, 橋, мост</p></body></html>"
    assert text_of(bom + text.encode(encoding), "text/html; charset=iso-8859-1") == text
    assert text_of(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("label", "codec"),
    [
        ("ISO-8859-1", "cp1252"),
        ("us-ascii", "cp1252"),
        ("latin5", "cp1254"),
        ("x-sjis", "cp932"),
        ("ks_c_5601-1987", "cp949"),
        ("gb2312", "gb18030"),
        ("UTF-16", "utf-8"),
        ("windows-1251", "cp1251"),
        ("utf-7", None),
        ("unicode_escape", None),
        ("base64", None),
        ("made-up", None),
        ("", None),
    ],
)
def test_labels_mean_what_the_whatwg_standard_says(label: str, codec: str | None) -> None:
    assert codec_of(label) == codec


def test_a_stray_byte_does_not_spoil_a_page_in_utf8() -> None:
    good = "Überall blühen Bäume, sagt die Gärtnerin. " * 20
    read = decode(good.encode() + b" Caf\xe9 " + good.encode(), None)
    assert " Café " in read.utf8.decode()
    assert read.warnings == ("charset_damaged",)


def test_a_character_cut_at_the_end_is_no_damage() -> None:
    whole = ("Überall blühen Bäume. " * 20 + "ü").encode()
    read = decode(whole[:-1], None)
    assert read.encoding == "utf-8"
    assert read.warnings == ()


def test_nuls_are_dropped() -> None:
    assert decode(b"<p>a\x00b</p>", None).utf8 == b"<p>ab</p>"


def test_windows_quotes_under_the_label_of_latin_1() -> None:
    assert "“quoted” – it’s" in text_of(b"<meta charset=iso-8859-1><p>\x93quoted\x94 \x96 it\x92s</p>")


def test_few_letters_of_a_double_byte_set_are_not_taken_for_utf8() -> None:
    body = "<meta charset=gbk><p>联通</p>".encode("gbk")
    assert "联通" in text_of(body)
    # These two bytes are valid UTF-8 as well.
    twin = b"<meta charset=gbk><p>" + b"\xc4\xa3\xca\xa1" + b"</p>"
    assert "模省" in text_of(twin)


@pytest.mark.parametrize(
    ("text", "wrongly"),
    [("Городской совет решил", "cp1252"), ("市議会は昨日決めた", "cp1252"), ("Городской совет", "koi8_r")],
)
def test_the_wrong_encoding_reads_oddly(text: str, wrongly: str) -> None:
    source = "cp932" if "市" in text else "cp1251"
    assert oddness(text) == 0
    assert oddness(text.encode(source).decode(wrongly, "replace")) > 0.25


@given(body=st.binary(max_size=500), label=st.text(max_size=12))
def test_no_bytes_raise(body: bytes, label: str) -> None:
    read = decode(body, f"text/html; charset={label}")
    read.utf8.decode("utf-8")
    assert b"\x00" not in read.utf8
