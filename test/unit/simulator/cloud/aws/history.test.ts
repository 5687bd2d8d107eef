import test from "ava";
import fc from "fast-check";
import { History } from "../../../../../simulator/cloud/aws/history";

test("a history is read as of any instant, the changes of that very millisecond included", (t) => {
  const history = new History<number>();
  history.set("a", 1, 10);
  history.set("b", 2, 20);
  history.set("a", 3, 30);
  history.delete("b", 40);
  t.deepEqual([...history.at(9)], []);
  t.deepEqual([...history.at(10)], [["a", 1]]);
  t.deepEqual(Object.fromEntries(history.at(30)), { a: 3, b: 2 });
  t.deepEqual(Object.fromEntries(history.at(40)), { a: 3 });
});

test("a change that is reported late takes its place in time", (t) => {
  const history = new History<number>();
  history.set("a", 3, 30);
  history.set("a", 1, 10);
  t.is(history.at(20).get("a"), 1);
  t.is(history.at(30).get("a"), 3);
});

test("a copy of what was begins at its own instant", (t) => {
  const copy = History.from(new Map([["a", 1]]), 100);
  t.is(copy.at(99).size, 0);
  t.is(copy.at(100).get("a"), 1);
});

test("whatever is written in order, reading as of an instant gives what a plain map held then", (t) => {
  const change = fc.record({ key: fc.constantFrom("a", "b", "c"), value: fc.option(fc.nat(9), { nil: undefined }) });
  fc.assert(
    fc.property(fc.array(change), fc.nat(20), (changes, until) => {
      const history = new History<number>();
      const plain = new Map<string, number>();
      changes.forEach(({ key, value }, at) => {
        if (value === undefined) history.delete(key, at);
        else history.set(key, value, at);
        if (at > until) return;
        if (value === undefined) plain.delete(key);
        else plain.set(key, value);
      });
      t.deepEqual(Object.fromEntries(history.at(until)), Object.fromEntries(plain));
    }),
  );
});
