// Drawn for Sendright on a 16 px grid with round strokes of 1.5 px. Marks that carry a state have a
// silhouette of their own, so that colour is the second cue. No vendor logos: monograms instead.

/** Line icons, in the colour of the text beside them. */
export const icons = {
  search: '<g class="ik"><circle cx="7" cy="7" r="4.25"/><path d="M10.2 10.2 13.5 13.5"/></g>',
  plus: '<g class="ik"><path d="M8 3.25v9.5M3.25 8h9.5"/></g>',
  minus: '<g class="ik"><path d="M3.25 8h9.5"/></g>',
  check: '<g class="ik"><path d="m3.25 8.5 3 3 6.5-7"/></g>',
  x: '<g class="ik"><path d="m4 4 8 8M12 4l-8 8"/></g>',
  right: '<g class="ik"><path d="m6.25 3.75 4 4.25-4 4.25"/></g>',
  down: '<g class="ik"><path d="m3.75 6.25 4.25 4 4.25-4"/></g>',
  updown: '<g class="ik"><path d="m5 6.25 3-2.75 3 2.75M5 9.75l3 2.75 3-2.75"/></g>',
  more: '<g class="ikf"><circle cx="3.5" cy="8" r="1.35"/><circle cx="8" cy="8" r="1.35"/><circle cx="12.5" cy="8" r="1.35"/></g>',
  copy: '<g class="ik"><rect x="5.75" y="5.75" width="7.5" height="7.5" rx="1.75"/><path d="M10.25 3.6A1.75 1.75 0 0 0 8.6 2.75H4.5A1.75 1.75 0 0 0 2.75 4.5v4.1c0 .75.35 1.4.85 1.65"/></g>',
  external: '<g class="ik"><path d="M9.25 2.75h4v4M13 3 7.75 8.25"/><path d="M11.25 9.25v2.5a1.5 1.5 0 0 1-1.5 1.5h-5.5a1.5 1.5 0 0 1-1.5-1.5v-5.5a1.5 1.5 0 0 1 1.5-1.5h2.5"/></g>',
  key: '<g class="ik"><circle cx="5.25" cy="10.75" r="2.5"/><path d="m7.1 8.9 5.65-5.65M10.5 5.5l1.75 1.75"/></g>',
  shield: '<g class="ik"><path d="M8 2.25 12.75 4v3.75c0 2.9-1.95 4.95-4.75 6-2.8-1.05-4.75-3.1-4.75-6V4z"/></g>',
  lock: '<g class="ik"><rect x="3.5" y="7" width="9" height="6.25" rx="1.5"/><path d="M5.5 7V5a2.5 2.5 0 0 1 5 0v2"/></g>',
  clock: '<g class="ik"><circle cx="8" cy="8" r="5.5"/><path d="M8 4.75V8l2.25 1.5"/></g>',
  server: '<g class="ik"><rect x="2.75" y="3" width="10.5" height="4" rx="1.25"/><rect x="2.75" y="9" width="10.5" height="4" rx="1.25"/><path d="M5.25 5h.01M5.25 11h.01"/></g>',
  sandbox: '<g class="ik"><path d="M6 2.5h4M6.75 2.75v3.5L3.3 11.6a1.25 1.25 0 0 0 1.05 1.9h7.3a1.25 1.25 0 0 0 1.05-1.9L9.25 6.25v-3.5"/><path d="M5 9.75h6"/></g>',
  history: '<g class="ik"><path d="M3 4.25v2.9h2.9"/><path d="M3.25 7a5.25 5.25 0 1 1-.4 2.75"/><path d="M8 5.25V8.1l1.9 1.15"/></g>',
  gear: '<g class="ik"><path d="M2.75 5h5M11.75 5h1.5M2.75 11h1.5M8.25 11h5"/><circle cx="9.75" cy="5" r="1.9"/><circle cx="6.25" cy="11" r="1.9"/></g>',
  send: '<g class="ik"><rect x="2.25" y="3.5" width="11.5" height="9" rx="1.75"/><path d="M2.75 4.75 8.25 8l-5.5 3.25"/></g>',
  clip: '<g class="ik"><path d="m12.75 7.5-4.9 4.9a2.85 2.85 0 0 1-4.05-4.05l5.1-5.1a1.95 1.95 0 0 1 2.75 2.75l-5 5a.95.95 0 0 1-1.35-1.35L9.6 5.35"/></g>',
  refresh: '<g class="ik"><path d="M13 4v3h-3"/><path d="M12.75 7A5 5 0 1 0 13 9.25"/></g>',
  grid: '<g class="ik"><rect x="2.5" y="3" width="11" height="10" rx="1.75"/><path d="M2.5 6.5h11M2.5 9.75h11M6.25 6.5V13"/></g>',
  download: '<g class="ik"><path d="M8 2.75v7M5 7l3 3 3-3M3 13.25h10"/></g>',
  upload: '<g class="ik"><path d="M8 9.75v-7M5 5.5l3-3 3 3M3 13.25h10"/></g>',
  trash: '<g class="ik"><path d="M3 4.5h10M6.25 4.25V3h3.5v1.25M4.25 4.75l.6 7.1a1.4 1.4 0 0 0 1.4 1.4h3.5a1.4 1.4 0 0 0 1.4-1.4l.6-7.1"/></g>',
  person: '<g class="ik"><circle cx="8" cy="5.5" r="2.6"/><path d="M3.25 13.25c.3-2.6 2.2-4 4.75-4s4.45 1.4 4.75 4"/></g>',
  app: '<g class="ik"><rect x="2.75" y="2.75" width="10.5" height="10.5" rx="2.25"/><path d="M2.75 6h10.5M5 4.4h.01M7 4.4h.01"/></g>',
  mailbox: '<g class="ik"><rect x="2.25" y="3.75" width="11.5" height="8.5" rx="1.75"/><path d="m2.75 5.25 5.25 4 5.25-4"/></g>',
  at: '<g class="ik"><circle cx="8" cy="8" r="2.4"/><path d="M10.4 5.75v3.1c0 1.9 3.1 1.6 3.1-.95A5.5 5.5 0 1 0 11 12.6"/></g>',
  link: '<g class="ik"><path d="M6.75 9.25a2.6 2.6 0 0 0 3.7 0l2.1-2.1a2.6 2.6 0 0 0-3.7-3.7l-.75.75"/><path d="M9.25 6.75a2.6 2.6 0 0 0-3.7 0l-2.1 2.1a2.6 2.6 0 0 0 3.7 3.7l.75-.75"/></g>',
  info: '<g class="ik"><circle cx="8" cy="8" r="5.5"/><path d="M8 7.5v3.25M8 5.15v.01"/></g>',
  sortdown: '<g class="ik"><path d="m5 6.75 3 3 3-3"/></g>',
  loop: '<g class="ik"><path d="M4.5 6h6.25a2.5 2.5 0 0 1 0 5H5"/><path d="M6.75 3.75 4.5 6l2.25 2.25"/></g>',
  clipboard: '<g class="ik"><rect x="3.5" y="3.5" width="9" height="10" rx="1.5"/><path d="M6 3.5a2 2 0 0 1 4 0v1H6zM6 8h4M6 10.5h2.5"/></g>',
  file: '<g class="ik"><path d="M9 2.5H5a1.25 1.25 0 0 0-1.25 1.25v8.5A1.25 1.25 0 0 0 5 13.5h6a1.25 1.25 0 0 0 1.25-1.25v-6.5z"/><path d="M9 2.75V5.5h3"/></g>',
  edit: '<g class="ik"><path d="m3 13 .6-2.7 6.9-6.9a1.45 1.45 0 0 1 2.1 2.1l-6.9 6.9z"/></g>',
  warn: '<g class="ik"><path d="M8 2.75 14 13H2z"/><path d="M8 6.75v2.75M8 11.25v.01"/></g>',
} as const;

