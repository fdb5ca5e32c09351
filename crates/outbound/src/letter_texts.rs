//! What the letter says, in English and French; a language that lacks a text does not compile.

use protocol::Timestamp;

pub(crate) struct Texts {
    pub(crate) lang: &'static str,
    pub(crate) date_time: fn(Timestamp) -> String,
    pub(crate) training: &'static str,
    pub(crate) title: &'static str,
    pub(crate) about: &'static str,
    pub(crate) code_apart: &'static str,
    pub(crate) no_code: &'static str,
    pub(crate) link_qr: &'static str,
    pub(crate) trust_qr: &'static str,
    pub(crate) picture: &'static str,
    pub(crate) first: &'static str,
    pub(crate) first_how: &'static str,
    pub(crate) compare: &'static str,
    pub(crate) second: &'static str,
    pub(crate) scan: &'static str,
    pub(crate) or_type: &'static str,
    pub(crate) until: &'static str,
    pub(crate) step_code: &'static str,
    pub(crate) step_login: &'static str,
    pub(crate) step_download: &'static str,
    pub(crate) step_install: &'static str,
    pub(crate) step_worked: &'static str,
    pub(crate) different: &'static str,
    pub(crate) never: &'static str,
    pub(crate) code_title: &'static str,
    pub(crate) code_about: &'static str,
    pub(crate) code_tries: &'static str,
    pub(crate) code_separate: &'static str,
}

pub(crate) static ENGLISH: Texts = Texts {
    lang: "en",
    date_time: |at| {
        const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        const MONTHS: [&str; 12] =
            ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
        let (day, month, t) = named(at, &DAYS, &MONTHS);
        format!("{day} {} {month} {}, {:02}:{:02} UTC", t.day(), t.year(), t.hour(), t.minute())
    },
    training: "Training department: for practice, not for real people and phones.",
    title: "Put your certificates on your iPhone",
    about: "With this letter you can put your certificates on your iPhone. It takes about three minutes.",
    code_apart: "You also need a code of eight characters, which reaches you separately from this letter; the letter alone opens nothing.",
    no_code: "You also need your mail address and your password for this portal; the letter alone opens nothing.",
    link_qr: "QR code of the address printed beside it",
    trust_qr: "QR code of the address printed beside it",
    picture: "Picture of the fingerprint",
    first: "First, once: let your iPhone know the department",
    first_how: "Scan this with the camera, open it in Safari and follow the page. Or type:",
    compare: "The page must show the same words and the same picture. If they differ, stop.",
    second: "Second: your invitation",
    scan: "Scan this with the camera of your iPhone and open it in Safari.",
    or_type: "Or type:",
    until: "Good until",
    step_code: "Read what will change, and type your code.",
    step_login: "Read what will change, and sign in.",
    step_download: "Tap Download. You then have 8 minutes.",
    step_install: "Open Settings, tap Profile Downloaded, then Install; type your passcode; tap Install again. A second profile appears: Install, Done.",
    step_worked: "It worked when Settings says “Profile Installed”.",
    different: "If anything looks different, stop and ask us.",
    never: "We never ask for the code by telephone. Do not tell it to anyone who calls you.",
    code_title: "Your code",
    code_about: "Type it on the page that the link or the QR code of your invitation opens.",
    code_tries: "After too many wrong codes the link closes.",
    code_separate: "For the sender: hand this sheet over separately from the letter, in person or in another envelope.",
};

/// U+202F, the narrow no-break space before `; : ! ?`.
pub(crate) static FRENCH: Texts = Texts {
    lang: "fr",
    date_time: |at| {
        const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
        const MONTHS: [&str; 12] =
            ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];
        let (day, month, t) = named(at, &DAYS, &MONTHS);
        let number = if t.day() == 1 { "1er".to_owned() } else { t.day().to_string() };
        format!("{day} {number} {month} {} à {}\u{202f}h\u{202f}{:02} UTC", t.year(), t.hour(), t.minute())
    },
    training: "Département d’exercice\u{202f}: pour s’entraîner, pas pour de vraies personnes ni de vrais téléphones.",
    title: "Mettez vos certificats sur votre iPhone",
    about: "Avec cette lettre, vous pouvez mettre vos certificats sur votre iPhone. Comptez trois minutes.",
    code_apart: "Il vous faut aussi un code de huit caractères, qui vous parvient séparément\u{202f}; la lettre seule n’ouvre rien.",
    no_code: "Il vous faut aussi votre adresse de messagerie et votre mot de passe pour ce portail\u{202f}; la lettre seule n’ouvre rien.",
    link_qr: "Code QR de l’adresse imprimée à côté",
    trust_qr: "Code QR de l’adresse imprimée à côté",
    picture: "Image de l’empreinte",
    first: "D’abord, une seule fois\u{202f}: présentez le département à votre iPhone",
    first_how: "Scannez ce code avec l’appareil photo, ouvrez-le dans Safari et suivez la page. Ou saisissez\u{202f}:",
    compare: "La page doit montrer les mêmes mots et la même image. S’ils diffèrent, arrêtez.",
    second: "Ensuite\u{202f}: votre invitation",
    scan: "Scannez ce code avec l’appareil photo de votre iPhone et ouvrez-le dans Safari.",
    or_type: "Ou saisissez\u{202f}:",
    until: "Valable jusqu’au",
    step_code: "Lisez ce qui va changer et saisissez votre code.",
    step_login: "Lisez ce qui va changer et identifiez-vous.",
    step_download: "Touchez Télécharger. Vous avez alors 8 minutes.",
    step_install: "Ouvrez Réglages, touchez Profil téléchargé, puis Installer\u{202f}; saisissez le code de votre iPhone\u{202f}; touchez encore Installer. Un second profil apparaît\u{202f}: Installer, Terminé.",
    step_worked: "C’est réussi quand Réglages affiche «\u{202f}Profil installé\u{202f}».",
    different: "Si quelque chose paraît différent, arrêtez et demandez-nous.",
    never: "Nous ne demandons jamais le code par téléphone. Ne le dites à personne qui vous appelle.",
    code_title: "Votre code",
    code_about: "Saisissez-le sur la page qu’ouvre le lien ou le code QR de votre invitation.",
    code_tries: "Après trop de codes erronés, le lien se ferme.",
    code_separate: "Pour l’expéditeur\u{202f}: remettez cette feuille séparément de la lettre, en main propre ou dans une autre enveloppe.",
};

fn named<'n>(at: Timestamp, days: &[&'n str; 7], months: &[&'n str; 12]) -> (&'n str, &'n str, time::OffsetDateTime) {
    let t = at.to_offset();
    let day = days.get(usize::from(t.weekday().number_days_from_monday())).copied().unwrap_or_default();
    let month = months.get(usize::from(u8::from(t.month())).saturating_sub(1)).copied().unwrap_or_default();
    (day, month, t)
}
