"""The names of the months in the languages that news is written in.

From the Unicode CLDR 48 by way of Babel 2.18 (format and stand-alone, wide and abbreviated, case folded, without
dots), with the Levantine and Maghrebi Arabic, the Austrian and the everyday short forms that CLDR leaves out, and the
months of the solar calendar that Iran and Afghanistan write by (their years say which calendar is meant).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

# Twelve groups parted by bars, the names of one month by slashes.
_NAMES: dict[str, str] = {
    "af": "januarie/jan|februarie/feb|maart/mrt/mar|april/apr|mei|junie/jun|julie/jul|augustus/aug|september/sep/sept|oktober/okt|november/nov|desember/des",  # noqa: E501
    "am": "ጃንዋሪ/ጃን|ፌብሩዋሪ/ፌብ|ማርች|ኤፕሪል/ኤፕሪ|ሜይ|ጁን|ጁላይ|ኦገስት/ኦገስ|ሴፕቴምበር/ሴፕቴ|ኦክቶበር/ኦክቶ|ኖቬምበር/ኖቬም|ዲሴምበር/ዲሴም",
    "ar": "يناير/كانون الثاني/جانفي|فبراير/شباط/فيفري|مارس/آذار|أبريل/نيسان/افريل/أفريل|مايو/أيار/ماي|يونيو/حزيران/جوان|يوليو/تموز/جويلية|أغسطس/آب/أوت|سبتمبر/أيلول|أكتوبر/تشرين الأول|نوفمبر/تشرين الثاني|ديسمبر/كانون الأول",  # noqa: E501
    "az": "yanvar/yan|fevral/fev|mart/mar|aprel/apr|may|iyun/iyn|iyul/iyl|avqust/avq|sentyabr/sen|oktyabr/okt|noyabr/noy|dekabr/dek",  # noqa: E501
    "be": "студзеня/сту/студзень|лютага/лют/люты|сакавіка/сак/сакавік|красавіка/кра/красавік|мая/май|чэрвеня/чэр/чэрвень|ліпеня/ліп/ліпень|жніўня/жні/жнівень|верасня/вер/верасень|кастрычніка/кас/кастрычнік|лістапада/ліс/лістапад|снежня/сне/снежань",  # noqa: E501
    "bg": "януари/яну|февруари/фев|март|април/апр|май|юни|юли|август/авг|септември/сеп|октомври/окт|ноември/ное|декември/дек",  # noqa: E501
    "bn": "জানুয়ারী/জানু|ফেব্রুয়ারী/ফেব|মার্চ|এপ্রিল/এপ্রি|মে|জুন|জুলাই/জুল|আগস্ট/আগ|সেপ্টেম্বর/সেপ|অক্টোবর/অক্টো|নভেম্বর/নভে|ডিসেম্বর/ডিসে",
    "bs": "januar/jan|februar/feb|mart/mar|april/apr|maj|juni/jun|juli/jul|august/aug|septembar/sep|oktobar/okt|novembar/nov|decembar/dec",  # noqa: E501
    "ca": "gener/gen|febrer/febr|març|abril/abr|maig|juny|juliol/jul|agost|setembre/set|octubre/oct|novembre/nov|desembre/des",  # noqa: E501
    "cs": "ledna/led/leden|února/úno/únor|března/bře/březen|dubna/dub/duben|května/kvě/květen|června/čvn/červen|července/čvc/červenec|srpna/srp/srpen|září/zář|října/říj/říjen|listopadu/lis/listopad|prosince/pro/prosinec",  # noqa: E501
    "cy": "ionawr/ion|chwefror/chwef/chw|mawrth/maw|ebrill/ebr|mai|mehefin/meh|gorffennaf/gorff/gor|awst|medi|hydref/hyd|tachwedd/tach|rhagfyr/rhag",  # noqa: E501
    "da": "januar/jan|februar/feb|marts/mar|april/apr|maj|juni/jun|juli/jul|august/aug|september/sep|oktober/okt|november/nov|december/dec",  # noqa: E501
    "de": "januar/jan/jänner|februar/feb/feber|märz/mär/mrz/maerz|april/apr|mai|juni/jun|juli/jul|august/aug|september/sept/sep|oktober/okt|november/nov|dezember/dez",  # noqa: E501
    "el": "ιανουαρίου/ιαν/ιανουάριοσ|φεβρουαρίου/φεβ/φεβρουάριοσ|μαρτίου/μαρ/μάρτιοσ/μάρ|απριλίου/απρ/απρίλιοσ|μαΐου/μαΐ/μάιοσ/μάι/μαΐ/μαϊ|ιουνίου/ιουν/ιούνιοσ/ιούν|ιουλίου/ιουλ/ιούλιοσ/ιούλ|αυγούστου/αυγ/αύγουστοσ/αύγ|σεπτεμβρίου/σεπ/σεπτέμβριοσ|οκτωβρίου/οκτ/οκτώβριοσ|νοεμβρίου/νοε/νοέμβριοσ/νοέ|δεκεμβρίου/δεκ/δεκέμβριοσ",  # noqa: E501
    "en": "january/jan|february/feb|march/mar|april/apr|may|june/jun|july/jul|august/aug|september/sep/sept|october/oct|november/nov|december/dec",  # noqa: E501
    "es": "enero/ene|febrero/feb|marzo/mar|abril/abr|mayo/may|junio/jun|julio/jul|agosto/ago|septiembre/sept/setiembre/set/sep|octubre/oct|noviembre/nov|diciembre/dic",  # noqa: E501
    "et": "jaanuar/jaan|veebruar/veebr|märts|aprill/apr|mai|juuni|juuli|august/aug|september/sept|oktoober/okt|november/nov|detsember/dets",  # noqa: E501
    "eu": "urtarrila/urt|otsaila/ots|martxoa/mar|apirila/api|maiatza/mai|ekaina/eka|uztaila/uzt|abuztua/abu|iraila/ira|urria/urr|azaroa/aza|abendua/abe",  # noqa: E501
    "fa": "ژانویهٔ/ژانویه/فروردین/فروردين/حمل|فوریهٔ/فوریه/اردیبهشت/ارديبهشت/ثور|مارس/خرداد/جوزا|آوریل/تیر/تير/سرطان|مهٔ/مه/مرداد/امرداد/اسد|ژوئن/شهریور/شهريور/سنبله|ژوئیهٔ/ژوئیه/مهر/میزان|اوت/آبان/عقرب|سپتامبر/آذر/قوس|اکتبر/دی/دي/جدی|نوامبر/بهمن/دلو|دسامبر/اسفند/حوت",  # noqa: E501
    "fi": "tammikuuta/tammi/tammikuu|helmikuuta/helmi/helmikuu|maaliskuuta/maalis/maaliskuu|huhtikuuta/huhti/huhtikuu|toukokuuta/touko/toukokuu|kesäkuuta/kesä/kesäkuu|heinäkuuta/heinä/heinäkuu|elokuuta/elo/elokuu|syyskuuta/syys/syyskuu|lokakuuta/loka/lokakuu|marraskuuta/marras/marraskuu|joulukuuta/joulu/joulukuu",  # noqa: E501
    "tl": "enero/ene|pebrero/peb|marso/mar|abril/abr|mayo/may|hunyo/hun|hulyo/hul|agosto/ago|setyembre/set|oktubre/okt|nobyembre/nob|disyembre/dis",  # noqa: E501
    "fo": "januar/jan|februar/feb|mars/mar|apríl/apr|mai|juni/jun|juli/jul|august/aug|september/sep|oktober/okt|november/nov|desember/des",  # noqa: E501
    "fr": "janvier/janv|février/févr/fevrier/fév/fev|mars|avril/avr|mai|juin|juillet/juil/juill|août/aout|septembre/sept|octobre/oct|novembre/nov|décembre/déc/decembre/dec",  # noqa: E501
    "ga": "eanáir/ean|feabhra/feabh|márta|aibreán/aib|bealtaine/beal|meitheamh/meith|iúil|lúnasa/lún|meán fómhair/mfómh|deireadh fómhair/dfómh|samhain/samh|nollaig/noll",  # noqa: E501
    "gl": "xaneiro/xan|febreiro/feb|marzo/mar|abril/abr|maio|xuño|xullo/xul|agosto/ago|setembro/set|outubro/out|novembro/nov|decembro/dec",  # noqa: E501
    "gu": "જાન્યુઆરી/જાન્યુ|ફેબ્રુઆરી/ફેબ્રુ|માર્ચ|એપ્રિલ|મે|જૂન|જુલાઈ|ઑગસ્ટ|સપ્ટેમ્બર/સપ્ટે|ઑક્ટોબર/ઑક્ટો|નવેમ્બર/નવે|ડિસેમ્બર/ડિસે",
    "he": "ינואר/ינו׳|פברואר/פבר׳|מרץ|אפריל/אפר׳|מאי|יוני|יולי|אוגוסט/אוג׳|ספטמבר/ספט׳|אוקטובר/אוק׳|נובמבר/נוב׳|דצמבר/דצמ׳",  # noqa: E501
    "hi": "जनवरी/जन॰|फ़रवरी/फ़र॰|मार्च|अप्रैल|मई|जून|जुलाई/जुल॰|अगस्त/अग॰|सितंबर/सित॰|अक्टूबर/अक्टू॰|नवंबर/नव॰|दिसंबर/दिस॰",
    "hr": "siječnja/sij/siječanj|veljače/velj/veljača|ožujka/ožu/ožujak|travnja/tra/travanj|svibnja/svi/svibanj|lipnja/lip/lipanj|srpnja/srp/srpanj|kolovoza/kol/kolovoz|rujna/ruj/rujan|listopada/lis/listopad|studenoga/stu/studeni|prosinca/pro/prosinac",  # noqa: E501
    "hu": "január/jan|február/febr|március/márc|április/ápr|május/máj|június/jún|július/júl|augusztus/aug|szeptember/szept|október/okt|november/nov|december/dec",  # noqa: E501
    "hy": "հունվարի/հնվ/հունվար|փետրվարի/փտվ/փետրվար|մարտի/մրտ/մարտ|ապրիլի/ապր/ապրիլ|մայիսի/մյս/մայիս|հունիսի/հնս/հունիս|հուլիսի/հլս/հուլիս|օգոստոսի/օգս/օգոստոս|սեպտեմբերի/սեպ/սեպտեմբեր|հոկտեմբերի/հոկ/հոկտեմբեր|նոյեմբերի/նոյ/նոյեմբեր|դեկտեմբերի/դեկ/դեկտեմբեր",  # noqa: E501
    "id": "januari/jan|februari/feb|maret/mar|april/apr|mei|juni/jun|juli/jul|agustus/agu/ags|september/sep|oktober/okt|november/nov|desember/des",  # noqa: E501
    "is": "janúar/jan|febrúar/feb|mars/mar|apríl/apr|maí|júní/jún|júlí/júl|ágúst/ágú|september/sep|október/okt|nóvember/nóv|desember/des",  # noqa: E501
    "it": "gennaio/gen|febbraio/feb|marzo/mar|aprile/apr|maggio/mag|giugno/giu|luglio/lug|agosto/ago|settembre/set/sett|ottobre/ott|novembre/nov|dicembre/dic",  # noqa: E501
    "ka": "იანვარი/იან|თებერვალი/თებ|მარტი/მარ|აპრილი/აპრ|მაისი/მაი|ივნისი/ივნ|ივლისი/ივლ|აგვისტო/აგვ|სექტემბერი/სექ|ოქტომბერი/ოქტ|ნოემბერი/ნოე|დეკემბერი/დეკ",  # noqa: E501
    "kk": "қаңтар/қаң|ақпан/ақп|наурыз/нау|сәуір/сәу|мамыр/мам|маусым/мау|шілде/шіл|тамыз/там|қыркүйек/қыр|қазан/қаз|қараша/қар|желтоқсан/жел",  # noqa: E501
    "km": "មករា|កុម្ភៈ|មីនា|មេសា|ឧសភា|មិថុនា|កក្កដា|សីហា|កញ្ញា|តុលា|វិច្ឆិកា|ធ្នូ",
    "kn": "ಜನವರಿ/ಜನ|ಫೆಬ್ರವರಿ/ಫೆಬ್ರ|ಮಾರ್ಚ್|ಏಪ್ರಿಲ್/ಏಪ್ರಿ|ಮೇ|ಜೂನ್|ಜುಲೈ|ಆಗಸ್ಟ್/ಆಗ|ಸೆಪ್ಟೆಂಬರ್/ಸೆಪ್ಟೆಂ|ಅಕ್ಟೋಬರ್/ಅಕ್ಟೋ|ನವೆಂಬರ್/ನವೆಂ|ಡಿಸೆಂಬರ್/ಡಿಸೆಂ",
    "ky": "январь/янв|февраль/фев|март/мар|апрель/апр|май|июнь/июн|июль/июл|август/авг|сентябрь/сен|октябрь/окт|ноябрь/ноя|декабрь/дек",  # noqa: E501
    "lb": "januar/jan|februar/feb|mäerz/mäe|abrëll/abr|mee|juni/jun|juli/jul|august/aug|september/sep|oktober/okt|november/nov|dezember/dez",  # noqa: E501
    "lo": "ມັງກອນ|ກຸມພາ|ມີນາ|ເມສາ|ພຶດສະພາ|ມິຖຸນາ|ກໍລະກົດ|ສິງຫາ|ກັນຍາ|ຕຸລາ|ພະຈິກ|ທັນວາ",
    "lt": "sausio/saus/sausis|vasario/vas/vasaris|kovo/kov/kovas|balandžio/bal/balandis|gegužės/geg/gegužė|birželio/birž/birželis|liepos/liep/liepa|rugpjūčio/rugp/rugpjūtis|rugsėjo/rugs/rugsėjis|spalio/spal/spalis|lapkričio/lapkr/lapkritis|gruodžio/gruod/gruodis",  # noqa: E501
    "lv": "janvāris/janv|februāris/febr|marts|aprīlis/apr|maijs|jūnijs/jūn|jūlijs/jūl|augusts/aug|septembris/sept|oktobris/okt|novembris/nov|decembris/dec",  # noqa: E501
    "mk": "јануари/јан|февруари/фев|март/мар|април/апр|мај|јуни/јун|јули/јул|август/авг|септември/сеп|октомври/окт|ноември/ное|декември/дек",  # noqa: E501
    "ml": "ജനുവരി/ജനു|ഫെബ്രുവരി/ഫെബ്രു|മാർച്ച്/മാർ|ഏപ്രിൽ/ഏപ്രി|മേയ്|ജൂൺ|ജൂലൈ|ഓഗസ്റ്റ്/ഓഗ|സെപ്റ്റംബർ/സെപ്റ്റം|ഒക്‌ടോബർ/ഒക്ടോ|നവംബർ/നവം|ഡിസംബർ/ഡിസം",  # noqa: E501
    "mr": "जानेवारी/जाने|फेब्रुवारी/फेब्रु|मार्च|एप्रिल/एप्रि|मे|जून|जुलै|ऑगस्ट/ऑग|सप्टेंबर/सप्टें|ऑक्टोबर/ऑक्टो|नोव्हेंबर/नोव्हें|डिसेंबर/डिसें",
    "ms": "januari/jan|februari/feb|mac|april/apr|mei|jun|julai/jul|ogos/ogo|september/sep|oktober/okt|november/nov|disember/dis",  # noqa: E501
    "no": "januar/jan|februar/feb|mars/mar|april/apr|mai|juni/jun|juli/jul|august/aug|september/sep|oktober/okt|november/nov|desember/des",  # noqa: E501
    "mt": "jannar/jan|frar/fra|marzu/mar|april/apr|mejju/mej|ġunju/ġun|lulju/lul|awwissu/aww|settembru/set|ottubru/ott|novembru/nov|diċembru/diċ",  # noqa: E501
    "my": "ဇန်နဝါရီ/ဇန်|ဖေဖော်ဝါရီ/ဖေ|မတ်|ဧပြီ|မေ|ဇွန်|ဇူလိုင်/ဇူ|ဩဂုတ်|စက်တင်ဘာ/စက်|အောက်တိုဘာ/အောက်|နိုဝင်ဘာ/နို|ဒီဇင်ဘာ/ဒီ",
    "ne": "जनवरी|फेब्रुअरी|मार्च|अप्रिल|मे|जुन|जुलाई|अगस्ट|सेप्टेम्बर|अक्टोबर|नोभेम्बर|डिसेम्बर",
    "nl": "januari/jan|februari/feb|maart/mrt/mar|april/apr|mei|juni/jun|juli/jul|augustus/aug|september/sep|oktober/okt|november/nov|december/dec",  # noqa: E501
    "pa": "ਜਨਵਰੀ/ਜਨ|ਫ਼ਰਵਰੀ/ਫ਼ਰ|ਮਾਰਚ|ਅਪ੍ਰੈਲ/ਅਪ੍ਰੈ|ਮਈ|ਜੂਨ|ਜੁਲਾਈ/ਜੁਲਾ|ਅਗਸਤ/ਅਗ|ਸਤੰਬਰ/ਸਤੰ|ਅਕਤੂਬਰ/ਅਕਤੂ|ਨਵੰਬਰ/ਨਵੰ|ਦਸੰਬਰ/ਦਸੰ",
    "pl": "stycznia/sty/styczeń|lutego/lut/luty|marca/mar/marzec|kwietnia/kwi/kwiecień|maja/maj|czerwca/cze/czerwiec|lipca/lip/lipiec|sierpnia/sie/sierpień|września/wrz/wrzesień|października/paź/październik|listopada/lis/listopad|grudnia/gru/grudzień",  # noqa: E501
    "ps": "جنوري|فبروري/فېبروري|مارچ|اپریل|مۍ|جون|جولای|اګست|سېپتمبر/سپتمبر|اکتوبر|نومبر|دسمبر",
    "pt": "janeiro/jan|fevereiro/fev|março/mar|abril/abr|maio/mai|junho/jun|julho/jul|agosto/ago|setembro/set|outubro/out|novembro/nov|dezembro/dez",  # noqa: E501
    "ro": "ianuarie/ian|februarie/feb|martie/mar|aprilie/apr|mai|iunie/iun|iulie/iul|august/aug|septembrie/sept|octombrie/oct|noiembrie/nov|decembrie/dec",  # noqa: E501
    "ru": "января/янв/январь|февраля/февр/февраль|марта/мар/март|апреля/апр/апрель|мая/май|июня/июн/июнь|июля/июл/июль|августа/авг/август|сентября/сент/сентябрь|октября/окт/октябрь|ноября/нояб/ноябрь|декабря/дек/декабрь",  # noqa: E501
    "si": "ජනවාරි/ජන|පෙබරවාරි/පෙබ|මාර්තු/මාර්|අප්‍රේල්|මැයි|ජූනි|ජූලි|අගෝස්තු/අගෝ|සැප්තැම්බර්/සැප්|ඔක්තෝබර්/ඔක්|නොවැම්බර්/නොවැ|දෙසැම්බර්/දෙසැ",
    "sk": "januára/jan/január|februára/feb/február|marca/mar/marec|apríla/apr/apríl|mája/máj|júna/jún|júla/júl|augusta/aug/august|septembra/sep/september|októbra/okt/október|novembra/nov/november|decembra/dec/december",  # noqa: E501
    "sl": "januar/jan|februar/feb|marec/mar|april/apr|maj|junij/jun|julij/jul|avgust/avg|september/sep|oktober/okt|november/nov|december/dec",  # noqa: E501
    "sq": "janar/jan|shkurt/shk|mars/mar|prill/pri|maj|qershor/qer|korrik/korr|gusht/gush|shtator/sht|tetor/tet|nëntor/nën|dhjetor/dhj",  # noqa: E501
    "sr": "јануар/јан|фебруар/феб|март/мар|април/апр|мај|јун|јул|август/авг|септембар/сеп|октобар/окт|новембар/нов|децембар/дец",  # noqa: E501
    "sr-Latn": "januar/jan|februar/feb|mart/mar|april/apr|maj|jun|jul|avgust/avg|septembar/sep|oktobar/okt|novembar/nov|decembar/dec",  # noqa: E501
    "sv": "januari/jan|februari/feb|mars|april/apr|maj|juni|juli|augusti/aug|september/sep|oktober/okt|november/nov|december/dec",  # noqa: E501
    "sw": "januari/jan|februari/feb|machi/mac|aprili/apr|mei|juni/jun|julai/jul|agosti/ago|septemba/sep|oktoba/okt|novemba/nov|desemba/des",  # noqa: E501
    "ta": "ஜனவரி/ஜன|பிப்ரவரி/பிப்|மார்ச்/மார்|ஏப்ரல்/ஏப்|மே|ஜூன்|ஜூலை|ஆகஸ்ட்/ஆக|செப்டம்பர்/செப்|அக்டோபர்/அக்|நவம்பர்/நவ|டிசம்பர்/டிச",
    "te": "జనవరి/జన|ఫిబ్రవరి/ఫిబ్ర|మార్చి|ఏప్రిల్/ఏప్రి|మే|జూన్|జులై|ఆగస్టు/ఆగ|సెప్టెంబర్/సెప్టెం|అక్టోబర్/అక్టో|నవంబర్/నవం|డిసెంబర్/డిసెం",
    "th": "มกราคม/ม.ค|กุมภาพันธ์/ก.พ|มีนาคม/มี.ค|เมษายน/เม.ย|พฤษภาคม/พ.ค|มิถุนายน/มิ.ย|กรกฎาคม/ก.ค|สิงหาคม/ส.ค|กันยายน/ก.ย|ตุลาคม/ต.ค|พฤศจิกายน/พ.ย|ธันวาคม/ธ.ค",  # noqa: E501
    "tr": "ocak/oca|şubat/şub|mart/mar|nisan/nis|mayıs/may|haziran/haz|temmuz/tem|ağustos/ağu|eylül/eyl|ekim/eki|kasım/kas|aralık/ara",  # noqa: E501
    "uk": "січня/січ/січень|лютого/лют/лютий|березня/бер/березень|квітня/квіт/квітень|травня/трав/травень|червня/черв/червень|липня/лип/липень|серпня/серп/серпень|вересня/вер/вересень|жовтня/жовт/жовтень|листопада/лист/листопад|грудня/груд/грудень",  # noqa: E501
    "ur": "جنوری|فروری|مارچ|اپریل|مئی|جون|جولائی|اگست|ستمبر|اکتوبر|نومبر|دسمبر",
    "uz": "yanvar/yan|fevral/fev|mart/mar|aprel/apr|may|iyun/iyn|iyul/iyl|avgust/avg|sentabr/sen|oktabr/okt|noyabr/noy|dekabr/dek",  # noqa: E501
    "vi": "tháng 1/thg 1|tháng 2/thg 2|tháng 3/thg 3|tháng 4/thg 4|tháng 5/thg 5|tháng 6/thg 6|tháng 7/thg 7|tháng 8/thg 8|tháng 9/thg 9|tháng 10/thg 10|tháng 11/thg 11|tháng 12/thg 12",  # noqa: E501
}
# Languages that share another one's names.
_SAME = {"nb": "no", "nn": "no", "iw": "he", "fil": "tl", "in": "id", "sh": "hr"}

LANGUAGES = tuple(_NAMES)

Names: TypeAlias = Mapping[str, int]


@lru_cache(maxsize=256)
def names(language: str | None) -> Names:
    """Folded month names to their numbers: those of ``language`` (a BCP 47 tag), English and, without one, of all.

    A name that means different months in different languages belongs to ``language``, then to English, then to the
    language listed first.
    """
    base = (language or "").replace("_", "-").split("-")[0].lower()
    base = _SAME.get(base, base)
    order = [code for code in (base, "sr-Latn" if base == "sr" else "", "en") if code in _NAMES]
    if base not in _NAMES:
        order += [code for code in _NAMES if code not in order]
    found: dict[str, int] = {}
    for code in order:
        for number, group in enumerate(_NAMES[code].split("|"), start=1):
            for name in group.split("/"):
                if name:
                    found.setdefault(name, number)
    return found
