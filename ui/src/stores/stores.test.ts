import { waitFor } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ConsentStep } from "../api/contract/ConsentStep";
import type { HistoryPage } from "../api/contract/HistoryPage";
import { failsWith, fakeCall } from "../testing/fakeCall";
import { FakeWorld } from "../testing/fakeWorld";
import { uuid } from "../testing/sample/ids";
import { vaultAbsent } from "../testing/sample/problems";
import { Stores } from "./index";
import { History } from "./history.svelte";
import { Toasts } from "./toasts.svelte";

const started = (fake = fakeCall()) => {
  const stores = new Stores(fake.call, fake.hear, () => fake.world.at.now);
  fake.hear(stores.take);
  return { stores, fake };
};

describe("senders", () => {
  it("are read anew after every change, never guessed", async () => {
    const { stores, fake } = started();
    await stores.profiles.load();
    await stores.profiles.setEnabled(uuid(1), false);
    expect(fake.asked.map((one) => one.command)).toEqual(["list_profiles", "set_enabled", "list_profiles"]);
    expect(stores.profiles.rows[0]?.health).toBe("disabled");
  });

  it("keep the answer for the one that is chosen now, not for an earlier one", async () => {
    const slow = new Map<string, () => void>();
    const fake = fakeCall();
    const { stores } = started(fakeCall({
      get_profile: (id) => new Promise((resolve) => slow.set(id, () => resolve(fake.world.answers.get_profile(id)))),
    }));
    const first = stores.profiles.choose(uuid(1));
    const second = stores.profiles.choose(uuid(2));
    slow.get(uuid(2))?.();
    await second;
    slow.get(uuid(1))?.();
    await first;
    expect(stores.profiles.view?.row.id).toBe(uuid(2));
  });

  it("come back when a deletion is taken back", async () => {
    const { stores } = started();
    await stores.profiles.load();
    await stores.profiles.remove(uuid(1));
    expect(stores.profiles.rows.some((row) => row.id === uuid(1))).toBe(false);
    await stores.profiles.restore(uuid(1));
    expect(stores.profiles.rows.some((row) => row.id === uuid(1))).toBe(true);
  });

  it("that cannot be read leave a problem, and no empty list that looks like none", async () => {
    const { stores } = started(fakeCall({ list_profiles: failsWith(vaultAbsent) }));
    expect(await stores.profiles.load()).toBe(false);
    expect(stores.profiles.problem?.code).toBe("vault-absent");
    expect(stores.profiles.loaded).toBe(false);
  });

  it("that could not be read after news are said so until they can; what became of an own attempt stays", async () => {
    const world = new FakeWorld();
    let readable = true;
    const { stores } = started(fakeCall({
      list_profiles: () => (readable ? world.profiles.map(({ row }) => row) : Promise.reject(vaultAbsent)),
      export_file: failsWith({ ...vaultAbsent, code: "not-writable" }),
    }));
    const { profiles } = stores;
    const followed = async (well: boolean) => {
      readable = well;
      await profiles.follow();
      return profiles.problem?.code ?? null;
    };
    await profiles.load();
    expect([await followed(false), await followed(false), await followed(true)]).toEqual(["vault-absent", "vault-absent", null]);
    await profiles.exportFile([]);
    expect([await followed(false), await followed(true)]).toEqual(["not-writable", "not-writable"]);
    profiles.problem = null;
    expect(await followed(false)).toBe("vault-absent");
  });
});

