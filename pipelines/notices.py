"""What pages that are no article say of themselves: not found, consent, robots, walls; in many languages.

Phrases are compared folded (:func:`pipelines.normalise.fold`). None of them decides alone: an article may be about
cookies, missing pages or paywalls. The modules that ask (:mod:`pipelines.walls`, :mod:`pipelines.shells`) want a
second, independent sign each time.
"""

from __future__ import annotations

import re
from typing import Final

from pipelines.normalise import fold

#: Titles that say by themselves that nothing is here; matched anywhere in a short title.
_NOT_FOUND: Final = """
page not found|page cannot be found|page can't be found|page could not be found|couldn't find that page
couldn't find the page|could not find the page|can't find that page|can't find the page|page doesn't exist
page does not exist|page no longer exists|page isn't available|page is not available|page unavailable
page is unavailable|page is missing|page has moved or|article not found|story not found|content not found
file not found|post not found|article is no longer available|content is no longer available|error 404|404 error
http 404|404 not found|404 page|this page isn't here|nothing found here|seite nicht gefunden
seite wurde nicht gefunden|seite konnte nicht gefunden werden|seite existiert nicht|seite ist nicht verfügbar
seite nicht verfügbar|seite nicht mehr verfügbar|seite gibt es nicht|artikel nicht gefunden
artikel nicht mehr verfügbar|fehler 404|inhalt nicht gefunden|page non trouvée|page introuvable
page n'existe pas|page n'existe plus|page demandée|erreur 404|contenu introuvable|article introuvable
page est introuvable|página no encontrada|pagina no encontrada|página no existe|no se encontró la página
no se ha encontrado la página|no encontramos la página|contenido no encontrado|contenido no disponible
página não encontrada|pagina nao encontrada|página não existe|conteúdo não encontrado|erro 404
não encontramos a página|pagina non trovata|pagina non esiste|pagina non disponibile|contenuto non trovato
contenuto non disponibile|errore 404|pagina niet gevonden|pagina bestaat niet|artikel niet gevonden|fout 404
sidan hittades inte|sidan kunde inte hittas|sidan finns inte|hittade inte sidan|hittar inte sidan
siden findes ikke|siden blev ikke fundet|siden kunne ikke findes|fandt ikke siden|siden finnes ikke
siden ble ikke funnet|fant ikke siden|finner ikke siden|sivua ei löytynyt|sivua ei löydy|síða fannst ekki
lehte ei leitud|lehekülge ei leitud|lapa nav atrasta|puslapis nerastas|strona nie istnieje|nie znaleziono strony
strony nie znaleziono|strona nie została znaleziona|błąd 404|stránka nenalezena|stránka nebyla nalezena
stránka neexistuje|stránka sa nenašla|stránka nebola nájdená|chyba 404|az oldal nem található
a keresett oldal nem|nincs ilyen oldal|pagina nu a fost găsită|pagina nu există|eroare 404
страницата не е намерена|страницата не съществува|stranica nije pronađena|stranica nije pronadjena
stranica ne postoji|strani ni mogoče najti|stran ne obstaja|страница није пронађена|страницата не е пронајдена
страница не найдена|страница не существует|страницы не существует|ошибка 404|сторінку не знайдено
сторінка не знайдена|сторінки не існує|помилка 404|старонка не знойдзена|η σελίδα δεν βρέθηκε
σελίδα δεν βρέθηκε|σελίδα δεν υπάρχει|sayfa bulunamadı|sayfa mevcut değil|hata 404|faqja nuk u gjet
الصفحة غير موجودة|لم يتم العثور على الصفحة|خطأ 404|صفحه یافت نشد|صفحه مورد نظر|خطای 404|הדף לא נמצא
העמוד לא נמצא|שגיאה 404|पृष्ठ नहीं मिला|पेज नहीं मिला|পাতাটি পাওয়া যায়নি|পৃষ্ঠা পাওয়া যায়নি
halaman tidak ditemukan|halaman tidak dijumpai|laman tidak ditemukan|không tìm thấy trang|trang không tồn tại
ไม่พบหน้า|ไม่พบหน้าที่|ページが見つかりません|ページは見つかりません|お探しのページ|ページは存在しません|页面不存在
找不到页面|页面未找到|您访问的页面|頁面不存在|找不到頁面|找不到您|페이지를 찾을 수 없|존재하지 않는 페이지
없는 페이지|ukurasa haupatikani
"""
#: Titles that say so only where they are the whole title.
_NOT_FOUND_WHOLE: Final = """
not found|404|410|gone|oops|whoops|sorry|error|page error|page removed|nothing found|nicht gefunden|introuvable
non trouvé|no encontrado|no encontrada|não encontrado|não encontrada|non trovato|non trovata|niet gevonden
hittades inte|ikke fundet|ikke funnet|ei löytynyt|nie znaleziono|nenalezeno|nenájdené|nem található
не найдено|не знайдено|не е намерено|δεν βρέθηκε|bulunamadı|غير موجود|یافت نشد|לא נמצא|नहीं मिला
tidak ditemukan|không tìm thấy|ไม่พบ|見つかりません|見つかりませんでした|未找到|找不到|찾을 수 없습니다
"""
#: Names of pages that stand in for a whole site which is down.
_DOWN: Final = """
we'll be right back|we will be right back|we'll be back soon|we will be back soon|be right back|be back shortly
under maintenance|scheduled maintenance|site maintenance|planned maintenance|maintenance mode|down for maintenance
service unavailable|service temporarily unavailable|temporarily unavailable|temporarily offline|bad gateway
gateway timeout|gateway time-out|internal server error|server error|technical difficulties|technical problems
something went wrong|an error occurred|error 500|error 502|error 503|500 error|502 bad|503 service
wartungsarbeiten|wartungsmodus|wir sind gleich zurück|wir sind bald zurück|gleich wieder da|vorübergehend nicht
technische störung|maintenance en cours|site en maintenance|de retour bientôt|nous revenons|service indisponible
temporairement indisponible|en mantenimiento|volvemos enseguida|volvemos pronto|servicio no disponible
em manutenção|voltamos já|voltaremos em breve|in manutenzione|torniamo subito|torneremo presto|onderhoud
zo weer terug|tijdelijk niet beschikbaar|tijdelijk onbereikbaar|underhåll|snart tillbaka|vedligeholdelse|vedlikehold
snart tilbage|snart tilbake|huoltokatko|przerwa techniczna|prace konserwacyjne|zaraz wracamy|odstávka|údržba
karbantartás|mentenanță|технические работы|технічні роботи|на поддръжка|συντήρηση|bakım çalışması|bakımdayız|صيانة
תחזוקה|تعمیر|रखरखाव|pemeliharaan|dalam perbaikan|bảo trì|ปิดปรับปรุง|メンテナンス|维护|維護|점검
"""
#: What such pages say of themselves.
_DOWN_SAID: Final = """
our site is|our website is|this site is|the site is|this website is|the website is|performing maintenance
performing scheduled|undergoing maintenance|undergoing scheduled|back online|back shortly|back soon
be right back|working hard to|working to fix|working to restore|working on it|try again later|try again in a
try again shortly|check back|unable to service|temporarily unable|temporarily unavailable|for the inconvenience
for any inconvenience|thank you for your patience|thanks for your patience|wird gerade gewartet|wird gewartet
wieder für sie da|wieder erreichbar|bitte versuchen sie es|um ihr verständnis|um verständnis|veuillez réessayer
de retour|merci de votre patience|gêne occasionnée|inténtelo|inténtalo|vuelva a intentarlo|disculpe las molestias
disculpen las molestias|gracias por su paciencia|tente novamente|pedimos desculpa|tornare più tardi|riprova
ci scusiamo|probeer het later|excuses voor|försök igen|prøv igen|prøv igjen|yritä myöhemmin|spróbuj ponownie
przepraszamy za|zkuste to|omlouváme se|próbálja|încercați|повторите попытку|попробуйте позже|приносим извинения
спробуйте пізніше|опитайте|προσπαθήστε|tekrar deneyin|المحاولة لاحقا|silakan coba|vui lòng thử|後ほど|しばらく
稍后再试|稍後再試|다시 시도
"""
#: What servers that keep robots out write.
_ROBOTS: Final = """
just a moment|attention required|checking your browser|checking if the site connection is secure
verify you are human|verify you are a human|verifying you are human|verify that you are human
verify you are not a robot|confirm you are human|confirm that you are human|are you a robot|are you human|not a robot
i'm not a robot|human verification|security check|security verification|bot verification|robot check
pardon our interruption|access denied|access to this page has been denied|access to this page is denied
request unsuccessful|you have been blocked|has been blocked|unusual traffic|unusual activity|automated access
one more step|please wait while we|will be connected to|ddos protection|enable javascript and cookies to continue
enable cookies and reload|please complete the security|solve the captcha|complete the captcha
enter the characters you see|enable js and disable any ad blocker|disable any ad blocker
sind sie ein mensch|kein roboter|sicherheitsüberprüfung|zugriff verweigert|einen moment bitte|bestätigen sie, dass sie
vérification de sécurité|vérifiez que vous êtes|vous n'êtes pas un robot|êtes-vous un robot|accès refusé|un instant
comprobación de seguridad|verificar que eres humano|no eres un robot|no soy un robot|acceso denegado|un momento
verifique se você é humano|não é um robô|não sou um robô|acesso negado|verifica di essere umano|non sei un robot
non sono un robot|accesso negato|controleren of u een mens|geen robot|toegang geweigerd|inte en robot|ikke en robot
åtkomst nekad|adgang nægtet|et robotti|en ole robotti|nie jesteś robotem|odmowa dostępu|nejste robot|přístup odepřen
nem vagy robot|hozzáférés megtagadva|nu sunteți robot|nu ești robot|вы не робот|я не робот|проверка браузера
доступ запрещен|доступ ограничен|ви не робот|доступ заборонено|δεν είστε ρομπότ|robot olmadığınızı|robot değilim
güvenlik kontrolü|erişim engellendi|لست روبوت|التحقق من أنك|تم رفض الوصول|ربات نیستید|אינך רובוט|bukan robot
akses ditolak|không phải là robot|ロボットではありません|ロボットでない|アクセスが拒否|アクセスが制限|人机验证|安全验证
不是机器人|機器人|访问被拒绝|访问验证|로봇이 아닙니다|접근이 거부|보안 확인
"""
#: Stems of the words that notices on cookies and data are made of, each line one notion.
_CONSENT: Final = (
    "cookie|cookies|куки|кукі|कुकी|কুকি|クッキー|쿠키|คุกกี้|ملفات تعريف الارتباط|الكوكيز|کوکی|קובצי|עוגיות|бисквитк|kolačić"
    "|piškot|küpsis|sīkdat|slapuk|sütik|süti|evästeet|eväste|informasjonskaps|vafrakök|çerez",
    "consent|einwillig|zustimm|einverstanden|akzeptier|consentement|accepter|consentimiento|aceptar|consentimento|aceitar"
    "|consenso|accett|toestemming|accepteren|akkoord|samtyck|godkänn|samtykke|godta|suostumus|hyväksy|zgod|akceptuj"
    "|souhlas|súhlas|hozzájárul|elfogad|consimț|съглас|согласие|соглас|згод|погоджу|συγκατάθεση|αποδοχή|αποδέχ|kabul"
    "|onay|rıza|موافق|قبول|رضایت|הסכמה|सहमति|persetujuan|setuju|đồng ý|ยินยอม|ยอมรับ|同意|동의|accept all|i agree",
    "privacy|datenschutz|privatsphäre|personenbezog|confidentialité|vie privée|données personnelles|privacidad"
    "|datos personales|privacidade|dados pessoais|riservatezza|dati personali|persoonsgegevens|integritet|personuppgift"
    "|personvern|personopplys|privatliv|persondata|yksityisyy|henkilötie|prywatnoś|danych osobowych|soukromí"
    "|osobních údajů|súkromi|osobných údajov|adatvéd|személyes adat|confidențialit|date personale|поверителност"
    "|лични данни|конфиденциальност|персональных данных|конфіденційн|персональних даних|απορρήτου|προσωπικών δεδομένων"
    "|gizlilik|kişisel veri|خصوصية|حریم خصوصی|פרטיות|गोपनीयता|privasi|data pribadi|riêng tư|dữ liệu cá nhân"
    "|ความเป็นส่วนตัว|ข้อมูลส่วนบุคคล|プライバシー|個人情報|个人信息|个人資料|隐私|隱私|개인정보",
    "partner|socios|parceiros|партнер|партньор|συνεργάτες|iş ortak|شركاء|mitra|đối tác|パートナー|合作伙伴|파트너"
    "|personali|advertis|anzeigen|werbung|publicité|publicidad|publicidade|pubblicità|advertentie|annons|reklam"
    "|mainon|реклам|διαφημ|إعلان|iklan|quảng cáo|โฆษณา|広告|广告|廣告|광고|tracking|vendors|ad choices",
)
#: Words of pages that ask for a name and a password.
_LOGIN: Final = """
log in|login|sign in|signin|log on|anmelden|anmeldung|einloggen|connexion|se connecter|identifiez-vous|iniciar sesión
inicia sesión|acceder|ingresar|entrar|iniciar sessão|fazer login|accedi|accesso|inloggen|aanmelden|logga in|log ind
logg inn|kirjaudu|logowanie|zaloguj się|zaloguj|přihlášení|přihlásit|prihlásenie|prihlásiť|bejelentkezés|belépés
autentificare|conectare|вход|войти|вхід|увійти|prijava|přihlásit se|σύνδεση|είσοδος|giriş|giriş yap|تسجيل الدخول
ورود|כניסה|התחברות|लॉग इन|masuk|đăng nhập|เข้าสู่ระบบ|ログイン|登录|登入|로그인|my account|mein konto
mon compte|create account|create an account|create your account|register|registration|sign up|registrieren
registrierung|inscription|créer un compte|registrarse|regístrate|registro|cadastro|registrati|registrazione
registreren|registrera|registrer|opret bruger|rekisteröidy|rejestracja|zarejestruj|registrace|registrácia
regisztráció|înregistrare|регистрация|реєстрація|εγγραφή|kayıt ol|ثبت نام|إنشاء حساب|daftar|đăng ký
สมัครสมาชิก|会員登録|ユーザー登録|注册|註冊|회원가입|forgot password|forgot your password|lost password
recover password|reset password|reset your password|passwort vergessen|mot de passe oublié|contraseña olvidada
olvidé mi contraseña|password dimenticata|wachtwoord vergeten|забыли пароль|восстановление пароля
забравена парола|elfelejtett
"""
#: Offers that stand where the rest of an article would, to readers who do not pay.
_SUBSCRIBE: Final = """
subscribe to continue|subscribe to read|subscribe now to read|subscribe for full access|subscribe to unlock
subscribe to keep reading|subscribers only|for subscribers|subscriber-only|subscriber exclusive|exclusive to subscribers
only available to subscribers|available to subscribers|reserved for subscribers|already a subscriber
this article is for subscribers|this content is for|to continue reading|to read the full|to read this article
keep reading with|continue reading with|unlock this article|become a member to|members only|become a subscriber
to access this article|purchase a subscription|start your free trial to read|weiterlesen mit|jetzt weiterlesen
um weiterzulesen|zum weiterlesen|lesen sie weiter mit|nur für abonnenten|nur für abonnentinnen|exklusiv für abonnenten
sie sind bereits abonnent|bereits abonnent|schon abonnent|mit abo weiterlesen|artikel freischalten|diesen artikel lesen
dieser artikel ist nur|jetzt abonnieren|jetzt abo abschließen|zugang zu allen
réservé aux abonnés|réservée aux abonnés
réservé à nos abonnés|il vous reste|pour lire la suite|abonnez-vous pour|déjà abonné|article abonné
la suite est réservée
contenido exclusivo para suscriptores|exclusivo para suscriptores|solo para suscriptores|sólo para suscriptores
suscríbete para|suscríbase para|para seguir leyendo|ya eres suscriptor|ya soy suscriptor|hazte socio
exclusivo para assinantes|conteúdo exclusivo para|assine para|para continuar lendo|para ler o artigo|já é assinante
riservato agli abbonati|per continuare a leggere|abbonati per|sei già abbonato|contenuto riservato|alleen voor abonnees
lees verder met|om verder te lezen|word abonnee|al abonnee|voor abonnees|exclusief voor|endast för prenumeranter
för prenumeranter|läs vidare|bli prenumerant|redan prenumerant|kun for abonnenter|for abonnenter|for å lese videre
bli abonnent|allerede abonnent|læs videre|for at læse|bliv abonnent|tilaajille|vain tilaajille|jatka lukemista|tilaa nyt
áskrift|tellijale|abonentiem|prenumeratoriams|tylko dla prenumeratorów|dla prenumeratorów|dla subskrybentów
aby czytać dalej|czytaj dalej z|wykup dostęp|pro předplatitele|jen pro předplatitele|předplaťte si|odemknout článek
pre predplatiteľov|predplaťte si|odomknúť článok|csak előfizetőknek|előfizetőink|fizess elő|a teljes cikk
doar pentru abonați|pentru abonați|abonează-te|за абонати|только для подписчиков|доступно подписчикам
оформите подписку|чтобы читать дальше|лише для передплатників|для передплатників|samo za pretplatnike
za pretplatnike|pretplatite se|samo za naročnike|za naročnike|μόνο για συνδρομητές|για συνδρομητές|sadece aboneler
abonelere özel|للمشتركين فقط|اشترك للقراءة|مشترک شوید|למנויים בלבד|למנויים|khusus pelanggan|berlangganan untuk
dành cho thuê bao|สำหรับสมาชิก|有料会員限定|有料会員|会員限定|この記事は有料|続きを読むには|続きをお読み|残り
订阅后|订户专享|訂閱會員|訂閱以|付费阅读|會員專屬|付費|구독자 전용|유료회원|구독하고|구독 후
"""
#: Offers to readers who have given no name.
_REGISTER: Final = """
register to continue|register to read|register for free to|register now to|create a free account to|create an account to
sign up to continue|sign up to read|sign in to continue|sign in to read|log in to continue|log in to read
free registration|register for free|kostenlos registrieren|registrieren sie sich, um|mit kostenlosem konto
kostenlos weiterlesen|anmelden und weiterlesen|inscrivez-vous pour lire|créez un compte pour|connectez-vous pour lire
regístrate para seguir|regístrate gratis|crea una cuenta para|inicia sesión para seguir|cadastre-se para ler
cadastre-se grátis|registrati per continuare|registrati gratis|accedi per continuare|registreer gratis|maak een gratis
maak een account|skapa ett gratis|logga in för att läsa|registrer deg for|opret en gratis|rekisteröidy
kirjaudu lukeaksesi|zarejestruj się, aby|zaloguj się, aby czytać|zaregistrujte se|zaregistrujte sa|regisztrálj
зарегистрируйтесь, чтобы|войдите, чтобы|зареєструйтеся, щоб|üye olun|okumak için giriş|سجل الدخول لمتابعة|無料会員登録
会員登録|登录后阅读|登入閱讀|로그인 후|회원가입 후|daftar untuk membaca|đăng ký để đọc
"""
_FREE = re.compile(
    r"\bfree\b|kostenlos|kostenfrei|gratuit|gratis|grátis|bezpłatn|zdarma|ingyen|бесплатн|безкоштовн|δωρεάν|ücretsiz"
    r"|مجان|חינם|無料|免费|免費|무료|miễn phí|ilmai",
    re.IGNORECASE,
)
#: What stands on every page of a site.
_BOILERPLATE: Final = """
©|(c) 19|(c) 20|all rights reserved|alle rechte vorbehalten|tous droits réservés|todos los derechos reservados
todos os direitos reservados|tutti i diritti riservati|alle rechten voorbehouden|wszelkie prawa zastrzeżone
všechna práva vyhrazena|minden jog fenntartva|все права защищены|усі права захищені|tüm hakları saklıdır
جميع الحقوق محفوظة|strictly prohibited without
without express written|無断転載|版权所有|版權所有|무단 전재|무단전재|your browser is out|browser is outdated
browser is not supported|unsupported browser|update your browser|upgrade your browser|browser ist leider veraltet
browser ist veraltet|neueren browser|navigateur est obsolète|navegador está desactualizado|browser non è supportato
browser wordt niet
"""
_JAVASCRIPT: Final = ("javascript", "java script", "js-enabled", "ジャバスクリプト", "자바스크립트", "джаваскрипт")


