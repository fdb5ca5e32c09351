//! What the page may ask of the program: the one list. Each command is a line of translation around one operation of the authority.

pub mod batch;
pub mod certificate;
pub mod department;
pub mod enrollment;
pub mod find;
pub mod first_screen;
pub mod invitation;
pub mod issue;
pub mod key_plan;
pub mod ledger;
pub mod lesson;
pub mod life;
pub mod names;
pub mod people;
pub mod policy;
pub mod publishing;
pub mod renewal;
pub mod report;
pub mod scep;
pub mod server;
pub mod settings;
pub mod setup;
pub mod share;
pub mod view;

use crate::watch::Changed;
use tauri::{Manager, Wry, ipc::Invoke};
use tauri_specta::{Builder, Commands, Events, collect_commands, collect_events};

/// Commands and events with their types, for `ui/src/bindings.ts`; `names.rs` feeds the permissions.
pub fn bindings() -> Builder<Wry> {
    Builder::new().disable_serde_phases().commands(commands()).events(events())
}

/// Answers the window. Types of commands are collected for the bindings alone: here they would be, at every start, for nobody.
pub fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    let Commands(handler, _) = commands();
    move |invoke| handler(invoke)
}

/// Lets events be sent by their types.
pub fn mount_events(tauri: &impl Manager<Wry>) {
    Builder::<Wry>::new().events(events()).mount_events(tauri);
}

fn events() -> Events {
    collect_events![Changed]
}

fn commands() -> Commands<Wry> {
    collect_commands![
        setup::session,
        setup::setup_draft,
        setup::save_setup_draft,
        setup::interfaces,
        setup::create_department,
        setup::end_setup,
        setup::move_root_key,
        setup::import_tls,
        people::today,
        first_screen::first_screen,
        first_screen::under_way,
        people::subscribers,
        people::subscriber,
        people::look_alikes,
        people::add_subscriber,
        people::add_mailbox,
        people::delete_subscriber,
        people::validate_mailbox,
        department::departments,
        department::escrow_glance,
        department::add_department,
        department::rename_department,
        department::permitted_mail_domains,
        department::change_mail_domains,
        department::rename_organization,
        department::move_subscriber,
        invitation::invite,
        invitation::resend_invitation,
        invitation::shown_invitation,
        invitation::save_qr,
        enrollment::enrollments,
        enrollment::enrollment,
        enrollment::funnel,
        enrollment::cancel_enrollment,
        certificate::certificates,
        find::find_certificates,
        find::matching_certificates,
        find::certificate_counts,
        find::certificate_detail,
        find::export_certificates,
        find::find_people,
        find::export_people,
        view::certificate_views,
        view::people_views,
        view::save_certificate_view,
        view::save_people_view,
        view::rename_view,
        view::delete_view,
        certificate::certificate,
        certificate::export_certificate,
        issue::issue_choices,
        issue::issue_from_request,
        issue::issue_with_key,
        issue::desk_bundles,
        issue::issue_bundle,
        renewal::renewal_consequences,
        renewal::replacement_consequences,
        renewal::renew_certificates,
        renewal::replace_from_request,
        renewal::replace_with_key,
        share::share_certificate,
        share::share_person,
        share::self_test,
        share::self_test_with_file,
        life::act_consequences,
        life::carry_out_act,
        life::waiting_acts,
        life::waiting_act_consequences,
        life::approve_act,
        life::refuse_act,
        life::departure,
        life::past_holds,
        scep::pending_requests,
        scep::approve_request,
        scep::refuse_request,
        policy::policy,
        policy::review_profile,
        policy::profile_versions,
        policy::save_profile,
        policy::inherit_profile,
        policy::save_bundle,
        policy::remove_bundle,
        policy::escrow_advice,
        policy::escrow_decisions,
        policy::decide_escrow,
        policy::complete_gate,
        policy::override_gate,
        policy::reopen_gate,
        key_plan::key_plan,
        key_plan::make_key_plan,
        key_plan::save_key_plan,
        lesson::lessons,
        lesson::add_lesson,
        lesson::redacted_lessons,
        lesson::save_redacted_lessons,
        policy::start_production,
        policy::return_to_pilot,
        server::server_status,
        server::start_server,
        server::stop_server,
        server::request_log,
        settings::settings,
        settings::settings_of,
        settings::change_setting,
        settings::change_settings,
        ledger::ledger,
        ledger::verify_ledger,
        batch::bundle_choices,
        batch::open_batch_list,
        batch::paste_batch_list,
        batch::correct_batch_list,
        batch::plan_batch,
        batch::start_batch,
        batch::batches,
        batch::batch,
        batch::batch_rows,
        batch::stop_batch,
        batch::resume_batch,
        batch::end_batch,
        batch::batch_passwords,
        publishing::publishing,
        publishing::status_brief,
        publishing::named_until,
        publishing::test_target,
        publishing::add_target,
        publishing::remove_target,
        publishing::publish_now,
        publishing::choose_target_folder,
        publishing::save_published_file,
        publishing::sign_root_crl,
        report::overview,
        report::report,
        report::save_report,
    ]
}
