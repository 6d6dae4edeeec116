//! Every command of the window.

use super::*;
use crate::{
    explain::Problem,
    profile::{ProfileId, RegistrationId},
};
use uuid::Uuid;

/// Every command: its name, what it takes, what it gives. The window's types are made from this.
#[derive(ts_rs::TS)]
#[ts(export)]
#[allow(dead_code, unreachable_pub)]
pub struct Contract {
    pub app_view: ((), AppView),
    pub set_app_settings: (AppSettings, ()),
    pub list_profiles: ((), Vec<ProfileRow>),
    pub get_profile: (ProfileId, ProfileView),
    pub save_profile: (SaveProfile, ProfileId),
    pub remove_profile: (ProfileId, ()),
    pub restore_profile: (ProfileId, ()),
    pub set_enabled: (SetEnabled, ()),
    pub duplicate_profile: (ProfileId, ProfileId),
    pub list_registrations: ((), Vec<RegistrationView>),
    pub discover_endpoints: (RegistrationSettings, Discovered),
    pub sign_in_again: (RegistrationSettings, Vec<SignInAgain>),
    pub save_registration: (SaveRegistration, RegistrationId),
    pub remove_registration: (RegistrationId, ()),
    pub set_secret: (SecretInput, ()),
    pub remove_secret: (SetSecret, ()),
    pub choose_file: ((), Option<AttachmentView>),
    pub read_certificate: (CertificateFiles, CertificateView),
    pub set_certificate: (SetCertificate, CertificateView),
    pub save_certificate: (RegistrationId, bool),
    pub list_presets: ((), Vec<PresetView>),
    pub begin_consent: (BeginConsent, ConsentView),
    pub begin_admin_consent: (BeginAdminConsent, ConsentView),
    pub open_consent_again: (Uuid, ()),
    pub answer_consent: (ConsentAnswer, ()),
    pub explain_browser: (ConsentAnswer, Problem),
    pub cancel_consent: (Uuid, ()),
    pub sign_out: (ProfileId, SignOutReport),
    pub token_view: (ProfileId, TokenView),
    pub choose_attachments: ((), Vec<AttachmentView>),
    pub send: (SendRequest, SendReport),
    pub cancel_send: (Uuid, ()),
    pub history: (HistoryQuery, HistoryPage),
    pub history_detail: (Uuid, HistoryDetail),
    pub unseen_uncertain: ((), Vec<Uuid>),
    pub saw_uncertain: (Vec<Uuid>, ()),
    pub start_sandbox: ((), SandboxView),
    pub sandbox_view: ((), SandboxView),
    pub sandbox_inbox: ((), Vec<SandboxMail>),
    pub sandbox_mail: (Uuid, SandboxMailDetail),
    pub import_file: ((), Option<ApplyReport>),
    pub export_file: (Vec<ProfileId>, Option<String>),
    pub open_link: (String, ()),
    pub open_vault_file: (VaultPassphrase, ()),
    pub use_keychain: ((), ()),
    pub set_zoom: (f64, ()),
    pub stop_and_close: ((), ()),
}