class Phrases:
    """Phrases that are found at the beginning of a word; in scripts written without spaces, anywhere."""

    __slots__ = ("_anywhere", "_heads")

    def __init__(self, text: str) -> None:
        parts = (fold(part) for line in text.strip().splitlines() for part in line.split("|"))
        phrases = sorted({part for part in parts if part}, key=len, reverse=True)
        spaced = [phrase for phrase in phrases if len(phrase) >= _HEAD and _WORD.match(phrase) and phrase[0] < "\u0e00"]
        heads: dict[str, list[str]] = {}
        for phrase in spaced:
            heads.setdefault(phrase[:_HEAD], []).append(phrase)
        self._heads = heads
        self._anywhere = tuple(phrase for phrase in phrases if phrase not in set(spaced))

    def find(self, key: str) -> str | None:
        """The first phrase that a folded text holds, or None."""
        heads = self._heads
        for word in _WORD.finditer(key):
            start = word.start()
            for phrase in heads.get(key[start : start + _HEAD], ()):
                if key.startswith(phrase, start):
                    return phrase
        if key.isascii():
            return None
        return next((phrase for phrase in self._anywhere if phrase in key), None)


_HEAD: Final = 3
_WORD: Final = re.compile(r"\b\w")
_NOT_FOUND_IN: Final = Phrases(_NOT_FOUND)
_NOT_FOUND_IS: Final = frozenset(
    fold(part) for line in _NOT_FOUND_WHOLE.splitlines() for part in line.split("|") if part
)
_DOWN_IN: Final = Phrases(_DOWN)
_DOWN_SAID_IN: Final = Phrases(_DOWN_SAID)
_ROBOTS_IN: Final = Phrases(_ROBOTS)
_CONSENT_IN: Final = tuple(map(Phrases, _CONSENT))
_LOGIN_IN: Final = Phrases(_LOGIN)
_SUBSCRIBE_IN: Final = Phrases(_SUBSCRIBE)
_REGISTER_IN: Final = Phrases(_REGISTER)
_BOILERPLATE_IN: Final = Phrases(_BOILERPLATE)
_FRINGE = re.compile(r"^(?:error|http|oops|sorry|hoppla|ups)?[\W_]*(?:404|410)?[\W_]*|[\W_]*(?:404|410)?[\W_]*$")
# A title of so many characters more than its phrase says something else as well.
_SLACK: Final = 40
#: No notice is longer; what is asked of a longer text is asked of its beginning.
LONGEST: Final = 600


