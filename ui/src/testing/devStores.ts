import { Stores } from "../stores";
import { fakeCall } from "./fakeCall";
import { FakeWorld } from "./fakeWorld";
import { vaultAbsent, wrongPassphrase } from "./sample/problems";

/**
 * The made-up world that the address asks for: `?world=empty`, `?theme=dark`, `?vault=absent`, `?vault=file`,
 * `?uncertain=2`, `?consent=failed`, `?send=partly`.
 */
export function devStores(wish: URLSearchParams): Stores {
  const world = wish.get("world") === "empty" ? FakeWorld.empty() : new FakeWorld();
  world.pace = 700;
  world.app.settings.theme = wish.get("theme") ?? "system";
  world.unseen = world.history.filter(({ row }) => row.outcome === "uncertain").map(({ row }) => row.id).slice(0, Number(wish.get("uncertain") ?? 0));
  if (wish.get("vault") === "absent") Object.assign(world.app, { vault_problem: vaultAbsent, vault_asks: "new_passphrase" });
  if (wish.get("vault") === "file") lock(world);
  world.consentEnds = (wish.get("consent") ?? "open") as typeof world.consentEnds;
  world.sendEnds = (wish.get("send") ?? "accepted") as typeof world.sendEnds;
  const fake = fakeCall({}, world);
  return new Stores(fake.call, fake.hear);
}

/** The vault is a file, and "open sesame" opens it. */
function lock(world: FakeWorld) {
  world.passphrase = "open sesame";
  Object.assign(world.app, { vault: "file", vault_problem: wrongPassphrase, vault_asks: "passphrase", vault_chosen: true });
}
