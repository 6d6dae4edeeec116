import { remove } from "../../commands";
import type { Stores } from "../../stores";
import { groups } from "./groups";

/** How long letters typed one after the other are one word, in milliseconds. */
const ONE_WORD = 500;

/** The list of senders for the keyboard: tags that open and close, senders, and the item that has the keys. */
export class Tree {
  /** The item that Tab reaches; the others are reached by arrows. */
  private focused = $state<string | null>(null);
  private typed = "";

  readonly groups = $derived.by(() => groups(this.stores.profiles.rows));
  /** Without any tag there is nothing to group by. */
  readonly flat = $derived(this.groups.length === 1 && this.groups[0]?.tag === null);
  readonly current = $derived.by(() => (this.stores.nav.place.view === "sender" ? this.stores.nav.place.id : null));
  private readonly items = $derived(
    this.groups.flatMap(({ tag, rows }) => [
      ...(this.flat ? [] : [this.key(tag)]),
      ...(this.isOpen(tag) ? rows.map((row) => row.id) : []),
    ]),
  );
  readonly stop = $derived([this.focused, this.current].find((id) => id !== null && this.items.includes(id)) ?? this.items[0]);

  constructor(
    private readonly stores: Stores,
    /** Gives the keys to an item. */
    private readonly give: (id: string) => void,
  ) {}

  key = (tag: string | null) => `tag:${tag ?? ""}`;

  isOpen = (tag: string | null) => !this.closed.includes(this.key(tag));

  press = (id: string) => {
    this.focused = id;
    if (isTag(id)) this.toggle(id, this.closed.includes(id));
    else this.stores.nav.sender(id);
  };

  keydown = (event: KeyboardEvent, id: string) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const move = this.moves(id)[event.key] ?? (event.key.length === 1 ? () => this.jump(event.key, id) : null);
    if (!move) return;
    event.preventDefault();
    move();
  };

  private get closed() {
    return this.stores.nav.closedGroups.value;
  }

  private moves(id: string): Record<string, () => void> {
    const at = this.items.indexOf(id);
    const next = () => this.focus(this.items[at + 1]);
    return {
      ArrowDown: next,
      ArrowUp: () => this.focus(this.items[at - 1]),
      Home: () => this.focus(this.items[0]),
      End: () => this.focus(this.items.at(-1)),
      Enter: () => this.press(id),
      " ": () => this.press(id),
      ...(isTag(id)
        ? { ArrowRight: this.closed.includes(id) ? () => this.toggle(id, true) : next, ArrowLeft: () => this.toggle(id, false) }
        : { ArrowLeft: () => this.focus(this.items.slice(0, at).findLast(isTag)), Delete: () => void remove(this.stores, id) }),
    };
  }

  private toggle(id: string, open: boolean) {
    this.stores.nav.closedGroups.value = open ? this.closed.filter((one) => one !== id) : [...this.closed, id];
  }

  private focus(id: string | undefined) {
    if (id === undefined) return;
    this.focused = id;
    this.give(id);
  }

  /** Letters look for a sender that begins with them. */
  private jump(letter: string, id: string) {
    const start = this.items.indexOf(id) + (this.typed === "" ? 1 : 0);
    const typed = (this.typed += letter.toLowerCase());
    const order = [...this.items.slice(start), ...this.items.slice(0, start)];
    const name = (one: string) => this.stores.profiles.rows.find((row) => row.id === one)?.name.toLowerCase();
    this.focus(order.find((one) => name(one)?.startsWith(typed)));
    setTimeout(() => (this.typed = this.typed === typed ? "" : this.typed), ONE_WORD);
  }
}

const isTag = (id: string) => id.startsWith("tag:");
