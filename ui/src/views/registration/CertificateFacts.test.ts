import { screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import { fakeCall } from "../../testing/fakeCall";
import { sampleCertificate } from "../../testing/sample/certificate";
import { faults, show } from "../../testing/show";
import CertificateFacts from "./CertificateFacts.svelte";

describe("a certificate", () => {
  it("that has ended is said to have, and no other is", async () => {
    const fake = fakeCall();
    const facts = sampleCertificate(fake.world.at);
    const { rerender } = await show(CertificateFacts, { facts }, fake);
    expect(screen.queryByText("it has ended")).toBeNull();
    await rerender({ facts: { ...facts, not_after: "2020-01-31T00:00:00Z" } });
    expect(screen.getByText("it has ended")).toHaveClass("bad");
    expect(await faults()).toEqual([]);
  });
});
