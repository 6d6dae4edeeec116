/** What can be said of a value before Rust looks at it: enough to speak on leaving the field. */
import { bare, isAddress } from "../../mail/address";

type Check = (value: string) => string | null;

export const address: Check = (value) =>
  isAddress(bare(value)) ? null : "Write an address, such as invoices@kestrel.example.";

export const addressOrNone: Check = (value) => (value.trim() === "" ? null : address(value));

export const host: Check = (value) => {
  if (value.trim() === "") return "Write the server’s name, for example smtp.office365.com.";
  return /[/:@\s]/.test(value.trim()) && !value.includes("::") ? "Only the server’s name; port and protection have their own settings." : null;
};

/** Name and port of a server that were written in one, as documentation often has them. */
export function withPort(written: string): { host: string; port: number } | null {
  const [, host, port] = /^([^:\s]+|\[[^\]\s]+\]):(\d{1,5})$/.exec(written.trim()) ?? [];
  return host !== undefined && port !== undefined ? { host, port: Number(port) } : null;
}

export const port: Check = (value) =>
  /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= 65_535 ? null : "A number from 1 to 65535, for mail usually 587 or 465.";

export const named: Check = (value) => (value.trim() === "" ? "Give the sender a name." : null);
