import { getContext, setContext } from "svelte";
import type { Call } from "../api/call";
import type { Hear } from "../api/events";
import type { News } from "../api/contract/News";
import { Clock } from "./clock.svelte";
import { Closing } from "./closing.svelte";
import { Consent } from "./consent.svelte";
import { Drafts } from "./drafts.svelte";
import { Nav } from "./nav.svelte";
import { Outbox } from "./outbox.svelte";
import { Profiles } from "./profiles.svelte";
import { Registrations } from "./registrations.svelte";
import { Sandbox } from "./sandbox.svelte";
import { SenderForms } from "./senderForms.svelte";
import { Settings } from "./settings.svelte";
import { Toasts } from "./toasts.svelte";
import { Uncertain } from "./uncertain.svelte";
import { Zoom } from "./zoom.svelte";

/** All stores of a window, made together because they hear the same news. */
export class Stores {
  readonly clock: Clock;
  readonly closing: Closing;
  readonly nav = new Nav();
  readonly toasts = new Toasts();
  readonly drafts = new Drafts();
  readonly profiles: Profiles;
  readonly forms: SenderForms;
  readonly registrations: Registrations;
  readonly consent: Consent;
  readonly outbox: Outbox;
  readonly uncertain: Uncertain;
  readonly settings: Settings;
  readonly sandbox: Sandbox;
  readonly zoom: Zoom;

  constructor(
    readonly call: Call,
    readonly hear: Hear,
    now: () => Date = () => new Date(),
  ) {
    this.clock = new Clock(now);
    this.profiles = new Profiles(call);
    this.registrations = new Registrations(call);
    this.forms = new SenderForms(this.profiles, this.registrations);
    this.consent = new Consent(call);
    this.outbox = new Outbox(call);
    this.closing = new Closing(call, this.nav, this.outbox);
    this.uncertain = new Uncertain(call);
    this.settings = new Settings(call);
    this.sandbox = new Sandbox(call);
    this.zoom = new Zoom(call);
  }

  /** Reads everything once and keeps it fresh until the returned function is called. */
  start = () => {
    const stops = [this.hear(this.take), this.clock.run()];
    this.zoom.start();
    void this.settings.load();
    void this.profiles.load();
    void this.registrations.load();
    void this.uncertain.follow();
    void this.sandbox.load();
    return () => stops.forEach((stop) => stop());
  };

  /** Takes what Rust tells. */
  take = (news: News) => {
    switch (news.event) {
      case "profiles_changed":
        void this.profiles.follow();
        void this.registrations.follow();
        return;
      case "history_changed":
        // Health follows from the last send.
        void this.profiles.follow();
        void this.uncertain.follow();
        return;
      case "sandbox_changed":
        void this.sandbox.follow();
        return;
      case "consent":
        this.consent.hear(news);
        return;
      case "send":
        this.outbox.hear(news);
        return;
      case "close_asked":
        this.closing.ask();
        return;
      case "dragged":
      case "dropped":
        // Only Compose takes files; it listens itself.
        return;
    }
  };
}

const KEY = Symbol("stores");

export const provideStores = (stores: Stores) => setContext(KEY, stores);
export const useStores = () => getContext<Stores>(KEY);
/** For tests, which hand the context to `render`. */
export const storesContext = (stores: Stores) => new Map([[KEY, stores]]);
