/** A UUID that can be told apart at sight: the same number gives the same one. */
export const uuid = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** Moments around `now`, which sample data counts from. */
export class Moments {
  constructor(readonly now: Date) {}

  minutes = (minutes: number) => new Date(this.now.getTime() + minutes * 60_000).toISOString();

  days = (days: number) => this.minutes(days * 1_440);
}
