import { describe, expect, it } from "vitest";
import { ago, count, date, daysLeft, distance, seconds, size, took, when, withTimes } from "./when";

const now = new Date(2026, 10, 24, 14, 32);
const at = (day: number, hour: number, minute = 0, year = 2026) => new Date(year, 10, day, hour, minute).toISOString();
const after = (hours: number) => new Date(now.getTime() + hours * 3_600_000).toISOString();

describe("times", () => {
  it.each([
    [at(24, 14, 20), "today 14:20"],
    [at(24, 0, 0), "today 00:00"],
    [at(23, 23, 59), "yesterday 23:59"],
    [at(9, 8, 5), "9 Nov 08:05"],
    [at(9, 8, 5, 2025), "9 Nov 2025 08:05"],
    [at(25, 1, 0), "25 Nov 01:00"],
  ])("%s is %s", (moment, words) => expect(when(moment, now)).toBe(words));

  it.each([
    [after(0.7), "in 42 min"],
    [after(1.99), "in 119 min"],
    [after(-10), "10 h ago"],
    [after(24 * 203), "in 203 days"],
    [after(24 * 3.3), "in 4 days"],
    [after(-24 * 61), "61 days ago"],
  ])("%s lies %s", (moment, words) => expect(distance(moment, now)).toBe(words));

  it("counts started days, and none below zero", () => {
    expect(daysLeft(after(24 * 8.6), now)).toBe(9);
    expect(daysLeft(after(-24), now)).toBe(0);
  });

  it("of Rust's sentences are put into the reader's own", () => {
    expect(withTimes(`accepted ${at(24, 14, 20)}, then nothing`, now)).toBe("accepted today 14:20, then nothing");
  });

  it("are dates without their hour where that is enough", () => expect(date(at(3, 12))).toBe("3 Nov 2026"));
});

describe("numbers carry units", () => {
  it.each([[0, "0 ms"], [458, "458 ms"], [999.6, "1000 ms"], [1_312, "1.31 s"], [125_000, "2 min 05 s"]])(
    "%d ms is %s", (ms, words) => expect(took(ms)).toBe(words));
  it.each([[0, "0 B"], [812, "812 B"], [999, "999 B"], [18_422, "18.4 KB"], [184_220, "184 KB"], [999_700, "1.0 MB"], [26_214_400, "26.2 MB"]])(
    "%d octets are %s", (octets, words) => expect(size(octets)).toBe(words));
  it("and long ones have thin gaps", () => {
    expect(count(2_481)).toBe("2\u202f481");
    expect(count(1_234_567)).toBe("1\u202f234\u202f567");
    expect(seconds(841)).toBe("0.84 s");
  });
});

describe("how long ago", () => {
  it.each([
    [0, "just now"],
    [-0.002, "just now"],
    [0.01, "just now"],
    [2, "2 h ago"],
  ])("%s hours", (hours, words) => expect(ago(after(-hours), now)).toBe(words));
});
