//! The pages as templates: every value is escaped but our own fixed markup. No script, no outside resource, no style attribute.

use super::{
    browser::Browser,
    icons,
    texts::{Message, Texts},
    view::{CaView, Frame, HelloView, STYLE, StepsView, Stop, Trouble},
};
use askama::Template;
use ra::{settings::SignIn, sign_in::ProfileContents};

impl Frame {
    /// For the templates.
    fn icon(&self, name: &str) -> String {
        icons::icon(name)
    }
}

/// Who asks, what for, sign-in.
#[derive(Template)]
#[template(path = "hello.html")]
pub(crate) struct Hello<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) view: &'a HelloView,
}

/// A local password is asked for.
#[derive(Template)]
#[template(path = "password.html")]
pub(crate) struct Password<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) base: &'a str,
    pub(crate) refused: bool,
}

/// The download and every tap.
#[derive(Template)]
#[template(path = "download.html")]
pub(crate) struct Download<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) base: &'a str,
    pub(crate) name: &'a str,
    /// (has, needs).
    pub(crate) os_too_old: Option<(&'a str, &'a str)>,
}

/// The live list, a document of its own inside [`Download`], so that following it never moves the page that is being read.
#[derive(Template)]
#[template(path = "steps.html")]
pub(crate) struct Steps<'a> {
    pub(crate) t: &'static Texts,
    pub(crate) style: &'static str,
    pub(crate) view: &'a StepsView,
}

impl<'a> Steps<'a> {
    pub(crate) fn new(t: &'static Texts, view: &'a StepsView) -> Self {
        Steps { t, style: STYLE, view }
    }
}

/// It worked.
#[derive(Template)]
#[template(path = "done.html")]
pub(crate) struct Done<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) contents: &'a ProfileContents,
}

/// A page that only says something: a link that ended, an error.
#[derive(Template)]
#[template(path = "message.html")]
pub(crate) struct Notice<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) message: &'static Message,
    pub(crate) icon: &'static str,
    /// Shown after the last sentence.
    pub(crate) address: Option<&'a str>,
    /// Link back to the invitation.
    pub(crate) back: Option<&'a str>,
}

/// The private root, over plain HTTP.
#[derive(Template)]
#[template(path = "trust.html")]
pub(crate) struct Trust<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) root: &'a CaView,
    pub(crate) root_name: &'a str,
    pub(crate) trusted_url: &'a str,
}

/// Proof that the root is trusted, over HTTPS.
#[derive(Template)]
#[template(path = "trusted.html")]
pub(crate) struct Trusted<'a> {
    pub(crate) frame: &'a Frame,
}

/// The department's public page.
#[derive(Template)]
#[template(path = "front.html")]
pub(crate) struct Front<'a> {
    pub(crate) frame: &'a Frame,
    pub(crate) certificates: &'a [CaView],
    /// A link to the page about the private root (plain HTTP only).
    pub(crate) trust_link: bool,
    /// The address with encryption, when this page came without.
    pub(crate) https: Option<&'a str>,
}
