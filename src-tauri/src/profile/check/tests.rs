use super::*;

/// A registration that is in order.
pub(crate) fn registration_draft() -> RegistrationDraft {
    RegistrationDraft {
        name: "kestrel".into(),
        provider: "microsoft".into(),
        tenant: "kestrel.example".into(),
        client_id: "11111111-2222-3333-4444-555555555555".into(),
        ..RegistrationDraft::default()
    }
}

/// A profile that is in order, signed in through [`registration`].
pub(crate) fn profile_draft() -> ProfileDraft {
    ProfileDraft {
        name: "Invoices".into(),
        registration: uuid::Uuid::from_u128(1).to_string(),
        mailbox: "invoices@kestrel.example".into(),
        ..ProfileDraft::default()
    }
}

pub(crate) fn registration() -> Registration {
    registration_draft().check(RegistrationId(uuid::Uuid::from_u128(1))).unwrap()
}

pub(crate) fn profile() -> Profile {
    profile_draft().check(crate::profile::ProfileId::new(), &[registration()]).unwrap()
}
