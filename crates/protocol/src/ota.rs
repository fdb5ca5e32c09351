//! Apple's over-the-air profile delivery: Profile Service profile and device attributes (apple-ota.md 1.4, 1.5).
