import { type Call, problemFrom } from "../api/call";
import type { HistoryDetail } from "../api/contract/HistoryDetail";
import type { HistoryRow } from "../api/contract/HistoryRow";
import type { Outcome } from "../api/contract/Outcome";
import type { Transport } from "../api/contract/Transport";
import { Attempts } from "./attempts.svelte";

/** How far back the list looks, in days; 0: everything. */
export type Days = 0 | 1 | 7 | 30;

/** A look into the history: of one sender or of all, filtered. */
export class History extends Attempts {
  rows = $state<HistoryRow[]>([]);
  found = $state(0);
  total = $state(0);
  loaded = $state(false);
  opened = $state<HistoryDetail | null>(null);

  profileId = $state<string | null>(null);
  search = $state("");
  days = $state<Days>(0);
  transport = $state<Transport | null>(null);
  outcomes = $state<Outcome[]>([]);

  readonly filtered = $derived(
    this.search !== "" || this.days !== 0 || this.transport !== null || this.outcomes.length > 0,
  );

  /** `now` is only asked when a filter by days is set. */
  constructor(
    call: Call,
    profileId: string | null,
    private readonly limit = 100,
    private readonly now: () => number = Date.now,
  ) {
    super(call);
    this.profileId = profileId;
  }

  load = () => this.attempt(() => this.readShown());

  /** Reads again what is told to have changed, with what is opened. */
  follow = () =>
    this.reread(async () => {
      await this.readShown();
      if (this.wanted !== null) await this.readDetail(this.wanted);
    });

  /** Reads the next page. */
  more = () => this.attempt(() => this.read(this.rows.length, this.limit));

  /** Reads anew from the top, after a filter changed. */
  again = () => {
    this.rows = [];
    return this.load();
  };

  clear = () => {
    this.search = "";
    this.days = 0;
    this.transport = null;
    this.outcomes = [];
    return this.again();
  };

  open = async (id: string | null) => {
    this.wanted = id;
    if (id === null) {
      this.opened = null;
      return;
    }
    try {
      await this.readDetail(id);
    } catch (raw) {
      this.problem = problemFrom(raw);
    }
  };

  private wanted: string | null = null;
  private turn = 0;

  private readShown() {
    return this.read(0, Math.max(this.limit, this.rows.length));
  }

  private async readDetail(id: string) {
    try {
      const detail = await this.call("history_detail", id);
      // Arrow keys are faster than Rust: only the row that is still wanted is shown.
      if (this.wanted === id) this.opened = detail;
    } catch (raw) {
      if (this.wanted !== id) return;
      if (problemFrom(raw).code !== "unknown-send") throw raw;
      // It was taken back, and is nothing to be told of.
      this.opened = this.wanted = null;
    }
  }

  private async read(offset: number, limit: number) {
    const turn = ++this.turn;
    const since = this.days === 0 ? null : new Date(this.now() - this.days * 86_400_000).toISOString();
    const page = await this.call("history", {
      profile_ids: this.profileId === null ? [] : [this.profileId],
      search: this.search.trim(),
      outcomes: $state.snapshot(this.outcomes),
      transport: this.transport,
      since,
      limit,
      offset,
    });
    // A slower answer to an earlier question must not replace a newer one.
    if (turn !== this.turn) return;
    this.rows = offset === 0 ? page.rows : [...this.rows, ...page.rows];
    this.found = page.found;
    this.total = page.total;
    this.loaded = true;
  }
}
