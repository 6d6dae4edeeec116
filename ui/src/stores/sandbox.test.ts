import { describe, expect, it } from "vitest";
import { fakeCall } from "../testing/fakeCall";
import { FakeWorld } from "../testing/fakeWorld";
import { vaultAbsent } from "../testing/sample/problems";
import { Sandbox } from "./sandbox.svelte";

describe("the sandbox", () => {
  /** Its first mail is on its way until the test says how that ends; the others are there at once. */
  const opening = async () => {
    const world = new FakeWorld();
    const [first, second] = world.mails.map(({ mail }) => mail.id);
    if (!first || !second) throw new Error("the sample has too few");
    let arrive: () => void = () => undefined;
    let fail: () => void = () => undefined;
    const way = new Promise<void>((resolve, reject) => {
      arrive = resolve;
      fail = () => reject(vaultAbsent as unknown as Error);
    });
    const sandbox = new Sandbox(fakeCall({
      sandbox_mail: (id) => {
        const mail = world.answers.sandbox_mail(id);
        return id === first ? way.then(() => mail) : mail;
      },
    }, world).call);
    await sandbox.load();
    return { world, sandbox, first, second, arrive, fail };
  };

  it("keeps the mail that was opened meanwhile where another one cannot be read", async () => {
    const { sandbox, first, second, fail } = await opening();
    const late = sandbox.open(first);
    await sandbox.open(second);
    fail();
    await late;
    expect([sandbox.opened?.mail.id, sandbox.problem]).toEqual([second, null]);
  });

  it("says that a mail could not be read until another one is, whatever arrives", async () => {
    const { sandbox, first, second, fail } = await opening();
    fail();
    await sandbox.open(first);
    await sandbox.follow();
    expect(sandbox.problem?.code).toBe("vault-absent");
    await sandbox.open(second);
    expect([sandbox.opened?.mail.id, sandbox.problem]).toEqual([second, null]);
  });

  it("opens no mail that it forgot meanwhile", async () => {
    const { world, sandbox, first, arrive } = await opening();
    const late = sandbox.open(first);
    world.mails = [];
    await sandbox.follow();
    arrive();
    await late;
    expect(sandbox.opened).toBeNull();
  });
});
