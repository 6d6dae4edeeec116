//! An app's certificate: its files are chosen by the person and named by their tokens.

use super::{
    Running, dialog,
    files::{Files, replace},
};
use crate::{
    api::{CertificateFiles, CertificateView, SetCertificate},
    explain::{Code, Problem},
    profile::RegistrationId,
};
use tauri::{AppHandle, State};

/// Says what is in a certificate's files, which are named by their tokens.
#[tauri::command]
pub(super) async fn read_certificate(
    running: State<'_, Running>,
    files: State<'_, Files>,
    mut request: CertificateFiles,
) -> Result<CertificateView, Problem> {
    name(&files, &mut request)?;
    running.app()?.read_certificate(request).await
}

/// Takes a certificate in; its files are named by their tokens.
#[tauri::command]
pub(super) async fn set_certificate(
    running: State<'_, Running>,
    files: State<'_, Files>,
    mut request: SetCertificate,
) -> Result<CertificateView, Problem> {
    name(&files, &mut request.files)?;
    running.app()?.set_certificate(request).await
}

/// Writes the public part of a registration's certificate where the person wants it; false: nowhere.
#[tauri::command]
pub(super) async fn save_certificate(
    app: AppHandle,
    running: State<'_, Running>,
    request: RegistrationId,
) -> Result<bool, Problem> {
    let pem = running.app()?.certificate_pem(request).await?;
    let Some(path) = dialog::place(dialog::over(&app).set_file_name("sendright.cer")).await else {
        return Ok(false);
    };
    replace(&path, &pem).map_err(|error| Problem::writing(&path, &error))?;
    Ok(true)
}

/// Puts the paths in the place of their tokens.
fn name(files: &Files, certificate: &mut CertificateFiles) -> Result<(), Problem> {
    let tokens = std::iter::once(&mut certificate.file).chain(&mut certificate.key_file);
    files.resolve(tokens, unknown_certificate)
}

fn unknown_certificate() -> Problem {
    Problem::new(
        Code::FileUnreadable,
        "The certificate's file is not known any more",
        "Choose it again.",
    )
}