/** Marks for states. */
export const states = {
  ready: '<circle cx="8" cy="8" r="6.25" fill="var(--ok)"/><path d="m5.1 8.3 2 2 3.8-4.3" class="cut"/>',
  signin: '<path d="M8 1.15 14.85 8 8 14.85 1.15 8z" fill="var(--act)" stroke="var(--act)" stroke-width="1" stroke-linejoin="round"/><path d="M5.2 8h5.2M8.4 5.8 10.6 8l-2.2 2.2" class="cut"/>',
  expiring: '<path d="M3.4 1.9h9.2M3.4 14.1h9.2" fill="none" stroke="var(--warn)" stroke-width="1.7" stroke-linecap="round"/><path d="M4.4 3h7.2c0 2.6-1.1 3.7-2.6 5 1.5 1.3 2.6 2.4 2.6 5H4.4c0-2.6 1.1-3.7 2.6-5C5.5 6.7 4.4 5.6 4.4 3z" fill="var(--warn)"/>',
  expired: '<path d="M3.4 1.9h9.2M3.4 14.1h9.2" fill="none" stroke="var(--bad)" stroke-width="1.7" stroke-linecap="round"/><path d="M4.9 3h6.2c0 2.4-.9 3.6-2.4 5 1.5 1.4 2.4 2.6 2.4 5H4.9c0-2.4.9-3.6 2.4-5C5.8 6.6 4.9 5.4 4.9 3z" fill="none" stroke="var(--bad)" stroke-width="1.2"/><path d="M5.6 12.6c.3-1.6 1.2-2.6 2.4-2.6s2.1 1 2.4 2.6z" fill="var(--bad)"/>',
  failing: '<path d="M5.3 1.6h5.4l3.7 3.7v5.4l-3.7 3.7H5.3L1.6 10.7V5.3z" fill="var(--bad)" stroke="var(--bad)" stroke-width=".8" stroke-linejoin="round"/><path d="m5.7 5.7 4.6 4.6M10.3 5.7 5.7 10.3" class="cut"/>',
  disabled: '<circle cx="8" cy="8" r="5.5" fill="none" stroke="var(--off)" stroke-width="1.5"/><path d="M5.5 8h5" fill="none" stroke="var(--off)" stroke-width="1.5" stroke-linecap="round"/>',
  never: '<circle cx="8" cy="8" r="5.5" fill="none" stroke="var(--off)" stroke-width="1.5" stroke-dasharray="2.2 2.12"/>',
  advice: '<path d="M8 2.1 14.3 13.2H1.7z" fill="var(--warn)" stroke="var(--warn)" stroke-width="1.4" stroke-linejoin="round"/><path d="M8 6.2v3.3M8 11.6v.01" class="cut"/>',
  run: '<circle cx="8" cy="8" r="5.5" fill="none" stroke="var(--line-strong)" stroke-width="1.75"/><path d="M8 2.5A5.5 5.5 0 0 1 13.5 8" fill="none" stroke="var(--accent-fg)" stroke-width="1.75" stroke-linecap="round"/>',
  skip: '<circle cx="8" cy="8" r="2" fill="none" stroke="var(--off)" stroke-width="1.25"/>',
  todo: '<circle cx="8" cy="8" r="5.5" fill="none" stroke="var(--control-line)" stroke-width="1.5"/>',
  done: '<circle cx="8" cy="8" r="5.5" fill="none" stroke="var(--fg-3)" stroke-width="1.5"/><path d="m5.4 8.2 1.8 1.8 3.4-3.8" fill="none" stroke="var(--fg-3)" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>',
} as const;

