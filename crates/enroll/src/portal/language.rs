//! Which language a page is in, by Accept-Language (RFC 9110 section 12.5.4).

use super::texts::{ENGLISH, FRENCH, Texts};

/// The texts for what the browser says it prefers; English when it says nothing that we have.
pub(crate) fn texts(accept_language: Option<&str>) -> &'static Texts {
    let mut best = (0_u16, &ENGLISH);
    for range in accept_language.unwrap_or_default().split(',').take(32) {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let primary = tag.split('-').next().unwrap_or_default();
        let known = match primary {
            p if p.eq_ignore_ascii_case("fr") => &FRENCH,
            p if p.eq_ignore_ascii_case("en") => &ENGLISH,
            _ => continue,
        };
        let quality = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q="))).map_or(1_000, thousandths);
        // The first of equals wins.
        if quality > best.0 {
            best = (quality, known);
        }
    }
    best.1
}

/// A qvalue in thousandths; what is no qvalue counts as 0.
fn thousandths(text: &str) -> u16 {
    match text.trim().parse::<f32>() {
        Ok(q) if (0.0..=1.0).contains(&q) => (q * 1_000.0) as u16,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_quality_that_we_have_wins() {
        for (header, lang) in [
            (None, "en"),
            (Some(""), "en"),
            (Some("fr"), "fr"),
            (Some("fr-CA,fr;q=0.9,en;q=0.8"), "fr"),
            (Some("en;q=0.8, fr;q=0.9"), "fr"),
            (Some("fr;q=0.8, en;q=0.9"), "en"),
            (Some("fr,en"), "fr"),
            (Some("en,fr"), "en"),
            (Some("de, fr;q=0.5"), "fr"),
            (Some("de, *;q=0.5"), "en"),
            (Some("fr;q=0, en;q=0.1"), "en"),
            (Some("fr;q=0"), "en"),
            (Some("FR-fr"), "fr"),
            (Some("french"), "en"),
            (Some("fr;q=NaN, en;q=0.2"), "en"),
            (Some("fr;q=7"), "en"),
        ] {
            assert_eq!(texts(header).lang, lang, "{header:?}");
        }
    }
}
