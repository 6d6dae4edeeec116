// Times, durations and sizes in words. Every function takes `now`: words that count from it must agree.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "today 14:32", "yesterday 18:04", then "9 Nov 10:15", with the year once it is another one. */
export function when(moment: string, now: Date): string {
  const at = new Date(moment);
  return `${day(at, now)} ${clock(at)}`;
}

/** "14:32:07" for a list whose day is said elsewhere. */
export function clockSeconds(moment: string): string {
  const at = new Date(moment);
  return `${clock(at)}:${two(at.getSeconds())}`;
}

/** "3 Jun 2027": a date without its time. */
export function date(moment: string): string {
  const at = new Date(moment);
  return `${at.getDate()} ${MONTHS[at.getMonth()]} ${at.getFullYear()}`;
}

/** "in 42 min", "in 203 days", "61 days ago". Days to come are counted as [`daysLeft`] does. */
export function distance(moment: string, now: Date): string {
  const span = new Date(moment).getTime() - now.getTime();
  if (span >= 2 * DAY) return `in ${daysLeft(moment, now)} days`;
  const words = spanWords(Math.abs(span));
  return span >= 0 ? `in ${words}` : `${words} ago`;
}

/** How long ago a moment of the past was. The window's clock may lag behind the news by some seconds. */
export function ago(moment: string, now: Date): string {
  const span = now.getTime() - new Date(moment).getTime();
  return span < MINUTE ? "just now" : `${spanWords(span)} ago`;
}

/** Whole days until `moment`, never less than 0: "9 d" beside the hourglass. */
export function daysLeft(moment: string, now: Date): number {
  return Math.max(0, Math.ceil((new Date(moment).getTime() - now.getTime()) / DAY));
}

/** Whether there is an end, and it is behind us. */
export const ended = (moment: string | null, now: Date): boolean => moment !== null && new Date(moment) <= now;

/** A duration in milliseconds: "458 ms", "1.31 s", "2 min 05 s". */
export function took(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(ms / 1_000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
}

/** A duration in milliseconds for a column, where one unit compares best: "0.84 s". */
export function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

/** Octets: "812 B", "18.4 KB", "2.1 MB"; a kilobyte is 1000 octets. */
export function size(octets: number): string {
  const units = ["B", "KB", "MB", "GB"];
  let value = octets;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A number with thin gaps: "2 481". */
export function count(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

/** "1 message", "2 481 messages". */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** Text from Rust with its RFC 3339 moments in the reader's own time: "accepted today 14:20". */
export function withTimes(text: string, now: Date): string {
  return text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, (moment) => when(moment, now));
}

/** The same with a capital, for the start of a cell or sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function day(at: Date, now: Date): string {
  const days = Math.round((midnight(now) - midnight(at)) / DAY);
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  const year = at.getFullYear() === now.getFullYear() ? "" : ` ${at.getFullYear()}`;
  return `${at.getDate()} ${MONTHS[at.getMonth()]}${year}`;
}

function midnight(at: Date): number {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
}

function clock(at: Date): string {
  return `${two(at.getHours())}:${two(at.getMinutes())}`;
}

function spanWords(ms: number): string {
  if (ms < MINUTE) return `${Math.round(ms / 1_000)} s`;
  if (ms < 2 * HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} days`;
}

function two(number: number): string {
  return String(number).padStart(2, "0");
}