/** Monograms of providers, on a 20 px grid. */
export const monograms = {
  ms: '<path d="M5.75 14V6.25l4.25 5 4.25-5V14" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>',
  google: '<path d="M14 7.6A4.6 4.6 0 1 0 14.6 10.2H10.6" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"/>',
  smtp: '<rect x="5" y="5.5" width="10" height="3.75" rx="1.1" fill="none" stroke="currentColor" stroke-width="1.5"/><rect x="5" y="11" width="10" height="3.75" rx="1.1" fill="none" stroke="currentColor" stroke-width="1.5"/><path d="M7.3 7.4h.01M7.3 12.9h.01" stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/>',
  sandbox: '<path d="M8 4.5h4M8.75 4.75v3.5L5.3 13.6a1.25 1.25 0 0 0 1.05 1.9h7.3a1.25 1.25 0 0 0 1.05-1.9L11.25 8.25v-3.5" fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" stroke-linejoin="round"/>',
} as const;

/** The app's own mark, on a 64 px grid: an envelope on its side; the flap is the arrow. */
export const mark =
  '<rect x="4" y="4" width="56" height="56" rx="14" fill="var(--accent)"/><rect x="14" y="19" width="36" height="26" rx="5.5" fill="none" stroke="#fff" stroke-width="3.5"/><path d="m16 22.5 19 9.5-19 9.5" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/>';

export type IconName = keyof typeof icons;
export type StateName = keyof typeof states;
export type Monogram = keyof typeof monograms;
