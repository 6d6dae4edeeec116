import { expect, it } from "vitest";
import { highlight } from "./highlight";

it.each([
  ['<p class="a">It\'s <b>5</b> > 4</p>', [["k", "<p"], ["", " class="], ["v", '"a"'], ["k", ">"], ["", "It's "], ["k", "<b"], ["k", ">"], ["", "5"], ["k", "</b"], ["k", ">"], ["", " > 4"], ["k", "</p"], ["k", ">"]]],
  ["<!doctype html><!-- a <b> -->x", [["d", "<!doctype html>"], ["d", "<!-- a <b> -->"], ["", "x"]]],
])("%s", (html, pieces) => {
  expect(highlight(html).map(({ kind, text }) => [kind, text])).toEqual(pieces);
});

it.each(["", "<", '<a href="', "<!--", "a\n<p>\n", "<p>".repeat(30_000)])("loses nothing of %j", (html) => {
  expect(highlight(html).map(({ text }) => text).join("")).toBe(html);
});
