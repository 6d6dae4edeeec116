import type { CertificateFiles } from "../api/contract/CertificateFiles";
import type { PresetView } from "../api/contract/PresetView";
import type { RegistrationSettings } from "../api/contract/RegistrationSettings";
import type { RegistrationView } from "../api/contract/RegistrationView";
import type { SecretName } from "../api/contract/SecretName";
import { Attempts } from "./attempts.svelte";

/** The app registrations, and the providers' presets they start from. */
export class Registrations extends Attempts {
  all = $state<RegistrationView[]>([]);
  presets = $state<PresetView[]>([]);

  load = () => this.attempt(() => this.refresh());

  /** Reads again what is told to have changed. */
  follow = () => this.reread(() => this.refresh());

  of = (id: string | null) => this.all.find((registration) => registration.settings.id === id) ?? null;

  /** Asks the issuer in `settings` where its endpoints are; throws the `Problem` when it does not say. */
  discover = (settings: RegistrationSettings) => this.call("discover_endpoints", settings);

  /** Whose person would have to sign in again if this were saved; throws the `Problem` when it cannot be. */
  signInAgain = (settings: RegistrationSettings) => this.call("sign_in_again", settings);

  /**
   * Saves; gives the registration's id, or throws the `Problem`: the form shows it at its fields. Refused where the
   * settings are not any more as they were `seen`.
   */
  save = async (settings: RegistrationSettings, seen: RegistrationSettings | null = null) => {
    const id = await this.call("save_registration", { settings, seen });
    await this.load();
    return id;
  };

  /** Removes; throws the `Problem` while senders use it. */
  remove = async (id: string) => {
    await this.call("remove_registration", id);
    await this.load();
  };

  /** Puts a secret of a sender or a registration into the vault. Nothing brings one out. */
  setSecret = async (owner: string, name: SecretName, value: string) => {
    await this.call("set_secret", { key: { owner, name }, value });
  };

  /** Removes a secret of a sender or a registration for good. */
  removeSecret = async (owner: string, name: SecretName) => {
    await this.call("remove_secret", { owner, name });
    await this.load();
  };

  /** Lets the person choose a file; `null`: they chose none. */
  chooseFile = () => this.call("choose_file", null);

  /** What is in a certificate's files; throws the `Problem` where no app could sign in with it. */
  readCertificate = (files: CertificateFiles) => this.call("read_certificate", files);

  /** Keeps a certificate with its key for a registration. */
  setCertificate = async (registration: string, files: CertificateFiles) => {
    await this.call("set_certificate", { registration, files });
    await this.load();
  };

  /** Writes a certificate's public part where the person wants it; false: nowhere. */
  saveCertificate = (registration: string) => this.call("save_certificate", registration);

  private async refresh() {
    this.all = await this.call("list_registrations", null);
    if (this.presets.length === 0) this.presets = await this.call("list_presets", null);
  }
}
