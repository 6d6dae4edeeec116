/** Settings, or a part of them that has parts itself. */
type Parts = Record<string, unknown>;

/**
 * Brings what changed from `kept` to `fresh` into `now`, except where `now` was edited. Gives the keys that changed, such
 * as `smtp.port`.
 */
export function takeOver(now: object, kept: object, fresh: object, prefix = ""): string[] {
  const [mine, before, after] = [now as Parts, kept as Parts, fresh as Parts];
  return Object.keys(after).flatMap((name) => {
    const [edited, was, is] = [mine[name], before[name], after[name]];
    if (same(was, is)) return [];
    if (hasParts(edited) && hasParts(was) && hasParts(is)) return takeOver(edited, was, is, `${prefix}${name}.`);
    if (same(edited, was)) mine[name] = copy(is);
    return [`${prefix}${name}`];
  });
}

const hasParts = (value: unknown): value is Parts => typeof value === "object" && value !== null && !Array.isArray(value);

/** Whether two are the same, written down. */
export const same = (one: unknown, other: unknown): boolean => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** What crosses to Rust and back is JSON: so is its copy. */
export const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value ?? null)) as T;