describe("a consent", () => {
  const news = (consent_id: string, step: ConsentStep) =>
    ({ event: "consent", consent_id, profile_id: uuid(1), registration_id: null, step, at: "2026-11-24T12:00:00Z", note: null, problem: step === "failed" ? vaultAbsent : null }) as const;

  it("hears its own news only", async () => {
    const { stores, fake } = started();
    await stores.consent.begin(uuid(1), null);
    fake.tell(news(uuid(999), "failed"));
    expect(stores.consent.state).toBe("open");
    fake.tell(news(stores.consent.view?.id ?? "", "failed"));
    expect(stores.consent.state).toBe("failed");
    expect(stores.consent.failure?.code).toBe("vault-absent");
  });

  it("does not lose what was told before the question had its name", async () => {
    const { stores } = started(fakeCall({
      begin_consent: (request) => {
        stores.take(news(uuid(77), "opened"));
        return { ...fakeCall().world.answers.begin_consent(request), id: uuid(77) } as never;
      },
    }));
    await stores.consent.begin(uuid(1), "paste");
    expect(stores.consent.steps.map((one) => one.step)).toEqual(["opened"]);
  });

  it("is asked by the last of several ways that are picked in passing", async () => {
    const { stores, fake } = started();
    await stores.consent.begin(uuid(1), null);
    void stores.consent.begin(uuid(1), "paste");
    await stores.consent.begin(uuid(1), "device");
    const asked = fake.asked.filter(({ command }) => command === "begin_consent" || command === "cancel_consent");
    expect(asked.map(({ command }) => command)).toEqual(["begin_consent", "cancel_consent", "begin_consent"]);
    expect(stores.consent.view?.route).toBe("device");
  });

  it("does not stay open when its sheet was closed while it was asked", async () => {
    const { stores, fake } = started(fakeCall({
      begin_consent: (request) => {
        stores.consent.clear();
        return { ...fakeCall().world.answers.begin_consent(request), id: uuid(78) } as never;
      },
    }));
    await stores.consent.begin(uuid(1), null);
    expect(fake.asked).toContainEqual({ command: "cancel_consent", request: uuid(78) });
    expect(stores.consent.view).toBeNull();
  });

  it("asks nothing more once it is over", async () => {
    const { stores, fake } = started();
    await stores.consent.begin(uuid(1), null);
    fake.tell(news(stores.consent.view?.id ?? "", "done"));
    await stores.consent.cancel();
    expect(fake.asked.some((one) => one.command === "cancel_consent")).toBe(false);
  });
});

describe("a send", () => {
  it("is one at a time for each sender, with its progress", async () => {
    let finish: () => void = () => undefined;
    const { stores, fake } = started(fakeCall({ send: () => new Promise((_, reject) => (finish = () => reject(vaultAbsent))) }));
    const message = { from: "", to: ["a@k.example"], cc: [], bcc: [], subject: "", text: "x", html: "", headers: [], attachments: [], dsn: [], dsn_return: null, save_to_sent_items: null };
    const sending = stores.outbox.send(uuid(1), message, null);
    void stores.outbox.send(uuid(1), message, null);
    await waitFor(() => expect(fake.asked.filter((one) => one.command === "send")).toHaveLength(1));
    const send_id = stores.outbox.of(uuid(1))?.sendId ?? "";
    fake.tell({ event: "send", send_id, stage: "auth", sent: 0, total: 10, cancellable: true, wait_ms: null, limit_ms: null, check: null });
    expect(stores.outbox.of(uuid(1))?.news?.stage).toBe("auth");
    expect(stores.outbox.busy(uuid(2))).toBe(false);
    finish();
    await sending;
    expect(stores.outbox.of(uuid(1))?.problem?.code).toBe("vault-absent");
    expect(stores.outbox.busy(uuid(1))).toBe(false);
  });
});

