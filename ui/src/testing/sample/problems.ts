import type { Problem } from "../../api/contract/Problem";

const PLAIN: Pick<Problem, "retry" | "retry_after_ms" | "causes" | "fields" | "source"> = {
  retry: "after_change", retry_after_ms: null, causes: [], fields: [], source: null,
};

/** Exchange refuses SMTP AUTH for one mailbox. */
export const smtpAuthOff: Problem = {
  ...PLAIN,
  causes: [
    {
      code: "smtp-auth-disabled-mailbox",
      title: "SMTP AUTH is turned off for this mailbox",
      likelihood: "very_likely",
      why: ["The reply names the Mailbox. A block for everyone names the Tenant."],
      fixes: [
        {
          who: "exchange-admin",
          kind: "powershell",
          title: "Turn it on for the mailbox",
          text: 'Connect-ExchangeOnline\nSet-CASMailbox -Identity "invoices@kestrel.example" `\n  -SmtpClientAuthenticationDisabled $false',
        },
        { who: "you", kind: "wait", title: "Then send again", text: "Exchange can take up to an hour to apply it." },
      ],
    },
    {
      code: "smtp-auth-pending",
      title: "Already turned on, not applied yet",
      likelihood: "possible",
      why: ["Exchange can take up to an hour to apply it."],
      fixes: [{ who: "you", kind: "wait", title: "Wait and send again", text: "" }],
    },
  ],
  code: "auth-refused",
  title: "Microsoft 365 refused the sign-in",
  means: "The token is good, but Exchange does not let this mailbox send by SMTP.",
  said: "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information.",
  source: "https://aka.ms/smtp_auth_disabled",
};

/** The other side knows no such mailbox. */
export const noSuchRecipient: Problem = {
  ...PLAIN,
  code: "recipients-refused",
  title: "The recipient does not exist at nordfrakt.example",
  means: "Their server answered 5.1.10 at RCPT TO. Check the address, then send again. This sender is healthy.",
  said: "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
};

/** The connection broke after the final dot. */
export const uncertain: Problem = {
  ...PLAIN,
  code: "uncertain",
  title: "The message may have been sent",
  means: "The connection was lost after the whole message was handed over and before the server answered. Look for it in the mailbox of a recipient before you send it again.",
  said: null,
  retry: "never",
};

/** Entra refuses the tokens: the registration is of the wrong platform. */
export const wrongPlatform: Problem = {
  ...PLAIN,
  code: "client-rejected",
  title: "Microsoft did not hand out tokens: the app is registered as a web app",
  means: "A redirect address of the platform Web asks for a client secret, and this registration has none.",
  said: "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  causes: [
    {
      code: "platform-web",
      title: "The redirect address is registered under Web",
      likelihood: "very_likely",
      why: ["Entra asks for a secret only where the platform is Web."],
      fixes: [
        {
          who: "app-owner",
          kind: "portal",
          title: "Move it to Mobile and desktop applications",
          text: "Entra admin center › App registrations › Kestrel Mailer › Authentication › Add a platform",
        },
      ],
    },
  ],
  source: "https://learn.microsoft.com/entra/identity-platform/reply-url",
};

/** The vault file was made with another passphrase. */
export const wrongPassphrase: Problem = {
  ...PLAIN,
  code: "vault-passphrase",
  title: "The passphrase does not open the vault",
  means: "The vault file was made with another passphrase. Type it again; a forgotten passphrase cannot be recovered.",
  said: null,
};

/** No keychain can be reached. */
export const vaultAbsent: Problem = {
  ...PLAIN,
  code: "vault-absent",
  title: "The keychain does not answer",
  means: "No Secret Service is running in this session. Start one, or start Sendright with the passphrase file: SENDRIGHT_VAULT=file.",
  said: null,
};

/** Nobody typed a code in time. */
export const codeRunOut: Problem = {
  ...PLAIN,
  code: "consent-timed-out",
  title: "The code has run out",
  means: "It was not typed and confirmed in time. Nothing was changed; get a new code.",
  said: null,
};

/** The provider has no codes. */
export const noCodes: Problem = {
  ...PLAIN,
  code: "invalid-settings",
  title: "This provider offers no sign-in with a code",
  means: "The app registration names no device endpoint.",
  said: null,
};

/** Ways back that a registration does not have: said before the browser opens. */
export const noLinkAtGoogle: Problem = {
  ...PLAIN,
  code: "redirect-unusable",
  title: "Google brings no answer by deep link",
  means: "Kestrel Google is a client of the type Desktop app, and those have no links of their own. Sign in with the route \"loopback\" or \"paste\".",
  said: null,
};
export const pageElsewhere: Problem = {
  ...PLAIN,
  code: "redirect-unusable",
  title: "Kestrel Mailer sends the browser to another system's page",
  means: "Its redirect is an https:// address, where Sendright cannot listen. Sign in with the route \"paste\", or register a loopback address and set redirect = \"loopback\".",
  said: null,
};
export const secretMissing: Problem = {
  ...PLAIN,
  code: "client-rejected",
  title: "The app registration has no client secret",
  means: "A redirect to an https:// page makes the app a web app, which has to prove itself. Store the secret's value or a certificate with the registration, or use the redirect loopback.",
  said: null,
};
