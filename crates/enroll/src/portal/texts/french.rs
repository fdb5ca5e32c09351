//! French. A narrow no-break space (U+202F) stands before `; : ! ?` and inside « », apostrophes are typographic.

use super::{Message, Texts, civil, nth};
use protocol::Timestamp;

const DAYS: &[&str] = &["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
const MONTHS: &[&str] =
    &["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"];

fn date_time(at: Timestamp) -> String {
    let (weekday, day, month, year, hour, minute) = civil(at);
    let day = if day == 1 { "1er".to_owned() } else { day.to_string() };
    format!("{} {day} {} {year} à {hour}\u{202f}h\u{202f}{minute:02} UTC", nth(DAYS, weekday), nth(MONTHS, month))
}

pub(crate) static FRENCH: Texts = Texts {
    lang: "fr",
    training: "Département d’exercice\u{202f}: pour s’entraîner, pas pour de vraies personnes ni de vrais téléphones.",
    questions: "Des questions\u{202f}?",
    date_time,

    step_1: "Étape 1 sur 3\u{202f}: s’identifier",
    step_2: "Étape 2 sur 3\u{202f}: télécharger et installer",
    step_3: "Étape 3 sur 3\u{202f}: vérifier",
    hello_title: |department| format!("{department} souhaite configurer votre iPhone"),
    hello_text: "On vous invite à mettre vos certificats sur ce téléphone. Comptez trois minutes\u{202f}; rien ne se passe avant votre accord ci-dessous.",
    we_read: "Ce que nous lisons dans le téléphone",
    we_read_what: "Son nom, son modèle, sa version d’iOS et sa langue\u{202f}; numéro de série, numéro d’appareil (UDID), IMEI ou MEID, numéro de la carte SIM (ICCID) et adresse Wi-Fi. Rien d’autre\u{202f}: ni photos, ni messages, ni lieux.",
    changes: "Ce qui change dans le téléphone",
    change_signing: "un certificat pour signer vos messages",
    change_authentication: "un certificat qui vous ouvre l’accès sans mot de passe",
    change_further: "un autre certificat qui signe",
    change_wifi: |ssid| format!("le réseau Wi-Fi {ssid}"),
    change_vpn: |server| format!("le VPN {server}"),
    change_passcode: |n| format!("un code de verrouillage d’au moins {n} caractères"),
    change_nothing_else: "Seuls des certificats sont ajoutés.",
    keys_stay: "Les clés qui signent ou vous identifient sont créées dans ce téléphone et y restent\u{202f}: personne d’autre ne les a, et aucune copie n’est gardée.",
    undo: "Comment revenir en arrière",
    undo_removable: "Réglages, Général, VPN et gestion de l’appareil\u{202f}: vous pouvez tout y supprimer à tout moment.",
    undo_password: "Réglages, Général, VPN et gestion de l’appareil. Sur un téléphone supervisé, il faut pour cela un mot de passe du département.",
    undo_locked: "Sur un téléphone supervisé, seul le département peut le supprimer\u{202f}; sur tout autre téléphone\u{202f}: Réglages, Général, VPN et gestion de l’appareil.",
    good_until: |time| format!("Ce lien fonctionne jusqu’au {time}."),
    needs_os: |version| format!("Votre iPhone doit avoir iOS {version} ou plus récent."),
    sign_in_code: "Saisissez le code que vous avez reçu",
    sign_in_code_hint: "Huit lettres et chiffres, donnés par la personne qui vous invite. Le lien seul ne suffit pas.",
    sign_in_password: "Identifiez-vous",
    sign_in_both: "Identifiez-vous avec votre code et votre mot de passe",
    sign_in_basic: "Identifiez-vous",
    sign_in_basic_hint: "Votre iPhone vous demandera votre adresse de messagerie et votre mot de passe.",
    code: "Code",
    mail: "Adresse de messagerie",
    password: "Mot de passe",
    agree: "Accepter et continuer",
    not_you: "Cela ne vous concerne pas\u{202f}? Fermez cette page\u{202f}; rien n’a changé.",
    never_tell: "Ne dites jamais ce code à quelqu’un qui vous appelle. Nous ne le demandons pas par téléphone.",
    wrong_code: "Ce code ne convient pas.",
    wrong_password: "Cela ne convient pas.",
    tries_left: |n| match n {
        1 => "Vérifiez\u{202f}; il reste un essai.".into(),
        n => format!("Vérifiez\u{202f}; il reste {n} essais."),
    },
    missing: "Remplissez tous les champs, puis continuez.",
    wait: |seconds| {
        let minutes = seconds.div_ceil(60).max(1);
        let unit = if minutes == 1 { "minute" } else { "minutes" };
        format!("Trop d’essais erronés. Attendez {minutes} {unit}, puis réessayez\u{202f}; votre lien reste valable.")
    },
    session_ended: "Votre session est terminée. Identifiez-vous de nouveau pour continuer\u{202f}; rien n’est perdu.",

    browser_other: "Ouvrez cette page dans Safari. iOS n’accepte les profils de configuration que de Safari.",
    browser_in_app: "Vous êtes dans le navigateur d’une autre app. Ouvrez cette page dans Safari\u{202f}: iOS n’accepte les profils de configuration que de là.",
    browser_desktop: "Cette page est faite pour un iPhone ou un iPad. Ouvrez-la là-bas dans Safari, ou scannez votre code QR avec son appareil photo.",
    browser_copy_html: "Maintenez le doigt sur cette adresse, puis touchez <b>Copier</b>.",
    browser_paste_html: "Ouvrez <b>Safari</b>, maintenez le doigt sur la barre d’adresse, touchez <b>Coller et accéder</b>.",
    browser_camera: "Il n’est pas nécessaire de scanner de nouveau le code QR.",
    browser_still: "Votre lien reste valable\u{202f}; l’ouvrir ici n’a rien consommé. Si vous êtes tout de même dans Safari sur un iPhone ou un iPad, continuez ici.",

    password_title: "Choisissez un mot de passe",
    password_text: "Il vous servira, avec votre adresse de messagerie, à vous identifier ici la prochaine fois. Personne d’autre ne le connaît, pas même la personne qui vous invite.",
    password_new: "Nouveau mot de passe",
    password_rule: "8 à 128 caractères\u{202f}; ni votre adresse de messagerie, ni un mot de passe courant.",
    password_refused: "Ce mot de passe ne peut pas servir. Choisissez-en un autre\u{202f}: 8 à 128 caractères, ni votre adresse de messagerie, ni un mot de passe courant.",
    password_save: "Enregistrer le mot de passe",

    download_title: |name| format!("{name}, téléchargez, puis installez dans Réglages"),
    download: "Télécharger",
    limit_title: "Vous avez 8 minutes après le téléchargement",
    limit_text: "Ensuite, iOS efface le téléchargement. Ce n’est pas grave\u{202f}: revenez ici et touchez de nouveau Télécharger.",
    ios_asks_download: "Ce site Web tente de télécharger un profil de configuration. Voulez-vous l’autoriser\u{202f}?",
    ios_allow: "Autoriser",
    ios_profile_downloaded: "Profil téléchargé",
    ios_install: "Installer",
    ios_verified: "Vérifié",
    tap_allow: "Touchez Télécharger. Safari vous interroge\u{202f}; touchez",
    tap_close_html: "Safari indique <b>Profil téléchargé</b>. Touchez <b>Fermer</b>.",
    tap_settings_html: "Ouvrez <b>Réglages</b>. Sous votre nom, touchez",
    tap_install_html: "Touchez <b>Installer</b> en haut à droite et saisissez le code de votre iPhone",
    tap_again_html: "Touchez encore <b>Installer</b>. Le téléphone travaille une dizaine de secondes.",
    tap_second_html: "Un second profil apparaît. Lisez-le, touchez <b>Installer</b>, puis <b>Terminé</b>.",
    worked_when_html: "C’est réussi quand Réglages affiche <b>Profil installé</b>.",
    i_saw: "J’ai vu «\u{202f}Profil installé\u{202f}»",
    decline: "Non, ne pas configurer ce téléphone",
    decline_hint: "Cela met fin à votre invitation. Ce qui est déjà dans le téléphone y reste jusqu’à ce que vous le supprimiez.",
    too_old: |has, needs| format!("Votre iPhone a iOS {has}\u{202f}; il faut iOS {needs} ou plus récent."),
    too_old_how_html: "Ouvrez <b>Réglages</b>, <b>Général</b>, <b>Mise à jour logicielle</b>, installez la mise à jour, puis revenez à cette page et touchez de nouveau Télécharger.",

    live_title: "Ce que nous en voyons ici",
    live_text: "Cette liste suit votre téléphone d’elle-même.",
    live_signed_in: "Identification réussie",
    live_downloaded: "Téléchargement remis au téléphone",
    live_minutes: |n| match n {
        ..=0 => "les 8 minutes sont passées\u{202f}: téléchargez de nouveau".into(),
        1 => "encore 1 minute".into(),
        n => format!("encore {n} minutes"),
    },
    live_identified: "Téléphone reconnu",
    live_issued: "Le téléphone a sa propre clé",
    live_sent: "Configuration envoyée",
    live_configured: "Certificats délivrés",
    live_done_word: "fait",
    live_here_word: "en cours",
    live_to_come_word: "à venir",
    live_pause: "Arrêter la mise à jour",
    live_resume: "Reprendre la mise à jour",
    live_next: "C’est réussi\u{202f}: voir comment vérifier",
    live_over: "Cette invitation est terminée.",

    done_title: "C’est réussi. Vous pouvez le vérifier",
    done_where: "Dans Réglages, Général, VPN et gestion de l’appareil\u{202f}:",
    done_wifi: "Le Wi-Fi se connecte sans rien demander\u{202f}:",
    done_mail: "Dans les réglages de votre compte de messagerie, sous Avancé, vous pouvez maintenant activer",
    done_mail_see: "Signer",
    done_vpn: "Dans Réglages, Général, VPN et gestion de l’appareil, VPN\u{202f}:",
    done_seen: "Nous avons vu votre téléphone recevoir ses certificats.",
    done_close: "La personne qui vous invite peut le voir aussi. Vous pouvez fermer cette page.",

    expired: Message {
        title: "Ce lien n’est plus valable",
        text: "Un lien ne fonctionne que pour un temps limité. L’ouvrir n’a rien changé dans votre téléphone.",
        next: "Demandez-en un nouveau à la personne qui vous invite.",
    },
    used: Message {
        title: "Ce lien a déjà servi",
        text: "Un téléphone a été configuré avec ce lien, et un lien vaut pour un téléphone.",
        next: "Pour un autre téléphone, ou si ce n’était pas vous, appelez la personne qui vous invite.",
    },
    cancelled: Message {
        title: "Ce lien a été retiré",
        text: "Il a été annulé ou remplacé par un plus récent. L’ouvrir n’a rien changé dans votre téléphone.",
        next: "Cherchez un message plus récent, ou demandez à la personne qui vous invite.",
    },
    too_many_tries: Message {
        title: "Ce lien est fermé\u{202f}: trop de codes erronés",
        text: "Après trop de codes erronés, un lien se ferme, pour que personne ne puisse deviner. L’ouvrir n’a rien changé dans votre téléphone.",
        next: "Demandez un nouveau lien et un nouveau code à la personne qui vous invite.",
    },
    declined: Message {
        title: "Vous avez refusé, et c’est votre droit",
        text: "L’invitation est terminée. Si quelque chose était déjà installé\u{202f}: Réglages, Général, VPN et gestion de l’appareil.",
        next: "Si vous changez d’avis, demandez un nouveau lien à la personne qui vous invite.",
    },
    unknown_link: Message {
        title: "Nous ne connaissons pas ce lien",
        text: "Il y manque peut-être une lettre, ou il n’est plus valable depuis longtemps. L’ouvrir n’a rien changé dans votre téléphone.",
        next: "Scannez de nouveau le code QR, ou demandez à la personne qui vous invite.",
    },
    unknown_page: Message {
        title: "Cette page n’existe pas",
        text: "Il manque peut-être une lettre dans l’adresse.",
        next: "Si vous avez une invitation, scannez de nouveau votre code QR.",
    },
    not_ready: Message {
        title: "Pas prêt pour l’instant",
        text: "Le serveur du département ne peut pas répondre en ce moment. Votre lien reste valable et rien n’est perdu.",
        next: "Réessayez dans quelques minutes.",
    },
    wrong_host: Message {
        title: "Ce n’est pas l’adresse de ce serveur",
        text: "La page a été demandée sous un nom que ce serveur ne porte pas.",
        next: "Scannez de nouveau votre code QR, ou saisissez l’adresse exactement comme on vous l’a donnée.",
    },
    too_many_failures: Message {
        title: "Trop d’essais erronés depuis votre réseau",
        text: "Pour que personne ne devine, l’identification depuis votre réseau s’arrête quelques minutes. Votre lien reste valable.",
        next: "Attendez un moment, ou coupez le Wi-Fi et essayez par les données cellulaires.",
    },
    too_large: Message {
        title: "C’est trop",
        text: "Ce qui a été envoyé est plus long que ce que cette page accepte. Rien n’a changé.",
        next: "Revenez en arrière et saisissez moins de texte.",
    },
    too_long_address: Message {
        title: "L’adresse est trop longue",
        text: "Aucun de nos liens n’est aussi long.",
        next: "Si vous avez une invitation, scannez de nouveau votre code QR.",
    },
    too_slow: Message {
        title: "Cela a pris trop de temps",
        text: "La connexion était si lente que nous avons cessé d’attendre. Rien n’a changé.",
        next: "Allez là où la réception est meilleure et réessayez.",
    },
    bad_request: Message {
        title: "Nous n’avons pas pu lire cela",
        text: "Une partie de ce qui a été envoyé manque ou est abîmée. Rien n’a changé.",
        next: "Revenez en arrière et réessayez.",
    },
    other_site: Message {
        title: "Cela venait d’un autre site",
        text: "Un formulaire de cette page a été envoyé par un autre site. Nous n’en avons pas tenu compte.",
        next: "Ouvrez de nouveau votre lien et continuez à partir de là.",
    },
    wrong_method: Message {
        title: "Cela n’a pas fonctionné",
        text: "Cette adresse n’accepte pas ce qui a été envoyé. Rien n’a changé.",
        next: "Ouvrez de nouveau votre lien et continuez à partir de là.",
    },
    wrong_type: Message {
        title: "Cela n’a pas fonctionné",
        text: "Cette page n’accepte pas ce genre de contenu. Rien n’a changé.",
        next: "Ouvrez de nouveau votre lien et continuez à partir de là.",
    },
    our_fault: Message {
        title: "L’erreur est de notre côté",
        text: "Le serveur n’a pas pu terminer. C’est noté\u{202f}; votre lien reste valable.",
        next: "Réessayez dans quelques minutes. Si cela persiste, dites-le à la personne qui vous invite.",
    },
    only_https: Message {
        title: "Cette page n’est qu’à notre adresse sécurisée",
        text: "L’adresse utilisée est sans chiffrement\u{202f}; personne ne devrait rien y saisir.",
        next: "Scannez de nouveau votre code QR, ou saisissez le lien exactement comme on vous l’a donné. Il commence par",
    },
    sign_in_first: Message {
        title: "Identifiez-vous d’abord",
        text: "Le téléchargement est pour la personne qui s’est identifiée sur cette page, dans ce navigateur.",
        next: "Ouvrez votre lien et identifiez-vous là.",
    },
    basic_first: Message {
        title: "L’identification a été interrompue",
        text: "Rien n’a changé et votre lien reste valable.",
        next: "Ouvrez de nouveau votre lien pour vous identifier.",
    },
    to_link: "Ouvrir de nouveau votre lien",

    trust_step: "Avant de commencer, une seule fois",
    trust_title: "Présentez ce département à votre iPhone",
    trust_text: "Le département se porte garant de ses propres certificats. Il faut le dire une fois à votre iPhone, en deux temps. Vous ne saisissez rien sur cette page.",
    trust_download: "Télécharger la racine du département",
    trust_compare_title: "Comparez avant de toucher Installer",
    trust_compare: "Les mots et l’image doivent être les mêmes qu’à l’écran ou sur la lettre de la personne qui vous invite. S’ils diffèrent, arrêtez et appelez-nous.",
    trust_picture: "Image de l’empreinte",
    trust_hex: "La même en chiffres\u{202f}; iOS les montre sous Plus de détails, Empreintes, SHA-256\u{202f}:",
    trust_allow_html: "Touchez le bouton ci-dessus, puis <b>Autoriser</b> et <b>Fermer</b>. Ouvrez <b>Réglages</b> et touchez",
    trust_details_html: "Touchez <b>Plus de détails</b>, puis le certificat, et comparez l’empreinte SHA-256.",
    trust_install_html: "Touchez <b>Installer</b>, saisissez le code de votre iPhone, touchez encore deux fois <b>Installer</b>, puis <b>Terminé</b>.",
    trust_switch_html: "Allez dans <b>Général</b>, <b>Informations</b> et, tout en bas, <b>Réglages de confiance des certificats</b>. Activez",
    trust_switched_on: "activé",
    trust_continue: "Je l’ai activé\u{202f}: vérifier",
    trust_check: "La page suivante ne s’ouvre que si c’est activé\u{202f}: voilà la vérification. Si Safari vous avertit, revenez ici et voyez si c’est bien activé.",
    trusted_title: "C’est réussi\u{202f}: votre iPhone connaît ce département",
    trusted_text: "La preuve\u{202f}: cette page s’est ouverte.",
    trusted_next: "Scannez maintenant le second code QR, ou ouvrez le lien de votre invitation.",

    front_text: "Cette page publie les certificats du département. Qui reçoit d’ici un message signé peut le vérifier grâce à eux.",
    front_root: "Certificat racine",
    front_issuing: "Certificat de l’AC émettrice",
    front_fingerprint: "Empreinte SHA-256",
    front_certificate: "Certificat",
    front_chain: "Chaîne (PKCS\u{202f}#7)",
    front_crl: "Liste de révocation (CRL)",
    front_invited: "Avez-vous une invitation\u{202f}?",
    front_invited_how: "Ouvrez le lien de votre invitation, ou scannez son code QR avec l’appareil photo de votre iPhone. Il n’y a rien à faire sur cette page.",
    front_https: "Adresse sécurisée de ce serveur\u{202f}:",
    front_trust: "Présenter ce département à un iPhone",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_out() {
        assert_eq!((FRENCH.date_time)(Timestamp(1_795_255_920)), "samedi 21 novembre 2026 à 10\u{202f}h\u{202f}12 UTC");
        assert!((FRENCH.date_time)(Timestamp(1_793_491_200)).starts_with("dimanche 1er novembre 2026"));
    }
}
