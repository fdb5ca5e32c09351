//! Apple configuration profiles as typed values (apple-ota.md 1.12, section 5).
// owned by the mobileconfig author; see the API agreed in the work plan
