import test from "ava";
import { contains, formatPath, parsePath, reset } from "../../../../simulator/engine/property-path";
import { makeSecret } from "../../../../simulator/engine/values";
import type { PropertyMap } from "../../../../simulator/providers/provider";

test("paths are read and written as Pulumi does", (t) => {
  for (const [text, path] of [
    ["name", ["name"]],
    ["rules[0].schedule", ["rules", 0, "schedule"]],
    ['data["a.b"].c', ["data", "a.b", "c"]],
    ['data["say \\"hi\\""]', ["data", 'say "hi"']],
  ] as const) {
    t.deepEqual(parsePath(text), [...path]);
    t.is(formatPath([...path]), text);
  }
  t.deepEqual(parsePath("list[*].name"), ["list", "*", "name"]);
  for (const wrong of [".name", "list[", "list[x]", 'data["a']) t.throws(() => parsePath(wrong));
});

test("a path holds what is at or below it", (t) => {
  const holds = (outer: string, inner: string) => contains(parsePath(outer), parsePath(inner));
  t.true(holds("tags", "tags.x"));
  t.true(holds("rules[*].name", "rules[3].name"));
  t.true(holds("*", "anything"));
  t.false(holds("tags.x", "tags"));
  t.false(holds("tags.x", "tags.y"));
});

test("ignoring changes sets back what the path names, where that is possible", (t) => {
  const after = (path: string, previous: PropertyMap, next: PropertyMap) => {
    const changed = structuredClone(next);
    return reset(parsePath(path), previous, changed) ? changed : "impossible";
  };
  t.deepEqual(after("a", { a: 1 }, { a: 2, b: 2 }), { a: 1, b: 2 });
  t.deepEqual(after("a", {}, { a: 2 }), {});
  t.deepEqual(after("a", { a: 1 }, {}), { a: 1 });
  t.deepEqual(after("tags.x", { tags: { x: 1, y: 1 } }, { tags: { x: 2, y: 2 } }), { tags: { x: 1, y: 2 } });
  t.deepEqual(after("*", { a: 1, b: 1 }, { b: 2, c: 2 }), { a: 1, b: 1 });
  t.deepEqual(after("list[*].n", { list: [{ n: 1 }, { n: 1 }] }, { list: [{ n: 2 }, { n: 2 }] }), {
    list: [{ n: 1 }, { n: 1 }],
  });
  t.is(after("list[1]", { list: [1] }, { list: [1, 2] }), "impossible");
  t.is(after("tags.x", { tags: { x: 1 } }, {}), "impossible");
  t.deepEqual(after("tags.x", { tags: makeSecret({ x: 1 }) }, { tags: { x: 2 } }), { tags: { x: makeSecret(1) } });
});
