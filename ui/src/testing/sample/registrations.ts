import type { DeviceCode } from "../../api/contract/DeviceCode";
import type { PresetView } from "../../api/contract/PresetView";
import type { RegistrationView } from "../../api/contract/RegistrationView";
import type { ServerSettings } from "../../api/contract/ServerSettings";
import { uuid } from "./ids";

const ENDPOINTS = {
  authority: "", authorize_endpoint: "", token_endpoint: "", device_endpoint: "", revocation_endpoint: "", issuer: "", confirmed_hosts: [] as string[],
  graph_url: "", ca_file: "",
  client_authentication: "post", certificate_algorithm: "ps256", redirect: "loopback", sandbox: false,
} as const;

export const sampleRegistrations: RegistrationView[] = [
  {
    settings: {
      ...ENDPOINTS, id: uuid(101), name: "Kestrel Mailer", provider: "microsoft", cloud: "global",
      tenant: "kestrel.example", client_id: "11111111-2222-3333-4444-555555555555", client_secret_expires: "2027-06-03",
    },
    has_client_secret: true, certificate: null, proves_itself_with: "client-secret",
    used_by: ["Order confirmations", "Invoices", "Support desk", "HR notices"],
    redirect_to_register: "http://localhost/oauth2/callback", admin_consent: null,
  },
  {
    settings: {
      ...ENDPOINTS, id: uuid(102), name: "Kestrel Google", provider: "google", cloud: "global", tenant: "",
      client_id: "482913.apps.googleusercontent.com", client_secret_expires: "",
    },
    has_client_secret: true, certificate: null, proves_itself_with: "client-secret",
    used_by: ["Password resets", "Build server"],
    redirect_to_register: "http://127.0.0.1/oauth2/callback", admin_consent: null,
  },
];

const server = (host: string, port: number, security: ServerSettings["security"]): ServerSettings => ({
  host, port, security, min_tls: "1.2", ca_file: "", auth: "auto", allow_plaintext: "", chunking: false,
});

const preset = (id: string, title: string, note: string, more: Partial<PresetView>): PresetView => ({
  id, title, note, provider: null, cloud: null, smtp: null, imap: null, sign_ins: ["password"], transports: ["smtp"],
  password_note: null, source: "https://example.org", ...more,
});

const ENTRA: Partial<PresetView> = {
  provider: "microsoft", sign_ins: ["delegated", "app-only"], transports: ["smtp", "graph"],
  password_note: "Exchange Online is retiring passwords for SMTP: sign in with OAuth",
};
const APP_PASSWORD = "Needs an app password, made under Account security";

export const samplePresets: PresetView[] = [
  preset("microsoft", "Microsoft 365", "Work and school accounts, GCC included", {
    ...ENTRA, cloud: "global", smtp: server("smtp.office365.com", 587, "starttls"),
  }),
  preset("google", "Google", "Gmail and Workspace, with a client of the type Desktop app", {
    provider: "google", sign_ins: ["delegated", "password"], smtp: server("smtp.gmail.com", 465, "tls"),
    password_note: "Needs an app password: 16 letters, made in the Google account with 2-step verification on",
  }),
  preset("outlook", "Outlook.com", "Personal Microsoft accounts", {
    ...ENTRA, cloud: "global", sign_ins: ["delegated"], smtp: server("smtp-mail.outlook.com", 587, "starttls"),
  }),
  preset("yahoo", "Yahoo", "With an app password", { smtp: server("smtp.mail.yahoo.com", 465, "tls"), password_note: APP_PASSWORD }),
  preset("fastmail", "Fastmail", "With an app password", { smtp: server("smtp.fastmail.com", 465, "tls"), password_note: APP_PASSWORD }),
  preset("icloud", "iCloud", "With an app-specific password", { smtp: server("smtp.mail.me.com", 587, "starttls"), password_note: APP_PASSWORD }),
  preset("zoho", "Zoho", "Personal accounts; other regions end in .eu, .in, .com.au or .jp", { smtp: server("smtp.zoho.com", 465, "tls") }),
  preset("microsoft-us-gov-high", "Microsoft 365 GCC High", "Registered in this cloud's own portal, apart from the worldwide one", {
    ...ENTRA, cloud: "us-gov-high", smtp: server("outlook.office365.us", 587, "starttls"),
  }),
  preset("microsoft-us-gov-dod", "Microsoft 365 DoD", "Registered in this cloud's own portal, apart from the worldwide one", {
    ...ENTRA, cloud: "us-gov-dod", smtp: server("outlook-dod.office365.us", 587, "starttls"),
  }),
  preset("microsoft-china", "Microsoft 365 (21Vianet)", "Registered in this cloud's own portal, apart from the worldwide one", {
    ...ENTRA, cloud: "china", smtp: server("smtp.partner.outlook.cn", 587, "starttls"),
  }),
  preset("custom", "Another OAuth provider", "Addresses as its documentation names them", {
    provider: "custom", sign_ins: ["delegated", "app-only"],
  }),
  preset("smtp", "Another SMTP server", "With a password, or none inside a network", { sign_ins: ["password", "none"] }),
];

/** A code as Microsoft gives one. */
export const sampleCode: DeviceCode = {
  user_code: "DQ7K-MHZT", verification_uri: "https://microsoft.com/devicelogin", verification_uri_complete: null,
};
