//! The commands of the window: each hands its request to the use case of the same name.

use super::{Running, certificates, files, link, window};
use crate::{
    api::{
        AppSettings, AppView, BeginAdminConsent, BeginConsent, ConsentAnswer, ConsentView,
        Discovered, HistoryDetail, HistoryPage, HistoryQuery, PresetView, ProfileRow, ProfileView,
        RegistrationSettings, RegistrationView, SandboxMail, SandboxMailDetail, SandboxView,
        SaveProfile, SaveRegistration, SecretInput, SetEnabled, SetSecret, SignInAgain,
        SignOutReport, TokenView, VaultPassphrase,
    },
    explain::Problem,
    profile::{ProfileId, RegistrationId},
};
use tauri::{State, Wry, ipc::Invoke};
use uuid::Uuid;

/// Declares a command for each use case, and the handler of them all.
macro_rules! commands {
    (besides $($other:path),+; $($name:ident($request:ty) -> $answer:ty;)+) => {
        $(
            #[tauri::command]
            async fn $name(
                running: State<'_, Running>,
                request: $request,
            ) -> Result<$answer, Problem> {
                running.app()?.$name(request).await
            }
        )+

        /// Answers what the window asks.
        pub(super) fn handler() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($name,)+ $($other),+]
        }
    };
}

commands! {
    besides files::choose_attachments, files::send, files::import_file, files::export_file, files::choose_file,
        certificates::read_certificate, certificates::set_certificate, certificates::save_certificate,
        link::open_link, window::set_zoom, window::stop_and_close;

    app_view(()) -> AppView;
    set_app_settings(AppSettings) -> ();
    list_profiles(()) -> Vec<ProfileRow>;
    get_profile(ProfileId) -> ProfileView;
    save_profile(SaveProfile) -> ProfileId;
    remove_profile(ProfileId) -> ();
    restore_profile(ProfileId) -> ();
    set_enabled(SetEnabled) -> ();
    duplicate_profile(ProfileId) -> ProfileId;
    list_registrations(()) -> Vec<RegistrationView>;
    discover_endpoints(RegistrationSettings) -> Discovered;
    sign_in_again(RegistrationSettings) -> Vec<SignInAgain>;
    save_registration(SaveRegistration) -> RegistrationId;
    remove_registration(RegistrationId) -> ();
    set_secret(SecretInput) -> ();
    remove_secret(SetSecret) -> ();
    list_presets(()) -> Vec<PresetView>;
    begin_consent(BeginConsent) -> ConsentView;
    begin_admin_consent(BeginAdminConsent) -> ConsentView;
    open_consent_again(Uuid) -> ();
    answer_consent(ConsentAnswer) -> ();
    explain_browser(ConsentAnswer) -> Problem;
    cancel_consent(Uuid) -> ();
    sign_out(ProfileId) -> SignOutReport;
    token_view(ProfileId) -> TokenView;
    cancel_send(Uuid) -> ();
    history(HistoryQuery) -> HistoryPage;
    history_detail(Uuid) -> HistoryDetail;
    unseen_uncertain(()) -> Vec<Uuid>;
    saw_uncertain(Vec<Uuid>) -> ();
    start_sandbox(()) -> SandboxView;
    sandbox_view(()) -> SandboxView;
    sandbox_inbox(()) -> Vec<SandboxMail>;
    sandbox_mail(Uuid) -> SandboxMailDetail;
    open_vault_file(VaultPassphrase) -> ();
    use_keychain(()) -> ();
}
