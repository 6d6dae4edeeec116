import { describe, expect, it } from "vitest";
import type { ConsentNews } from "../../api/contract/ConsentNews";
import type { ConsentStep } from "../../api/contract/ConsentStep";
import { askedWords, left, patience, stepsOf, stepStates } from "./words";

const news = (...steps: ConsentStep[]): ConsentNews[] => steps.map((step) => ({
  consent_id: "c", profile_id: "p", registration_id: null, step, at: "2026-11-12T14:36:02Z", note: null, problem: null,
}));

describe("the steps of a consent", () => {
  it.each([
    [[], "now todo todo todo todo"],
    [["opened"], "now todo todo todo todo"],
    [["opened", "waiting"], "done now todo todo todo"],
    [["opened", "waiting", "code_received"], "done done done now todo"],
    [["opened", "waiting", "code_received", "failed"], "done done done failed todo"],
    [["opened", "waiting", "failed"], "done failed todo todo todo"],
    [["opened", "waiting", "code_received", "tokens_stored"], "done done done done now"],
    [["opened", "waiting", "code_received", "tokens_stored", "identity_checked", "done"], "done done done done done"],
  ] as [ConsentStep[], string][])("%j: %s", (steps, states) => {
    expect(stepStates(stepsOf({ route: "loopback", registration_id: null }), news(...steps)).join(" ")).toBe(states);
  });
});

describe("the steps of a code", () => {
  it.each([
    [[], "now todo todo todo"],
    [["waiting"], "now todo todo todo"],
    [["waiting", "failed"], "failed todo todo todo"],
    [["waiting", "code_received"], "done done now todo"],
    [["waiting", "code_received", "tokens_stored", "identity_checked", "done"], "done done done done"],
  ] as [ConsentStep[], string][])("%j: %s", (steps, states) => {
    expect(stepStates(stepsOf({ route: "device", registration_id: null }), news(...steps)).join(" ")).toBe(states);
  });
});

it("counts what is left of a code, and says when it is over", () => {
  expect(left("2026-11-12T14:41:02Z", new Date("2026-11-12T14:36:50Z"))).toBe("4:12");
  expect(left("2026-11-12T14:41:02Z", new Date("2026-11-12T14:41:02Z"))).toBeNull();
});

it("says in words what will be asked, once each", () => {
  expect(askedWords(["https://outlook.office.com/SMTP.Send", "offline_access", "openid", "profile", "odd.scope"]))
    .toBe("send mail as the account, stay signed in, see which account it is, odd.scope");
});

it("counts patience, and not beyond its end", () => {
  const [start, end] = ["2026-11-12T14:36:02Z", "2026-11-12T14:41:02Z"];
  expect(patience(start, end, new Date("2026-11-12T14:36:50Z"))).toBe("0:48 of 5:00");
  expect(patience(start, end, new Date("2026-11-12T15:00:00Z"))).toBe("5:00 of 5:00");
});
