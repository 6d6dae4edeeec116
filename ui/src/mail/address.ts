/** Mail addresses as a person types or pastes them. Rust has the last word; this one is quick. */

/** A recipient as a chip shows it. */
export interface Recipient {
  /** As it was written: `Name <address>` or the address alone. */
  written: string;
  address: string;
  valid: boolean;
  /** What was probably meant, when `valid` is false. */
  suggestion: string | null;
}

const LOCAL = /^[^\s@<>()[\]\\,;:"]+$/u;
const LABEL = /^[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*[\p{L}\p{N}_])?$/u;

/** Splits what was typed or pasted: commas, semicolons and line ends, but not those in quotes. */
export function split(text: string): string[] {
  const parts: string[] = [];
  let part = "";
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if ((char === "\n" || char === "\r" || (!quoted && (char === "," || char === ";")))) {
      parts.push(part);
      part = "";
      quoted = false;
    } else {
      part += char;
    }
  }
  parts.push(part);
  return parts.map((one) => one.trim()).filter((one) => one !== "");
}

/** Whether `address` is `local@domain` as servers take it. */
export function isAddress(address: string): boolean {
  const at = address.lastIndexOf("@");
  const local = address.slice(0, at);
  const labels = address.slice(at + 1).split(".");
  return (
    at > 0 && address.length <= 254 && local.length <= 64 &&
    LOCAL.test(local) && !local.startsWith(".") && !local.endsWith(".") && !local.includes("..") &&
    labels.length > 1 && labels.every((label) => label.length <= 63 && LABEL.test(label))
  );
}

/** The address in `Name <address>`, or the whole. */
export function bare(written: string): string {
  return /<([^<>]*)>\s*$/.exec(written)?.[1]?.trim() ?? written.trim();
}

/** `address` as servers are told it, to be compared: its domain in the ASCII form, all in small letters. */
export function asTold(address: string): string {
  const at = address.lastIndexOf("@") + 1;
  const domain = `http://${address.slice(at)}`;
  return (URL.canParse(domain) ? address.slice(0, at) + new URL(domain).hostname : address).toLowerCase();
}

/** The display name in `Name <address>`; empty: none. */
export function displayName(written: string): string {
  const name = /^(.*)<[^<>]*>\s*$/.exec(written.trim())?.[1]?.trim() ?? "";
  return name.replace(/^"(.*)"$/, "$1");
}

/** `Name <address>`, or the address alone when there is no name. */
export function named(name: string, address: string): string {
  return name.trim() === "" ? address.trim() : `${name.trim()} <${address.trim()}>`;
}

/** Reads one recipient. */
export function recipient(written: string): Recipient {
  const address = bare(written);
  if (isAddress(address)) return { written, address, valid: true, suggestion: null };
  const better = suggest(address);
  return { written, address, valid: false, suggestion: better };
}

/** The one slip that explains a wrong address, where there is one. */
function suggest(address: string): string | null {
  const slips = [
    address.replace(/\s+/g, ""),
    address.replace(/^mailto:/i, "").replace(/\?.*$/, ""),
    address.replace(/,/g, "."),
    address.replace(/;/g, "."),
    address.replace(/\.{2,}/g, "."),
    address.replace(/[.,;:]+$/, ""),
    address.replace(/@{2,}/g, "@"),
    address.replace(/(.)[ (]?(?:at|AT)[) ]?(?=[^@]*\.)/, "$1@"),
  ];
  return slips.find((slip) => slip !== address && isAddress(slip)) ?? null;
}

/**
 * Joins what a comma has wrongly cut: `jan@kestrel,example` is one address with a slip, since
 * neither half is a recipient by itself.
 */
export function recipients(text: string): Recipient[] {
  const read: Recipient[] = [];
  for (const part of split(text)) {
    const before = read.at(-1);
    const joined = before && !before.valid ? `${before.written},${part}` : "";
    const better = joined !== "" && !isAddress(bare(part)) ? suggest(bare(joined)) : null;
    if (better !== null) {
      read[read.length - 1] = { written: joined, address: joined, valid: false, suggestion: better };
    } else {
      read.push(recipient(part));
    }
  }
  return read;
}

/** A list with more recipients at its end; a comma may have cut an address that has one by mistake. */
export function added(list: Recipient[], text: string): Recipient[] {
  const before = list.at(-1);
  const joined = before && !before.valid ? recipients(`${before.written},${text}`) : [];
  return joined.length === 1 ? [...list.slice(0, -1), ...joined] : [...list, ...recipients(text)];
}
