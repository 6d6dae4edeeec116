import { expect, it } from "vitest";
import { withPort } from "./checks";

it.each([
  ["mail.kestrel.example:2465", { host: "mail.kestrel.example", port: 2465 }],
  [" [2001:db8::1]:587 ", { host: "[2001:db8::1]", port: 587 }],
  ["mail.kestrel.example", null],
  ["2001:db8::1", null],
  ["smtp://mail.kestrel.example:587", null],
])("of %j name and port are %j", (written, both) => expect(withPort(written)).toEqual(both));
