//! Which browser asks. iOS takes a configuration profile only from Safari; others are told so, and let through.

/// What the User-Agent tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Browser {
    /// Safari on an iPhone or iPad.
    Safari,
    /// Another browser on an iPhone or iPad.
    Other,
    /// The browser inside another app on an iPhone or iPad.
    InApp,
    /// No iPhone or iPad, as far as it tells (an iPad may call itself a Mac).
    Elsewhere,
}

/// Browsers with an own name on iOS.
const OTHERS: &[&str] =
    &["CriOS/", "FxiOS/", "Focus/", "EdgiOS/", "OPiOS/", "OPT/", "OPX/", "GSA/", "DuckDuckGo/", "YaBrowser/", "Brave/", "Ddg/"];
/// Apps that show pages themselves.
const APPS: &[&str] =
    &["FBAN", "FBAV", "FB_IAB", "Instagram", "Line/", "LinkedInApp", "Twitter", "Snapchat", "MicroMessenger", "Pinterest", "WhatsApp"];

impl Browser {
    /// Reads a User-Agent.
    pub(crate) fn of(user_agent: &str) -> Self {
        let has = |names: &[&str]| names.iter().any(|n| user_agent.contains(n));
        if !has(&["iPhone", "iPad", "iPod"]) {
            return Browser::Elsewhere;
        }
        if has(APPS) {
            return Browser::InApp;
        }
        if has(OTHERS) {
            return Browser::Other;
        }
        // A web view inside an app says neither; Safari says both.
        if user_agent.contains("Version/") && user_agent.contains("Safari/") { Browser::Safari } else { Browser::InApp }
    }
}

#[cfg(test)]
mod tests {
    use super::Browser;

    #[test]
    fn safari_is_told_from_what_imitates_it() {
        let ios = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)";
        for (rest, browser) in [
            ("Version/18.1 Mobile/15E148 Safari/604.1", Browser::Safari),
            ("CriOS/130.0.6723.90 Mobile/15E148 Safari/604.1", Browser::Other),
            ("FxiOS/132.0 Mobile/15E148 Safari/605.1.15", Browser::Other),
            ("Version/17.0 EdgiOS/130.0 Mobile/15E148 Safari/604.1", Browser::Other),
            ("GSA/340.3 Mobile/15E148 Safari/604.1", Browser::Other),
            ("Version/18.1 Mobile/15E148 DuckDuckGo/7 Safari/605.1.15", Browser::Other),
            ("Mobile/15E148 [FBAN/FBIOS;FBAV/490.0]", Browser::InApp),
            ("Mobile/15E148 Instagram 354.0", Browser::InApp),
            ("Mobile/15E148", Browser::InApp),
        ] {
            assert_eq!(Browser::of(&format!("{ios} {rest}")), browser, "{rest}");
        }
        let ipad = "Mozilla/5.0 (iPad; CPU OS 12_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 Mobile/15E148 Safari/604.1";
        assert_eq!(Browser::of(ipad), Browser::Safari);
        for other in ["Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36", "curl/8.0", ""] {
            assert_eq!(Browser::of(other), Browser::Elsewhere, "{other}");
        }
    }
}
