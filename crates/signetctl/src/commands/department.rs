//! `signetctl department`.

use crate::{
    cli::Department as Command,
    output::{Output, table},
    refusal::Refusal,
    session::Session,
};
use ra::{
    Operator,
    department::{Department, FurtherDepartment},
    policy::EscrowStatus,
};
use serde::Serialize;

/// A department with its escrow, at a glance.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    department: Department,
    escrow: EscrowStatus,
}

pub(crate) fn run(session: &Session, output: &Output, command: Command) -> Result<(), Refusal> {
    let operator = session.operator()?;
    match command {
        Command::Add { name, mail_domains } => {
            let made = operator.add_department(FurtherDepartment { name, mail_domains })?;
            output.value(&shown(&operator, made)?, |made| {
                format!(
                    "{}\n\nIt is a pilot with escrow off: `signetctl policy gates --department NAME` shows what production asks for.",
                    one(made)
                )
            })
        }
        Command::List => {
            let all = operator.departments()?.into_iter().map(|department| shown(&operator, department)).collect::<Result<Vec<_>, _>>()?;
            output.value(&all, |all| {
                let rows: Vec<_> = all.iter().map(row).collect();
                table(&["DEPARTMENT", "STAGE", "ESCROW", "SINCE", "WHY", "MAIL DOMAINS"], &rows).trim_end().to_owned()
            })
        }
        Command::Show { name } => {
            let department = session.operator_at(name.as_deref())?.department()?;
            output.value(&shown(&operator, department)?, one)
        }
        Command::Rename { name, new } => {
            let id = operator.at_department_named(&name)?.department()?.id;
            output.value(&shown(&operator, operator.rename_department(id, &new)?)?, one)
        }
        Command::Domains { name, mail_domains } => {
            let id = session.operator_at(name.as_deref())?.department()?.id;
            output.value(&shown(&operator, operator.change_mail_domains(id, &mail_domains)?)?, one)
        }
        Command::Organization { new } => {
            operator.rename_organization(&new)?;
            let departments = operator.departments()?;
            let first = departments.first().map(|one| (one.organization.clone(), one.certified_organization.clone())).unwrap_or_default();
            output.value(&serde_json::json!({ "organization": first.0, "certified_organization": first.1 }), |_| {
                format!("The organization is called {} from now on; certificates go on saying {}.", first.0, first.1)
            })
        }
    }
}

fn shown(operator: &Operator, department: Department) -> Result<Shown, Refusal> {
    let escrow = operator.at_department(department.id)?.escrow_status()?;
    Ok(Shown { department, escrow })
}

fn row(of: &Shown) -> Vec<String> {
    vec![
        of.department.department.clone(),
        stage(&of.department).to_owned(),
        if of.escrow.enabled { "on" } else { "off" }.to_owned(),
        of.escrow.since.map(|at| at.to_string()).unwrap_or_default(),
        why(&of.escrow).to_owned(),
        of.department.mail_domains.join(" "),
    ]
}

/// With its name in certificates, where that is another.
fn organization(department: &Department) -> String {
    let Department { organization, certified_organization, .. } = department;
    if organization == certified_organization {
        organization.clone()
    } else {
        format!("{organization} (in certificates: {certified_organization})")
    }
}

fn stage(department: &Department) -> &'static str {
    match (department.training, department.pilot) {
        (true, _) => "training",
        (false, true) => "pilot",
        (false, false) => "production",
    }
}

fn why(escrow: &EscrowStatus) -> &str {
    escrow.why.as_deref().unwrap_or("nobody has decided yet")
}

fn one(of: &Shown) -> String {
    let Shown { department, escrow } = of;
    let rows = [
        ("Department", department.department.clone()),
        ("In certificates", department.certified_name.clone()),
        ("Organization", organization(department)),
        ("Mail domains", department.mail_domains.join(" ")),
        ("Stage", stage(department).to_owned()),
        ("Escrow", format!("{}, {}", if escrow.enabled { "on" } else { "off" }, why(escrow))),
        ("Since", escrow.since.map(|at| at.to_string()).unwrap_or_default()),
        ("Id", department.id.to_string()),
    ];
    table(&[], &rows.map(|(name, value)| vec![name.to_owned(), value])).trim_end().to_owned()
}
