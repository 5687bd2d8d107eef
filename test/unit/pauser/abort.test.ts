import test from "ava";
import { QuickController, QuickSignal } from "./virtual/abort";

/** The order in which listeners are called, with Node.js's own classes and with those of simulated worlds. */
type Classes = { Controller: new () => AbortController; Signal: Pick<typeof AbortSignal, "any" | "abort"> };

// The quick classes have the parts that the pauser uses.
const QUICK = { Controller: QuickController, Signal: QuickSignal } as unknown as Classes;
const NODE: Classes = { Controller: AbortController, Signal: AbortSignal };

const SCENES: Record<string, (classes: Classes, say: (text: string) => void) => void> = {
  "listeners are called in their order, once": ({ Controller }, say) => {
    const one = new Controller();
    const twice = () => say("twice");
    one.signal.addEventListener("abort", () => say("first"));
    one.signal.addEventListener("abort", twice);
    one.signal.addEventListener("abort", twice);
    one.signal.addEventListener("abort", () => say("once"), { once: true });
    one.abort("why");
    one.abort("again");
    say(`${one.signal.aborted} ${one.signal.reason}`);
  },
  "a removed listener is not called": ({ Controller }, say) => {
    const one = new Controller();
    const removed = () => say("removed");
    one.signal.addEventListener("abort", removed);
    one.signal.removeEventListener("abort", removed);
    one.abort();
    say(one.signal.reason.name);
  },
  "any of several signals, also of other such signals": ({ Controller, Signal }, say) => {
    const [one, other] = [new Controller(), new Controller()];
    const any = Signal.any([one.signal, other.signal]);
    const more = Signal.any([any, new Controller().signal]);
    more.addEventListener("abort", () => say(`more ${more.reason} ${any.aborted}`));
    let heard = 0;
    any.addEventListener("abort", () => heard++);
    // Whether any is aborted here, and calls its listeners before more's, depends on the version of Node.js.
    other.signal.addEventListener("abort", () => say("other"));
    other.abort("why");
    one.abort("late");
    say(`${heard} ${any.reason} ${more.reason} ${one.signal.reason}`);
  },
  "any of signals of which one is aborted already": ({ Controller, Signal }, say) => {
    const any = Signal.any([new Controller().signal, Signal.abort("before")]);
    any.addEventListener("abort", () => say("called"));
    say(`${any.aborted} ${any.reason}`);
  },
};

for (const [title, scene] of Object.entries(SCENES))
  test(title, (t) => {
    const lines = (classes: Classes) => {
      const said: string[] = [];
      scene(classes, (text) => said.push(text));
      return said;
    };
    t.deepEqual(lines(QUICK), lines(NODE));
  });
