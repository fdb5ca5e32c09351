//! How often CRLs are made, how long they last and how far they lie back, where the settings say otherwise than by default.

use crate::{certificate::issued, ports::Clock, testing};
use protocol::{
    Timestamp,
    crl::{CrlView, Reason},
};

#[test]
fn how_often_a_crl_is_made_and_how_long_it_lasts_are_settings() {
    let (authority, clock, folder) = testing::authority();
    let officer = testing::department(&authority);
    for (key, value) in [("crl.every_hours", "6"), ("crl.next_update_hours", "72"), ("crl.root_next_update_days", "100")] {
        officer.set_setting(key, value).unwrap();
    }
    let list = |name: &str| authority.enroller().crl(name).unwrap();
    let until = |list: &[u8]| CrlView::from_der(list).unwrap().next_update;
    let (first, root) = (list("issuing"), list("root"));
    assert_eq!(until(&first), clock.now().plus(72 * Timestamp::HOUR));
    assert_eq!(until(&root), clock.now().plus(100 * Timestamp::DAY));
    assert_eq!(officer.next_crl_at().unwrap(), Some(clock.now().plus(6 * Timestamp::HOUR)));
    clock.advance(6 * Timestamp::HOUR - 1);
    assert_eq!((list("issuing"), list("root")), (first.clone(), root), "and not sooner");
    assert_eq!(testing::open(&folder, &clock).enroller().crl("issuing").unwrap(), first, "nor after a restart");
    clock.advance(1);
    let second = list("issuing");
    assert_ne!(second, first);
    // Made less often from now on: what is there counts until then, with the end that it states.
    officer.set_setting("crl.every_hours", "12").unwrap();
    officer.set_setting("crl.next_update_hours", "239").unwrap();
    clock.advance(12 * Timestamp::HOUR - 1);
    assert_eq!(list("issuing"), second);
    clock.advance(1);
    assert_eq!(until(&list("issuing")), clock.now().plus(239 * Timestamp::HOUR));
}

#[test]
fn a_crl_lies_back_as_the_setting_says_and_is_later_than_the_one_before_all_the_same() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    let revoked = |minutes: &str| {
        officer.set_setting("validity.backdated_minutes", minutes).unwrap();
        officer.revoke(&issued(&authority, "Alice"), Reason::Superseded).unwrap();
        CrlView::from_der(&authority.enroller().crl("issuing").unwrap()).unwrap().this_update
    };
    let times = ["60", "1", "60", "30"].map(revoked);
    assert_eq!((times[0], times[1]), (clock.now().plus(-3_600), clock.now().plus(-60)));
    assert!(times.is_sorted_by(|a, b| a < b), "{times:?}");
}

/// It is shown at the start, before anybody has opened a key.
#[test]
fn when_the_next_one_is_made_is_said_without_making_it_also_where_it_is_due() {
    let (authority, clock, _folder) = testing::authority();
    let officer = testing::department(&authority);
    officer.keep_status().unwrap();
    let sql = "SELECT sum(number) FROM crl_number";
    let taken = || authority.0.store.read(|c| Ok(c.query_row(sql, [], |row| row.get::<_, i64>(0))?)).unwrap();
    let (before, due) = (taken(), clock.now().plus(24 * Timestamp::HOUR));
    clock.advance(30 * Timestamp::DAY);
    officer.revoke(&issued(&authority, "Alice"), Reason::Superseded).unwrap();
    assert_eq!((officer.next_crl_at().unwrap(), taken()), (Some(due), before));
    officer.keep_status().unwrap();
    assert_eq!(officer.next_crl_at().unwrap(), Some(clock.now().plus(24 * Timestamp::HOUR)));
    assert!(taken() > before);
}
