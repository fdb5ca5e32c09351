//! All that the window shows first.

use super::{
    publishing::StatusBrief,
    server::ServerStatus,
    setup::Session,
    today::{Today, UnderWay},
};
use crate::{
    error::{Code, CommandError},
    state::App,
};
use ra::Authority;
use serde::Serialize;
use specta::Type;

/// The answers of five commands. Each is refused by itself, and told where it would have been shown.
#[derive(Debug, Clone, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct FirstScreen {
    /// Who is at work, and whether there is a department: where there is none, the others say so.
    pub session: Result<Session, CommandError>,
    /// Counts and the newest steps.
    pub today: Result<Today, CommandError>,
    /// Batches and enrollments.
    pub under_way: Result<UnderWay, CommandError>,
    /// The server.
    pub server: Result<ServerStatus, CommandError>,
    /// CRLs and publication.
    pub status: Result<StatusBrief, CommandError>,
}

impl FirstScreen {
    /// As it is now. Opens no key.
    pub fn of(app: &App, authority: &Authority) -> Self {
        let session = Session::of(app, authority);
        let set_up = session.as_ref().is_ok_and(|session| session.department.is_some());
        let operator = app.as_operator(authority);
        FirstScreen {
            today: where_set_up(set_up, || Ok(operator.today()?.into())),
            under_way: where_set_up(set_up, || UnderWay::of(app, authority)),
            server: where_set_up(set_up, || ServerStatus::of(app, authority)),
            status: where_set_up(set_up, || StatusBrief::of(&operator)),
            session,
        }
    }

    /// Nothing failed: what is refused is so because there is no department.
    pub fn is_whole(&self) -> bool {
        let parts = [self.today.is_ok(), self.under_way.is_ok(), self.server.is_ok(), self.status.is_ok()];
        self.session.as_ref().is_ok_and(|session| session.department.is_none() || parts.into_iter().all(|read| read))
    }
}

fn where_set_up<T>(set_up: bool, read: impl FnOnce() -> Result<T, CommandError>) -> Result<T, CommandError> {
    if set_up { read() } else { Err(CommandError::new(Code::NotSetUp, "")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::tests::{app, department};

    #[test]
    fn before_there_is_a_department_its_parts_say_so() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path());
        let screen = FirstScreen::of(&app, &app.authority().unwrap());
        let failed = FirstScreen { session: Err(CommandError::new(Code::Internal, "")), ..screen.clone() };
        assert!(screen.is_whole() && !failed.is_whole(), "that is no failure");
        assert!(screen.session.is_ok_and(|session| session.setting_up && session.department.is_none()));
        let refused = [screen.today.err(), screen.under_way.err(), screen.server.err(), screen.status.err()];
        for refused in refused {
            assert_eq!(refused.map(|error| (error.code, error.incident)), Some((Code::NotSetUp, None)));
        }
    }

    #[test]
    fn a_part_that_is_refused_leaves_the_others_as_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(folder.path());
        department(&app);
        let authority = app.authority().unwrap();
        let whole = FirstScreen::of(&app, &authority);
        assert!(whole.is_whole() && whole.under_way.is_ok());
        let database = rusqlite::Connection::open(folder.path().join("data/signet.db")).unwrap();
        database.execute_batch("DROP TABLE batch_item; DROP TABLE batch").unwrap();
        let screen = FirstScreen::of(&app, &authority);
        assert!(!screen.is_whole());
        let refused = screen.under_way.err().unwrap();
        assert_eq!((refused.code, refused.incident.is_some()), (Code::Internal, true));
        assert!(screen.session.is_ok_and(|session| session.department.is_some()));
        assert!(screen.today.is_ok() && screen.server.is_ok() && screen.status.is_ok());
    }
}
