/** A sender's route, as it stands in its settings, in the parts that a person fills in. */

export type RouteKind = "direct" | "system" | "socks5" | "http";

export interface RouteParts {
  kind: RouteKind;
  host: string;
  port: string;
  user: string;
}

const USUAL_PORT = { socks5: "1080", http: "3128" } as const;

export function readRoute(route: string): RouteParts {
  const proxy = /^(socks5|http):\/\/(?:([^@]*)@)?(.*?)(?::(\d*))?\/?$/.exec(route);
  if (!proxy) return { kind: route === "system" ? "system" : "direct", host: "", port: "", user: "" };
  const [, kind, user = "", host = "", port = ""] = proxy;
  return { kind: kind as RouteKind, host, port, user: decoded(user) };
}

export function writeRoute({ kind, host, port, user }: RouteParts): string {
  if (kind === "direct" || kind === "system") return kind;
  return `${kind}://${user === "" ? "" : `${encodeURIComponent(user)}@`}${host.trim()}:${port}`;
}

export const isProxy = (kind: RouteKind) => kind === "socks5" || kind === "http";

/** Whether a route signs in to a proxy. */
export function namesUser(route: string): boolean {
  const { kind, user } = readRoute(route);
  return isProxy(kind) && user !== "";
}

/** The same proxy by another protocol, with that one's usual port unless the person chose one. */
export function withKind(parts: RouteParts, kind: RouteKind): RouteParts {
  if (kind === "direct" || kind === "system") return { ...parts, kind };
  const usual = parts.port === "" || Object.values<string>(USUAL_PORT).includes(parts.port);
  return { ...parts, kind, port: usual ? USUAL_PORT[kind] : parts.port };
}

/** What can be said of a proxy before Rust looks at it. */
export function wrongRoute({ kind, host, port, user }: RouteParts): string | null {
  if (kind === "direct" || kind === "system") return null;
  if (host.trim() === "" || /[/@\s]/.test(host)) return "Write the proxy’s name or address, for example proxy.kestrel.example.";
  if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535) return "The proxy’s port is a number from 1 to 65535.";
  return user.includes(":") ? "The user name alone: the password has its own field." : null;
}

function decoded(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}
