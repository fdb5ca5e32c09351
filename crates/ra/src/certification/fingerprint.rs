//! A fingerprint that two people compare by eye: words for the first 128 bits, a picture from the rest.

use super::CaCertificate;
use protocol::x509::CertificateView;

/// What people and relying parties get of a CA certificate.
pub(super) fn describe(name: &'static str, view: &CertificateView) -> CaCertificate {
    let digest = view.sha256();
    CaCertificate {
        name,
        der: view.der.clone(),
        pem: view.to_pem(),
        sha256: crate::issue::hex(&digest).to_ascii_uppercase(),
        words: words(&digest),
        picture: picture(&digest),
    }
}

fn words(digest: &[u8; 32]) -> Vec<&'static str> {
    digest.iter().take(16).filter_map(|octet| WORDS.get(usize::from(*octet)).copied()).collect()
}

/// 5 x 5, mirrored at the middle column: 15 bits of octets 16 and 17, row by row.
fn picture(digest: &[u8; 32]) -> Vec<bool> {
    let bits = digest.iter().skip(16).take(2).fold(0u16, |bits, octet| bits << 8 | u16::from(*octet));
    (0..5u16).flat_map(|row| [0, 1, 2, 1, 0].map(|column| bits >> (row * 3 + column) & 1 == 1)).collect()
}

/// One word for each value of an octet: short, common, unlike each other when read aloud, hurtful in no reading we know.
#[rustfmt::skip]
const WORDS: [&str; 256] = [
    "acorn", "actor", "album", "almond", "amber", "anchor", "angel", "animal", "apple", "apron", "arrow", "artist", "atlas", "autumn", "avenue", "baker",
    "balcony", "ballet", "bamboo", "banana", "banjo", "barrel", "basket", "beacon", "beaver", "bicycle", "biscuit", "bishop", "blanket", "blossom", "bottle", "branch",
    "bridge", "bronze", "bucket", "buffalo", "butter", "button", "cabin", "cactus", "camel", "camera", "canal", "candle", "canoe", "canvas", "captain", "caravan",
    "carpet", "castle", "cedar", "cello", "chapel", "cherry", "chicken", "chimney", "circle", "citrus", "clarinet", "clover", "cobalt", "coconut", "comet", "compass",
    "copper", "coral", "corner", "cotton", "cradle", "crater", "cricket", "crystal", "curtain", "cymbal", "dancer", "desert", "diamond", "dinner", "doctor", "dolphin",
    "donkey", "dragon", "drawer", "dynamo", "eagle", "easel", "echo", "eclipse", "elbow", "elephant", "ember", "emerald", "engine", "envelope", "equator", "estuary",
    "fabric", "falcon", "family", "feather", "ferry", "festival", "fiddle", "finger", "flamingo", "flannel", "flute", "forest", "fossil", "fountain", "freckle", "garden",
    "garlic", "gazelle", "geyser", "ginger", "giraffe", "glacier", "goblet", "gondola", "granite", "guitar", "hammer", "harbor", "harvest", "hazel", "helmet", "heron",
    "honey", "horizon", "hotel", "hunter", "iceberg", "igloo", "indigo", "island", "ivory", "jacket", "jaguar", "jasmine", "jersey", "jewel", "jigsaw", "jockey",
    "jungle", "kangaroo", "kayak", "kernel", "kettle", "kitchen", "kiwi", "koala", "ladder", "lagoon", "lantern", "laurel", "lemon", "leopard", "library", "lilac",
    "lizard", "lobster", "locket", "lunar", "magnet", "mammoth", "mango", "maple", "marble", "meadow", "melon", "mermaid", "meteor", "mirror", "molecule", "monkey",
    "mosaic", "museum", "napkin", "nectar", "needle", "nomad", "nutmeg", "oasis", "octopus", "olive", "onion", "opera", "orange", "orchard", "organ", "otter",
    "oyster", "paddle", "palace", "panda", "paper", "parrot", "pebble", "pelican", "pencil", "pepper", "piano", "pigeon", "pirate", "planet", "pocket", "pony",
    "potato", "prairie", "prism", "puzzle", "pyramid", "quarry", "quartz", "rabbit", "radar", "radish", "raven", "ribbon", "river", "robin", "rocket", "saddle",
    "saffron", "salad", "salmon", "sandal", "satchel", "saturn", "scarf", "shadow", "shuttle", "silver", "slipper", "sparrow", "spider", "sunset", "tango", "teapot",
    "temple", "tiger", "timber", "tomato", "tractor", "trumpet", "tulip", "turtle", "umbrella", "uncle", "valley", "vanilla", "velvet", "violin", "walnut", "zebra",
];

#[cfg(test)]
mod tests {
    use super::{WORDS, picture, words};

    #[test]
    fn each_octet_has_a_word_of_its_own() {
        let distinct: std::collections::BTreeSet<_> = WORDS.iter().collect();
        assert_eq!(distinct.len(), 256);
        for word in WORDS {
            assert!((3..=8).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase()), "{word}");
        }
    }

    #[test]
    fn words_and_picture_are_made_from_the_digest_alone() {
        let mut digest = [0; 32];
        digest[0] = 255;
        digest[15] = 1;
        assert_eq!(words(&digest), [&["zebra"], ["acorn"; 14].as_slice(), &["actor"]].concat());
        assert_eq!(picture(&digest), [false; 25]);
        digest[17] = 0b0010_1001; // bits 0, 3, 5: outer pair of row 0, outer pair and middle of row 1
        let rows: Vec<String> =
            picture(&digest).chunks(5).map(|row| row.iter().map(|ink| if *ink { '#' } else { '.' }).collect()).collect();
        assert_eq!(rows, ["#...#", "#.#.#", ".....", ".....", "....."]);
        digest[16] = 0b0100_0000; // bit 14: middle of row 4
        assert!(picture(&digest)[22]);
    }
}
