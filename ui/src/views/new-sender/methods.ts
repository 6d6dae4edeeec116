/** Ways of signing in, in words: what each needs, and when it ends. */
import type { PresetView } from "../../api/contract/PresetView";
import type { Provider } from "../../api/contract/Provider";
import type { SignIn } from "../../api/contract/SignIn";
import type { Transport } from "../../api/contract/Transport";
import type { IconName } from "../../components/icons";

/** One way to choose. */
export interface Method {
  signIn: SignIn;
  transport: Transport;
  title: string;
  about: string;
  needs: [IconName, string][];
}

/** The ways that work with a provider, best first. */
export function methods(preset: PresetView): Method[] {
  return preset.sign_ins.flatMap((signIn) => {
    const oauth = signIn === "delegated" || signIn === "app-only";
    const transports = oauth ? preset.transports : (["smtp"] as const);
    return transports.map((transport) => ({ signIn, transport, ...words(signIn, transport, preset) }));
  });
}

type Words = Pick<Method, "title" | "about" | "needs">;

function words(signIn: SignIn, transport: Transport, preset: PresetView): Words {
  switch (signIn) {
    case "delegated": return delegated(transport, preset.provider);
    case "app-only": return appOnly(transport, preset.provider);
    case "password": return {
      title: "Password",
      about: preset.password_note ?? "Basic authentication, over a protected connection only.",
      needs: [["key", "You need: the mailbox’s password, kept in the keychain"]],
    };
    case "none": return {
      title: "No sign-in",
      about: "For a relay inside a network that trusts this computer’s address.",
      needs: [["server", "You need: the relay’s name and port"]],
    };
  }
}

const GRAPH = "Sends over HTTPS instead of SMTP. Works where port 587 or SMTP AUTH is blocked.";

function delegated(transport: Transport, provider: Provider | null): Words {
  const account: [IconName, string] = ["person", "You need: the account’s password and second factor, once"];
  const google: Words["needs"] = [
    account,
    ["key", "Permission: mail.google.com, a restricted scope; a Workspace administrator may have to trust the app"],
    ["clock", "Lapses after 6 months without use, when the password changes, or after 7 days while the app is in testing"],
  ];
  const microsoft: Words["needs"] = [
    account,
    ["key", `Permission: ${transport === "graph" ? "Mail.Send" : "SMTP.Send"}, delegated. An administrator may have to approve it.`],
    ["clock", "Lapses after 90 days without use, or when the password is reset"],
  ];
  const needs = { google, microsoft, custom: [account] }[provider ?? "custom"];
  return transport === "graph"
    ? { title: "Microsoft Graph, delegated", about: `A person signs in once. ${GRAPH}`, needs }
    : { title: "OAuth, delegated", about: "A person or service account signs in once in the browser. Sendright renews the tokens.", needs };
}

function appOnly(transport: Transport, provider: Provider | null): Words {
  const secret: [IconName, string] = ["clock", "Lapses when the client secret or certificate expires"];
  if (provider !== "microsoft") {
    return { title: "OAuth, app-only", about: "No person signs in. Needs a client secret or certificate.", needs: [secret] };
  }
  return transport === "graph"
    ? {
        title: "Microsoft Graph, app-only", about: `No person signs in. ${GRAPH}`,
        needs: [
          ["key", "Permission: Mail.Send, application, with an administrator’s consent"],
          ["shield", "Reaches every mailbox of the tenant unless an administrator limits it"],
          secret,
        ],
      }
    : {
        title: "OAuth, app-only",
        about: "No person signs in. For servers. Needs an administrator, a client secret or certificate, and mailbox access for the app.",
        needs: [
          ["key", "Permission: SMTP.SendAsApp, application, with an administrator’s consent"],
          ["mailbox", "In Exchange: the app’s service principal with access to the mailbox"],
          secret,
        ],
      };
}
