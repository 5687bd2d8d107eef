import { join } from "node:path";

type Test = (...args: unknown[]) => unknown;

const { filesOf, UNIT }: { filesOf(group: string): string[]; UNIT: string } = require("./groups.cjs");

/** Loads the files of a group, whose tests get their files' names in their titles. */
export function together(group: string): void {
  const path = require.resolve("ava");
  require(path);
  const ava = require.cache[path];
  if (ava === undefined) throw new Error(`${path} is not in the cache of modules`);
  const own: Test = ava.exports;
  try {
    for (const file of filesOf(group)) {
      // The file's `import test from "ava"` gets this.
      ava.exports = titled(own, file.replace(/\.test\.ts$/, ""));
      require(join(UNIT, file));
    }
  } finally {
    ava.exports = own;
  }
}

/** AVA's `test` and its variants (such as `test.skip`), with `prefix` before each title. */
function titled(test: Test, prefix: string): Test {
  return new Proxy(test, {
    get(target, key, receiver) {
      const value: unknown = Reflect.get(target, key, receiver);
      return isVariant(value) && key !== "macro" ? titled(value, prefix) : value;
    },
    apply(target, self, [title, ...rest]) {
      if (typeof title !== "string")
        throw new Error(`${prefix}: in a shared thread, each test needs its title as text`);
      return Reflect.apply(target, self, [`${prefix} › ${title}`, ...rest]);
    },
  });
}

function isVariant(value: unknown): value is Test {
  return typeof value === "function";
}
