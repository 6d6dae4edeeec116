import type { Health } from "../../api/contract/Health";
import type { ProfileRow } from "../../api/contract/ProfileRow";
import type { Command } from "../../commands";
import { WORST } from "../../text/words";

/** The senders of one tag, as the sidebar shows them. */
export interface Group {
  /** The tag; `null`: those without one. */
  tag: string | null;
  rows: ProfileRow[];
  /** What the group shows when it is closed. */
  worst: Health;
}

/** Groups senders by their first tag, in the order of first appearance; those without a tag come last. */
export function groups(rows: ProfileRow[]): Group[] {
  const byTag = new Map<string | null, ProfileRow[]>();
  for (const row of rows) {
    const tag = row.tags[0] ?? null;
    byTag.set(tag, [...(byTag.get(tag) ?? []), row]);
  }
  const all = [...byTag].map(([tag, members]) => ({ tag, rows: members, worst: worst(members) }));
  return [...all.filter((group) => group.tag !== null), ...all.filter((group) => group.tag === null)];
}

/** The senders in the order the sidebar shows them. */
const inOrder = (rows: ProfileRow[]) => groups(rows).flatMap((group) => group.rows);

export const firstOf = (rows: ProfileRow[]) => inOrder(rows)[0] ?? null;

/** The sender `step` places after the chosen one, round and round. */
export function neighbour(rows: ProfileRow[], id: string | null, step: number): ProfileRow | null {
  const all = inOrder(rows);
  const at = all.findIndex((row) => row.id === id);
  if (at < 0) return all[0] ?? null;
  return all[(at + step + all.length) % all.length] ?? null;
}

/** Something the search field found. */
export type Hit = { row: ProfileRow; command?: never } | { row?: never; command: Command };

/** Senders of which name, address or a tag contains every word; then commands whose title does. */
export function hitsFor(search: string, rows: ProfileRow[], commands: Command[]): Hit[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  return [
    ...inOrder(rows).filter((row) => fits([row.name, row.mailbox, ...row.tags].join(" "))).map((row) => ({ row })),
    ...commands.filter((command) => fits(command.title)).map((command) => ({ command })),
  ];
}

function worst(rows: ProfileRow[]): Health {
  return WORST.find((health) => rows.some((row) => row.health === health)) ?? "ready";
}