describe("history", () => {
  it("asks with its filters, and a slower earlier answer changes nothing", async () => {
    const page = (subject: string): HistoryPage => {
      const row = fakeCall().world.history[0]?.row;
      return { rows: row ? [{ ...row, subject }] : [], found: 1, total: 9 };
    };
    const waiting: ((page: HistoryPage) => void)[] = [];
    const fake = fakeCall({ history: () => new Promise((resolve) => waiting.push(resolve)) });
    const history = new History(fake.call, null, 50, () => Date.parse("2026-11-24T12:00:00Z"));
    history.days = 7;
    const earlier = history.load();
    history.search = " 5.7.139 ";
    const later = history.load();
    await waitFor(() => expect(waiting).toHaveLength(2));
    waiting[1]?.(page("later"));
    await later;
    waiting[0]?.(page("earlier"));
    await earlier;
    expect(history.rows[0]?.subject).toBe("later");
    expect(fake.asked[1]?.request).toMatchObject({ search: "5.7.139", since: "2026-11-17T12:00:00.000Z", limit: 50, offset: 0 });
  });

  it("reads on where it stopped", async () => {
    const fake = fakeCall();
    const history = new History(fake.call, null, 5);
    await history.load();
    await history.more();
    expect(history.rows).toHaveLength(10);
    expect(new Set(history.rows.map((row) => row.id)).size).toBe(10);
  });

  it("opens the row that was asked for last, whatever changes meanwhile", async () => {
    const world = new FakeWorld();
    const [first, second] = world.history;
    if (!first || !second) throw new Error("the sample has too few");
    let answer: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (answer = resolve));
    const fake = fakeCall({
      history_detail: async (id) => {
        if (id === second.row.id) await slow;
        return id === first.row.id ? first : second;
      },
    });
    const history = new History(fake.call, null);
    await history.open(first.row.id);
    const opening = history.open(second.row.id);
    const following = history.follow();
    await waitFor(() => expect(fake.asked.filter(({ command }) => command === "history_detail")).toHaveLength(3));
    answer();
    await Promise.all([opening, following]);
    expect(history.opened?.row.id).toBe(second.row.id);
  });

  it("closes a row that is taken back, without a word", async () => {
    const fake = fakeCall();
    const history = new History(fake.call, null);
    await history.open(fake.world.history[0]?.row.id ?? "");
    expect(history.opened).not.toBeNull();
    fake.world.history = fake.world.history.slice(1);
    await history.follow();
    expect(history.opened).toBeNull();
    expect(history.problem).toBeNull();
  });

  it("says nothing of a row that could not be opened once another one is wanted", async () => {
    const fake = fakeCall();
    const second = fake.world.history[1]?.row.id ?? "";
    const history = new History(fakeCall({
      history_detail: (id) => (id === second ? fake.world.answers.history_detail(id) : Promise.reject(vaultAbsent)),
    }).call, null);
    await Promise.all([history.open(fake.world.history[0]?.row.id ?? ""), history.open(second)]);
    expect(history.opened?.row.id).toBe(second);
    expect(history.problem).toBeNull();
  });
});

describe("toasts", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("with Undo stay for ten seconds and are taken back once", () => {
    const toasts = new Toasts();
    const undo = vi.fn();
    toasts.show("Office scanner deleted", undo);
    vi.advanceTimersByTime(9_900);
    expect(toasts.all).toHaveLength(1);
    expect(toasts.undo()).toBe(true);
    expect(toasts.undo()).toBe(false);
    expect(undo).toHaveBeenCalledOnce();
    toasts.show("Copied");
    vi.advanceTimersByTime(4_100);
    expect(toasts.all).toHaveLength(0);
  });

  it("with more to read stay longer", () => {
    const toasts = new Toasts();
    toasts.show("2 created, 1 changed, 3 secrets still to be stored; to be signed in again: Invoices, Orders");
    vi.advanceTimersByTime(6_000);
    expect(toasts.all).toHaveLength(1);
    vi.advanceTimersByTime(2_000);
    expect(toasts.all).toHaveLength(0);
  });
});

describe("the theme", () => {
  it("is shown at once and left for the next first paint", async () => {
    const { stores, fake } = started();
    await stores.settings.load();
    await stores.settings.setTheme("dark");
    expect(document.documentElement.dataset.theme).toBe("dark");
    expect(localStorage.getItem("theme")).toBe("dark");
    expect(fake.world.app.settings).toEqual({ theme: "dark", history_days: 90 });
    await stores.settings.setTheme("system");
    expect(localStorage.getItem("theme")).toBeNull();
    expect(document.documentElement.dataset.theme).toBe("light");
  });
});
