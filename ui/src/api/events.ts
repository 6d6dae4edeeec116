import { isTauri } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import type { News } from "./contract/News";

export type { News };

/** Hears what Rust has to tell, until the returned function is called. */
export type Hear = (take: (news: News) => void) => () => void;

/** News from the Rust side: the event `news`, sent by `shell/events.rs`. */
export const hear: Hear = (take) => {
  const stop = listen<News>("news", (event) => take(event.payload));
  return () => void stop.then((unlisten) => unlisten());
};

/** Whether there is a Rust side; without one (`npm run dev` in a browser) a fake answers. */
export const hasRust = isTauri;
