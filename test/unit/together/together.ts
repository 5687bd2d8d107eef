import { join } from "node:path";

type Test = (...args: unknown[]) => unknown;

interface Groups {
  UNIT: string;
  filesOf(group: string): string[];
  isInTurn(group: string): boolean;
}

const { filesOf, isInTurn, UNIT }: Groups = require("./groups.cjs");

/** Loads the files of a group, whose tests get their files' names in their titles, and each other's end to wait for if in turn. */
export function together(group: string): void {
  const path = require.resolve("ava");
  require(path);
  const ava = require.cache[path];
  if (ava === undefined) throw new Error(`${path} is not in the cache of modules`);
  const own: Test & { serial: Test } = ava.exports;
  try {
    for (const file of filesOf(group)) {
      // The file's `import test from "ava"` gets this.
      ava.exports = titled(isInTurn(group) ? inTurn(own) : own, file.replace(/\.test\.ts$/, ""));
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

/** AVA's `test.serial` in place of `test`, also for what a file gets of it. */
function inTurn(own: Test & { serial: Test }): Test {
  const { serial } = own;
  return new Proxy(serial, {
    get: (target, key) =>
      key === "serial" || key === "default" ? serial : (Reflect.get(target, key) ?? Reflect.get(own, key)),
  });
}

function isVariant(value: unknown): value is Test {
  return typeof value === "function";
}
