import { problemFrom } from "../../api/call";
import type { AttachmentView } from "../../api/contract/AttachmentView";
import type { CertificateFiles } from "../../api/contract/CertificateFiles";
import type { CertificateView } from "../../api/contract/CertificateView";
import type { RegistrationView } from "../../api/contract/RegistrationView";
import type { Registrations } from "../../stores/registrations.svelte";
import { faultWords } from "../../text/faults";

/** A certificate that the person is choosing: its files, and what Rust finds in them. Nothing is kept before it is saved. */
export class ChosenCertificate {
  /** Whether the app is to prove itself with a certificate, and not with a client secret. */
  wanted = $state(false);
  file = $state<AttachmentView | null>(null);
  keyFile = $state<AttachmentView | null>(null);
  password = $state("");
  /** What everybody may see of it, once it can be used. */
  facts = $state<CertificateView | null>(null);
  /** What is wrong, by field: `certificate`, `certificate.key_file`, `certificate.password`. */
  faults = $state<Record<string, string>>({});
  private asksForPassword = $state(false);
  /** The file holds the certificate alone, as it often does: that is no fault before the key's file is chosen. */
  private asksForKey = $state(false);

  readonly needsKeyFile = $derived(this.keyFile !== null || this.asksForKey);
  readonly needsPassword = $derived(this.asksForPassword);
  readonly files = $derived<CertificateFiles | null>(this.wanted && this.file ? {
    file: this.file.file, key_file: this.keyFile?.file ?? null, password: this.password === "" ? null : this.password,
  } : null);

  constructor(private readonly registrations: Registrations, kept: RegistrationView | null = null) {
    this.wanted = Boolean(kept?.certificate);
  }

  /** What is wrong, by field, where that is not there by which the app is to prove itself. */
  missing(secret: string, kept: RegistrationView | null): Record<string, string> {
    if (this.wanted) return this.files || kept?.certificate ? {} : { certificate: "Choose the certificate’s file, or prove the app with a client secret" };
    return secret !== "" || kept?.has_client_secret ? {} : { client_secret: "Paste the app’s client secret, or prove the app with a certificate" };
  }

  /** Whether a certificate is kept that would be used in place of the secret, and therefore goes. */
  replaces = (kept: RegistrationView | null) => !this.wanted && Boolean(kept?.certificate);

  choose = async () => {
    const file = await this.registrations.chooseFile();
    if (file === null) return;
    this.forget();
    this.file = file;
    await this.read();
  };

  chooseKey = async () => {
    const file = await this.registrations.chooseFile();
    if (file === null) return;
    this.keyFile = file;
    await this.read();
  };

  /** Looks into the files again. */
  read = async () => {
    if (this.files === null) return;
    this.facts = null;
    this.faults = {};
    try {
      this.facts = await this.registrations.readCertificate(this.files);
    } catch (raw) {
      const { fields, title, means } = problemFrom(raw);
      this.faults = fields.length > 0
        ? Object.fromEntries(fields.map((one) => [one.field, faultWords(one)]))
        : { certificate: `${title}. ${means}` };
      const { "certificate.key_file": key, ...others } = this.faults;
      if (key !== undefined && this.keyFile === null) this.faults = others;
      this.asksForKey ||= key !== undefined;
      this.asksForPassword ||= this.faults["certificate.password"] !== undefined;
    }
  };

  /** Keeps it for a registration, or takes the one away that is kept, as was chosen; throws the `Problem`. */
  keep = async (registration: string, kept: RegistrationView | null) => {
    if (this.replaces(kept)) return this.registrations.removeSecret(registration, "certificate");
    if (this.files === null) return;
    await this.registrations.setCertificate(registration, this.files);
    this.forget();
  };

  /** Begins anew, as for another provider. */
  reset = () => {
    this.forget();
    this.wanted = false;
  };

  forget = () => {
    this.file = this.keyFile = this.facts = null;
    this.password = "";
    this.faults = {};
    this.asksForPassword = this.asksForKey = false;
  };
}
