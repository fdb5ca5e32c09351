//! Which path is served at which door (docs/operations.md, "Ports").

use crate::{
    app::{App, Door},
    device, guard,
    portal::{trust, visit},
    publication, status,
};
use axum::{
    Router, middleware,
    routing::{any, get, post},
};
use tower_http::catch_panic::CatchPanicLayer;

/// The router of one door.
pub(crate) fn router(app: App) -> Router {
    let doors = match app.door {
        Door::Https => https(),
        Door::Http => http(),
    };
    // Outside the panic catcher stands the guard, so that a panic too gets its headers and its line in the log.
    both(doors)
        .fallback(publication::not_found)
        .method_not_allowed_fallback(publication::wrong_method)
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(middleware::from_fn_with_state(app.clone(), guard::guard))
        .with_state(app)
}

/// What must be reachable before anything is trusted, and SCEP, whose messages protect themselves.
fn both(router: Router<App>) -> Router<App> {
    router
        .route("/", get(publication::front))
        .route("/ca/{file}", get(publication::ca))
        .route("/crl/{file}", get(publication::crl))
        .route("/ocsp/{name}", post(status::ocsp))
        .route("/ocsp/{name}/", post(status::ocsp))
        .route("/ocsp/{name}/{*request}", get(status::ocsp_by_get))
        .route("/healthz", get(publication::healthz))
        .route("/favicon.ico", get(publication::favicon))
        // Clients append a slash or Cisco's file name, old ones have their paths built in (docs/conformance.md Q3).
        .route("/scep/{alias}", any(device::scep))
        .route("/scep/{alias}/", any(device::scep))
        .route("/scep/{alias}/pkiclient.exe", any(device::scep))
        .route("/cgi-bin/pkiclient.exe", any(device::scep))
        .route("/certsrv/mscep/mscep.dll", any(device::scep))
        .route("/certsrv/mscep/mscep.dll/pkiclient.exe", any(device::scep))
}

/// Where something is typed or posted.
fn https() -> Router<App> {
    Router::new()
        .route("/e/{token}", get(visit::page).post(visit::sign_in))
        .route("/e/{token}/download", get(visit::page))
        .route("/e/{token}/profile", get(visit::profile))
        .route("/e/{token}/steps", get(visit::steps))
        .route("/e/{token}/password", get(visit::password_page).post(visit::set_password))
        .route("/e/{token}/decline", get(visit::page).post(visit::decline))
        .route("/ota/{token}", post(device::ota))
        .route("/trusted", get(trust::trusted))
}

fn http() -> Router<App> {
    Router::new()
        .route("/e/{token}", any(trust::only_https))
        .route("/e/{token}/{*rest}", any(trust::only_https))
        .route("/ota/{token}", any(trust::only_https))
        .route("/trusted", any(trust::only_https))
        .route("/trust", get(trust::trust))
}
