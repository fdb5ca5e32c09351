//! What the department certifies by: profiles, bundles, escrow, from pilot to production.

use crate::{
    dto::{
        count,
        department::at,
        policy::{Bundle, GateAnswer, PolicyScope, PolicyView, answered, gate},
        policy_escrow::{EscrowAdvice, EscrowAnswers, EscrowDecided, EscrowDecision, EscrowStatus},
        policy_profile::{ProfileDraft, ProfileFinding, ProfileName, ProfileVersion},
    },
    error::CommandError,
    state::App,
};
use tauri::State;

/// Stage, escrow, profiles, bundles and gates of a department, or what the organization hands down.
#[tauri::command]
#[specta::specta]
pub async fn policy(app: State<'_, App>, scope: PolicyScope) -> Result<PolicyView, CommandError> {
    app.operator(move |op| scope.of(op).and_then(|(op, scope)| PolicyView::read(&op, scope))).await
}

/// What is wrong with a profile and what is advised where it would count, before anything is saved.
#[tauri::command]
#[specta::specta]
pub async fn review_profile(
    app: State<'_, App>,
    scope: PolicyScope,
    name: ProfileName,
    draft: ProfileDraft,
) -> Result<Vec<ProfileFinding>, CommandError> {
    app.operator(move |op| {
        let (op, scope) = scope.of(op)?;
        Ok(op.review_profile(scope, name.into(), &ra::profile::ProfileDraft::from(draft))?.into_iter().map(Into::into).collect())
    })
    .await
}

/// All versions of a profile that were saved, newest first.
#[tauri::command]
#[specta::specta]
pub async fn profile_versions(app: State<'_, App>, scope: PolicyScope, name: ProfileName) -> Result<Vec<ProfileVersion>, CommandError> {
    app.operator(move |op| {
        let (op, scope) = scope.of(op)?;
        Ok(op.profile_versions_for(scope, name.into())?.into_iter().map(Into::into).collect())
    })
    .await
}

/// Saves a new version and says its number.
#[tauri::command]
#[specta::specta]
pub async fn save_profile(app: State<'_, App>, scope: PolicyScope, name: ProfileName, draft: ProfileDraft) -> Result<u32, CommandError> {
    app.operator(move |op| {
        let (op, scope) = scope.of(op)?;
        Ok(count(op.save_profile(scope, name.into(), draft.into())?))
    })
    .await
}

/// Takes back what was saved for the scope: the profile is inherited again.
#[tauri::command]
#[specta::specta]
pub async fn inherit_profile(app: State<'_, App>, scope: PolicyScope, name: ProfileName) -> Result<(), CommandError> {
    app.operator(move |op| {
        let (op, scope) = scope.of(op)?;
        Ok(op.inherit_profile(scope, name.into())?)
    })
    .await
}

/// Saves a bundle, in place of one of the same name, or of the one that was called `was`.
#[tauri::command]
#[specta::specta]
pub async fn save_bundle(app: State<'_, App>, scope: PolicyScope, was: Option<String>, bundle: Bundle) -> Result<(), CommandError> {
    app.operator(move |op| {
        let ((op, scope), bundle) = (scope.of(op)?, bundle.into());
        Ok(was.map_or_else(|| op.save_bundle(scope, &bundle), |was| op.rename_bundle(scope, &was, &bundle))?)
    })
    .await
}

/// Takes a bundle away; certificates stay as they are.
#[tauri::command]
#[specta::specta]
pub async fn remove_bundle(app: State<'_, App>, scope: PolicyScope, name: String) -> Result<(), CommandError> {
    app.operator(move |op| {
        let (op, scope) = scope.of(op)?;
        Ok(op.remove_bundle(scope, &name)?)
    })
    .await
}

/// What the five answers come to; refused when they contradict each other.
#[tauri::command]
#[specta::specta]
pub async fn escrow_advice(app: State<'_, App>, answers: EscrowAnswers) -> Result<EscrowAdvice, CommandError> {
    app.operator(move |_| Ok(ra::policy::Answers::from(answers).advice()?.into())).await
}

/// All decisions about escrow, newest first.
#[tauri::command]
#[specta::specta]
pub async fn escrow_decisions(app: State<'_, App>, department: Option<String>) -> Result<Vec<EscrowDecided>, CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.escrow_decisions()?.into_iter().map(Into::into).collect())).await
}

/// Records a decision; it counts for keys made from now on.
#[tauri::command]
#[specta::specta]
pub async fn decide_escrow(
    app: State<'_, App>,
    department: Option<String>,
    decision: EscrowDecision,
) -> Result<EscrowStatus, CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.decide_escrow(decision.into())?.into())).await
}

/// Writes down what a gate asks for.
#[tauri::command]
#[specta::specta]
pub async fn complete_gate(
    app: State<'_, App>,
    department: Option<String>,
    name: String,
    answers: Vec<GateAnswer>,
) -> Result<(), CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.complete_gate(gate(&name)?, answered(answers))?)).await
}

/// Passes a gate without; somebody answers for it.
#[tauri::command]
#[specta::specta]
pub async fn override_gate(
    app: State<'_, App>,
    department: Option<String>,
    name: String,
    answers_for_it: String,
    reason: String,
) -> Result<(), CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.override_gate(gate(&name)?, &answers_for_it, &reason)?)).await
}

/// Takes back what was written down or overridden.
#[tauri::command]
#[specta::specta]
pub async fn reopen_gate(app: State<'_, App>, department: Option<String>, name: String) -> Result<(), CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.reopen_gate(gate(&name)?)?)).await
}

/// Switches to production; refused while a gate is closed.
#[tauri::command]
#[specta::specta]
pub async fn start_production(app: State<'_, App>, department: Option<String>) -> Result<(), CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.start_production()?)).await
}

/// Back to being a pilot.
#[tauri::command]
#[specta::specta]
pub async fn return_to_pilot(app: State<'_, App>, department: Option<String>, reason: String) -> Result<(), CommandError> {
    app.operator(move |op| Ok(at(op, department.as_deref())?.return_to_pilot(&reason)?)).await
}
