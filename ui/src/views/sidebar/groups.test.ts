import { describe, expect, it } from "vitest";
import type { Health } from "../../api/contract/Health";
import type { ProfileRow } from "../../api/contract/ProfileRow";
import { fakeCall } from "../../testing/fakeCall";
import { firstOf, groups, neighbour } from "./groups";

const sample = fakeCall().world.profiles[0]?.row as ProfileRow;
const row = (name: string, tags: string[], health: Health = "ready"): ProfileRow => ({ ...sample, id: name, name, tags, health });

describe("groups", () => {
  const rows = [row("loose", []), row("a", ["Production", "EU"]), row("b", ["Staging"], "expiring"), row("c", ["Production"], "disabled")];

  it("follow the first tag; those without one come last", () => {
    expect(groups(rows).map((group) => [group.tag, group.rows.map((one) => one.name)])).toEqual([
      ["Production", ["a", "c"]], ["Staging", ["b"]], [null, ["loose"]],
    ]);
    expect(firstOf(rows)?.name).toBe("a");
  });

  it.each([
    [["ready", "disabled"], "ready"],
    [["ready", "never_verified"], "never_verified"],
    [["expiring", "needs_sign_in"], "needs_sign_in"],
    [["needs_sign_in", "failing", "ready"], "failing"],
  ] as [Health[], Health][])("of %j are as bad as %s", (all, worst) => {
    expect(groups(all.map((health, at) => row(String(at), [], health)))[0]?.worst).toBe(worst);
  });

  it("are walked round and round", () => {
    expect(neighbour(rows, "loose", 1)?.name).toBe("a");
    expect(neighbour(rows, "a", -1)?.name).toBe("loose");
    expect(neighbour(rows, null, 1)?.name).toBe("a");
    expect(neighbour([], null, 1)).toBeNull();
  });
});
