import { invoke } from "@tauri-apps/api/core";
import type { Contract } from "./contract/Contract";
import type { Problem } from "./contract/Problem";

export type Command = keyof Contract;

/** Asks the Rust side. Rejects with a `Problem`, whatever went wrong. */
export type Call = <C extends Command>(command: C, request: Contract[C][0]) => Promise<Contract[C][1]>;

/** The only door to the Rust side: outside `api/` nobody imports `@tauri-apps`. */
export const call: Call = async (command, request) => {
  try {
    return await invoke(command, { request });
  } catch (raw) {
    throw problemFrom(raw);
  }
};

/** What was thrown, as a `Problem`: everything that can fail on the way here ends in one. */
export function problemFrom(raw: unknown): Problem {
  return isProblem(raw) ? raw : unexplained(raw);
}

function isProblem(raw: unknown): raw is Problem {
  return typeof raw === "object" && raw !== null && "code" in raw && "means" in raw;
}

/** For what Tauri itself rejects with: a bare string, e.g. for a command that is not allowed. */
function unexplained(raw: unknown): Problem {
  return {
    code: "unexplained",
    title: "Sendright could not do this",
    means: "This is a fault in Sendright, not in the settings. Copy the report and file it with the project.",
    said: raw instanceof Error ? raw.message : String(raw),
    retry: "never",
    retry_after_ms: null,
    causes: [],
    fields: [],
    source: null,
  };
}
