import { describe, expect, it } from "vitest";
import { fakeCall } from "../testing/fakeCall";
import { FakeWorld } from "../testing/fakeWorld";
import { uuid } from "../testing/sample/ids";
import { Uncertain } from "./uncertain.svelte";

describe("uncertain messages", () => {
  it("that were shown do not come back by an answer that was on its way", async () => {
    const world = new FakeWorld();
    world.unseen = [uuid(1), uuid(2)];
    const uncertain = new Uncertain(fakeCall({}, world).call);
    await uncertain.follow();
    const slow = uncertain.follow();
    await uncertain.saw([uuid(1)]);
    await slow;
    expect(uncertain.ids).toEqual([uuid(2)]);
  });
});
