import { expect, it } from "vitest";
import type { SendNews } from "../../api/contract/SendNews";
import { part, silenceWords, stageWords, stepWords } from "./progress";

const news = (stage: string, sent = 0, total = 1_000): SendNews => ({ send_id: "s", stage, sent, total, cancellable: true, wait_ms: null, limit_ms: null, check: null });

it("counts the steps of each way", () => {
  expect(stepWords(news("dns"), "smtp")).toBe("step 1 of 7");
  expect(stepWords(news("token"), "graph")).toBe("step 1 of 2");
  expect(stepWords(news("message"), "graph")).toBe("step 2 of 2");
  expect(stepWords(news("odd"), "smtp")).toBe("");
  expect(stepWords(null, "smtp")).toBe("");
});

it.each([
  ["once the server is greeted", ["dns", "tcp", "tls", "ehlo", "token", "auth", "sender", "message"]],
  ["never", ["dns", "tcp", "tls", "ehlo", "auth", "sender", "message"]],
])("counts up without a gap or a step back where a token is told of %s", (_, stages) => {
  const said = stages.map((stage) => stepWords(news(stage), "smtp")).filter(Boolean);
  expect(said).toEqual([1, 2, 3, 4, 5, 6, 7].map((step) => `step ${step} of 7`));
});

it("says how long a server has kept silent, once somebody wonders, and when it is given up", () => {
  const greeting = { ...news("ehlo"), limit_ms: 300_000 };
  expect(silenceWords(greeting, 4_900)).toBe("");
  expect(silenceWords(greeting, 75_400)).toBe("Silent for 75 s; given up after 5 min.");
  expect(silenceWords({ ...greeting, limit_ms: 20_000 }, 5_000)).toBe("Silent for 5 s; given up after 20 s.");
  expect(silenceWords(news("ehlo"), 75_400)).toBe("");
  expect(silenceWords({ ...news("message", 500), limit_ms: 180_000 }, 75_400)).toBe("");
  expect(silenceWords({ ...news("message", 1_000), limit_ms: 600_000 }, 150_000)).toBe("Silent for 2 min; given up after 10 min.");
});

it("says what is done, and counts octets only while they go", () => {
  expect(stageWords(null, "smtp.k.example")).toBe("Preparing the message");
  expect(stageWords(news("pace"), "smtp.k.example")).toBe("smtp.k.example takes only so many messages a minute");
  expect(stageWords({ ...news("pace"), wait_ms: 41_300 }, "smtp.k.example"))
    .toBe("smtp.k.example takes only so many messages a minute: going on in 42 s");
  expect(stageWords(news("connection"), "smtp.k.example")).toBe("Waiting for a free connection to smtp.k.example");
  expect(stageWords(news("tcp"), "smtp.k.example")).toBe("Connecting to smtp.k.example");
  expect(stageWords(news("message", 500), "smtp.k.example")).toBe("Uploading to smtp.k.example, 500 B of 1.0 KB");
  expect(stageWords(news("message", 1_000), "smtp.k.example")).toBe("Waiting for the answer of smtp.k.example");
  expect(stageWords({ ...news("message"), wait_ms: 6_200 }, "Microsoft Graph")).toBe("Microsoft Graph asks us to wait 7 s");
  expect(part(news("tcp", 500))).toBe(0);
  expect(part(news("message", 500))).toBe(0.5);
});
