import { describe, expect, it } from "vitest";
import { previewDocument, remoteCount, shownContentIds, textFromHtml } from "./written";

describe("the text form of an HTML message", () => {
  it.each([
    ["<p>Hello,</p><p>your <b>order</b>\n is on its way.</p>", "Hello,\n\nyour order is on its way."],
    ["<ul><li>one</li><li>two</li></ul>", "- one\n- two"],
    ['<a href="https://k.example/o/1">Track it</a>', "Track it (https://k.example/o/1)"],
    ['<a href="https://k.example">https://k.example</a>', "https://k.example"],
    ["a<br>b<hr>c", "a\nb\n\n---\n\nc"],
    ["<style>p{}</style><script>x()</script><title>t</title><p>seen</p>", "seen"],
    ['<img src="cid:logo" alt="Kestrel">', "Kestrel"],
  ])("%s", (html, text) => {
    expect(textFromHtml(html)).toBe(text);
  });
});

describe("the preview", () => {
  it("begins with a policy that lets nothing load, whatever the HTML says", () => {
    const html = previewDocument('<meta http-equiv="Content-Security-Policy" content="default-src *"><p>x');
    expect(html.indexOf("default-src 'none'")).toBeGreaterThan(0);
    expect(html.indexOf("default-src 'none'")).toBeLessThan(html.indexOf("default-src *"));
  });

  it("counts what would come from elsewhere", () => {
    expect(remoteCount('<img src="https://t.example/p.gif"><img src="cid:logo"><img src="data:image/png;base64,AA">')).toBe(1);
    expect(remoteCount('<body background="//t.example/b.png"><p style="background:url(\'https://t.example/c\')">')).toBe(2);
    expect(remoteCount('<a href="https://k.example">link</a>')).toBe(0);
  });

  it("finds the inline pictures", () => {
    expect(shownContentIds('<img src="cid:logo@k"><img src=\'cid:b\'>')).toEqual(["logo@k", "b"]);
  });
});