def not_found(title: str) -> bool:
    """Whether a title, or one part of it, says that the page is not there."""
    key = fold(title[:LONGEST])
    bare = _FRINGE.sub("", key)
    if bare in _NOT_FOUND_IS or key.strip(" !.") in _NOT_FOUND_IS or (not bare and ("404" in key or "410" in key)):
        return True
    found = _NOT_FOUND_IN.find(key)
    return found is not None and len(key) <= len(found) + _SLACK


def down(title: str) -> bool:
    """Whether a title says little more than that a site is down or being worked on."""
    key = fold(title[:LONGEST])
    found = _DOWN_IN.find(key)
    return found is not None and len(key) <= len(found) + _SLACK


def down_said(text: str) -> bool:
    """Whether a short text speaks of the site itself being down, or asks to come again."""
    return _DOWN_SAID_IN.find(fold(text[:LONGEST])) is not None


def robots(text: str) -> bool:
    """Whether a short text asks its reader to prove to be no robot, or refuses one."""
    return _ROBOTS_IN.find(fold(text[:LONGEST])) is not None


def consent(text: str) -> int:
    """How many of the four notions of a cookie notice (cookies, consent, personal data, advertising) a text has."""
    key = fold(text[: 3 * LONGEST])
    return sum(notion.find(key) is not None for notion in _CONSENT_IN)


def login(title: str) -> bool:
    """Whether a short title is that of a page to log in at."""
    key = fold(title[:LONGEST])
    found = _LOGIN_IN.find(key)
    return found is not None and len(key) <= len(found) + _SLACK


def subscribe(text: str) -> bool:
    """Whether a short text offers a subscription to whoever wants to read on."""
    return len(text) <= LONGEST and _SUBSCRIBE_IN.find(fold(text)) is not None


def register(text: str) -> bool:
    """Whether a short text asks whoever wants to read on to give a name."""
    return len(text) <= LONGEST and _REGISTER_IN.find(fold(text)) is not None


def free(text: str) -> bool:
    """Whether a short text says that what it offers costs nothing."""
    return len(text) <= LONGEST and _FREE.search(text) is not None


def boilerplate(text: str) -> bool:
    """Whether a short text is a notice that stands on every page: of rights, of cookies, of an old browser."""
    if len(text) > LONGEST:
        return False
    return _BOILERPLATE_IN.find(fold(text)) is not None or consent(text) >= 3


def javascript(text: str) -> bool:
    """Whether a short text speaks of JavaScript."""
    key = fold(text[:LONGEST])
    return any(word in key for word in _JAVASCRIPT)
