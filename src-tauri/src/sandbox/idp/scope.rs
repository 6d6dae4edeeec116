//! Scopes: which permission of which resource is asked for.

use super::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// Whom a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::sandbox) enum Resource {
    /// Exchange: SMTP and IMAP.
    Outlook,
    /// Microsoft Graph.
    Graph,
}

/// How each resource is called, by cloud.
/// Source: <https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud> and
/// <https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth>, 2026-11.
#[rustfmt::skip]
const NAMES: &[(&str, Resource)] = &[
    ("https://outlook.office.com",                Resource::Outlook),
    ("https://outlook.office365.com",             Resource::Outlook),
    ("https://outlook.office365.us",              Resource::Outlook),
    ("https://partner.outlook.cn",                Resource::Outlook),
    ("https://graph.microsoft.com",               Resource::Graph),
    ("https://graph.microsoft.us",                Resource::Graph),
    ("https://dod-graph.microsoft.us",            Resource::Graph),
    ("https://microsoftgraph.chinacloudapi.cn",   Resource::Graph),
];

/// OpenID Connect Core §5.4 and §11: about the person, not about a resource.
const IDENTITY: &[&str] = &["openid", "profile", "email", "offline_access"];

impl Resource {
    /// The resource that calls itself `name`, as the audience of a token does.
    pub(in crate::sandbox) fn named(name: &str) -> Option<Self> {
        let name = name.trim_end_matches('/');
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, resource)| *resource)
    }

    /// What a person can allow. Graph knows the mail protocols' names as well, which is why a scope
    /// without its address gives a token that Exchange refuses.
    fn permissions(self) -> &'static [&'static str] {
        match self {
            Self::Outlook => &["SMTP.Send", "IMAP.AccessAsUser.All", "POP.AccessAsUser.All"],
            Self::Graph => &[
                "Mail.Send",
                "Mail.Send.Shared",
                "Mail.ReadBasic",
                "Mail.ReadBasic.Shared",
                "Mail.Read",
                "Mail.Read.Shared",
                "Mail.ReadWrite",
                "Mail.ReadWrite.Shared",
                "User.Read",
                "SMTP.Send",
                "IMAP.AccessAsUser.All",
                "POP.AccessAsUser.All",
            ],
        }
    }

    /// What an administrator can give a program that acts without a person.
    pub(super) fn roles(self) -> &'static [&'static str] {
        match self {
            Self::Outlook => &["SMTP.SendAsApp", "IMAP.AccessAsApp"],
            Self::Graph => &["Mail.Send", "Mail.ReadWrite"],
        }
    }
}

/// One permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Scope {
    /// Whose; `None` for what is about the person.
    pub(super) resource: Option<Resource>,
    /// The resource's name as it was asked: a token's audience.
    pub(super) audience: String,
    /// The permission.
    pub(super) name: String,
}

impl Scope {
    /// Reads a `scope` parameter. `.default` stays as it is.
    pub(super) fn parse_all(text: &str) -> Result<Vec<Self>, Refusal> {
        let scopes: Vec<_> = text.split_whitespace().map(Self::parse).collect::<Result<_, _>>()?;
        if scopes.is_empty() { Err(Refusal::Missing("scope")) } else { Ok(scopes) }
    }

    fn parse(text: &str) -> Result<Self, Refusal> {
        if IDENTITY.contains(&text) {
            return Ok(Self { resource: None, audience: String::new(), name: text.to_owned() });
        }
        // NOTE: a scope without an address means Graph.
        let (audience, name) =
            text.rsplit_once('/').unwrap_or(("https://graph.microsoft.com", text));
        let unknown = || Refusal::BadScope { scope: text.to_owned() };
        let resource = Resource::named(audience).ok_or_else(unknown)?;
        // NOTE: names are compared without regard to case.
        let known = resource
            .permissions()
            .iter()
            .chain([&".default"])
            .find(|known| known.eq_ignore_ascii_case(name))
            .ok_or_else(unknown)?;
        let audience = audience.trim_end_matches('/').to_owned();
        Ok(Self { resource: Some(resource), audience, name: (*known).to_owned() })
    }

    /// As it is written in an answer.
    pub(super) fn written(&self) -> String {
        if self.resource.is_some() {
            format!("{}/{}", self.audience, self.name)
        } else {
            self.name.clone()
        }
    }

    /// Whether it covers `other`; `.default` covers all of its resource.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.resource == other.resource
            && (self.name == other.name || (self.resource.is_some() && self.name == ".default"))
    }

    /// The permissions it stands for: itself, or all of its resource.
    pub(super) fn permissions(&self) -> Vec<&str> {
        match self.resource {
            Some(resource) if self.name == ".default" => resource.permissions().to_vec(),
            _ => vec![&self.name],
        }
    }
}

/// Whether `scopes` has the permission `name` about the person.
pub(super) fn asks_for(scopes: &[Scope], name: &str) -> bool {
    scopes.iter().any(|scope| scope.resource.is_none() && scope.name == name)
}

/// Whom a token with `scopes` is for: a token is for one resource.
pub(super) fn audience(scopes: &[Scope]) -> Result<Option<(Resource, &str)>, Refusal> {
    let mut of_resources = scopes.iter().filter_map(|scope| Some((scope.resource?, scope)));
    let Some((resource, first)) = of_resources.next() else { return Ok(None) };
    if let Some((_, other)) = of_resources.find(|(_, scope)| scope.audience != first.audience) {
        return Err(Refusal::SeveralResources { first: first.written(), other: other.written() });
    }
    Ok(Some((resource, &first.audience)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[rustfmt::skip]
    const SCOPES: &[(&str, Option<&str>)] = &[
        ("https://outlook.office.com/SMTP.Send",  Some("https://outlook.office.com/SMTP.Send")),
        ("https://outlook.office.com/smtp.send",  Some("https://outlook.office.com/SMTP.Send")),
        ("https://outlook.office365.com/.default", Some("https://outlook.office365.com/.default")),
        ("Mail.Send",                             Some("https://graph.microsoft.com/Mail.Send")),
        ("SMTP.Send",                             Some("https://graph.microsoft.com/SMTP.Send")),
        ("offline_access",                        Some("offline_access")),
        ("https://outlook.office.com/Mail.Launch", None),
        ("https://mail.example/SMTP.Send",        None),
        ("",                                      None),
    ];

    #[test]
    fn a_scope_is_known_or_refused() {
        for (asked, written) in SCOPES {
            let read = Scope::parse_all(asked).ok().map(|scopes| scopes[0].written());
            assert_eq!(read.as_deref(), *written, "{asked}");
        }
    }

    #[test]
    fn a_token_is_for_one_resource() {
        let whom = |text: &str| {
            let scopes = Scope::parse_all(text).unwrap();
            audience(&scopes).map(|whom| whom.map(|(resource, _)| resource))
        };
        assert_eq!(whom("openid Mail.Send Mail.Read").unwrap(), Some(Resource::Graph));
        assert_eq!(whom("openid offline_access").unwrap(), None);
        let both = whom("https://outlook.office.com/SMTP.Send Mail.Send");
        assert!(matches!(both, Err(Refusal::SeveralResources { .. })));
    }
}
