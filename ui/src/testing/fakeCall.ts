import type { Call, Command } from "../api/call";
import type { Hear } from "../api/events";
import type { Contract } from "../api/contract/Contract";
import type { News } from "../api/contract/News";
import type { Problem } from "../api/contract/Problem";
import { FakeWorld } from "./fakeWorld";

type Answer<C extends Command> = (request: Contract[C][0]) => Contract[C][1] | Promise<Contract[C][1]>;
type AnyAnswer = (request: unknown) => unknown;
/** Answers that replace the world's own; a test names only those it is about. */
export type Answers = { [C in Command]?: Answer<C> };

export interface Fake {
  call: Call;
  hear: Hear;
  /** Tells the window something, as Rust would. */
  tell: (news: News) => void;
  /** What was asked, in order. */
  asked: { command: Command; request: unknown }[];
  world: FakeWorld;
}

/** A `Call` that answers from a made-up world: for component tests, and for `npm run dev` without Rust. */
export function fakeCall(answers: Answers = {}, world = new FakeWorld()): Fake {
  const ears = new Set<(news: News) => void>();
  const asked: Fake["asked"] = [];
  const tell = (news: News) => ears.forEach((take) => take(news));
  world.tell = tell;
  const call = (async (command: Command, request: unknown) => {
    // What crosses to Rust is JSON: no proxies, no functions, nothing shared.
    const sent = JSON.parse(JSON.stringify(request)) as unknown;
    asked.push({ command, request: sent });
    const answer = (answers[command] ?? world.answers[command]) as AnyAnswer;
    return JSON.parse(JSON.stringify((await answer(sent)) ?? null)) as unknown;
  }) as Call;
  const hear: Hear = (take) => {
    ears.add(take);
    return () => ears.delete(take);
  };
  return { call, hear, tell, asked, world };
}

/** An answer that fails. */
export const failsWith = (problem: Problem) => () => Promise.reject(problem);
