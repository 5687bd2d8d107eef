import { isDeepStrictEqual } from "node:util";

/** A test that a file has registered. */
export interface Registered {
  title: string;
  run: (t: unknown) => unknown;
}

/** What test files get in place of Ava: the same assertions, in this process, without what Ava has around them. */
export function collecting(): { tests: Registered[]; ava: unknown } {
  const tests: Registered[] = [];
  const test = (title: unknown, run?: unknown, ...args: unknown[]) => {
    // A macro has its title in itself.
    const [name, body, rest] = typeof title === "string" ? [title, run, args] : ["", title, [run, ...args]];
    const implementation = typeof body === "function" ? body : (body as { exec: (...all: unknown[]) => unknown }).exec;
    tests.push({ title: name, run: (t) => implementation(t, ...rest) });
  };
  const hooks = { before() {}, after: Object.assign(() => {}, { always() {} }), beforeEach() {}, afterEach() {} };
  const ava = Object.assign(test, hooks, {
    serial: Object.assign(test, hooks),
    macro: (body: unknown) => body,
    default: test,
  });
  return { tests, ava: { __esModule: true, default: ava } };
}

class Failed extends Error {}

function expect(holds: boolean, what: string): boolean {
  if (!holds) throw new Failed(what);
  return true;
}

function matches(error: unknown, expected: unknown): boolean {
  if (expected === undefined) return true;
  if (typeof expected !== "object" || expected === null) return false;
  const { message, instanceOf, name, code } = expected as Record<string, unknown>;
  const given = error as { message: string; name: string; code: unknown };
  const said =
    message === undefined ||
    (typeof message === "function"
      ? Boolean(message(given.message))
      : message instanceof RegExp
        ? message.test(given.message)
        : given.message === message);
  return (
    said &&
    (instanceOf === undefined || error instanceof (instanceOf as new () => unknown)) &&
    (name === undefined || given.name === name) &&
    (code === undefined || given.code === code)
  );
}

/** Ava's assertions, as far as tests of pure logic use them. An unknown one throws, and is reported. */
export function assertions(): unknown {
  const log = () => {};
  const t = {
    is: (a: unknown, b: unknown) => expect(Object.is(a, b), "is"),
    not: (a: unknown, b: unknown) => expect(!Object.is(a, b), "not"),
    deepEqual: (a: unknown, b: unknown) => expect(isDeepStrictEqual(a, b), "deepEqual"),
    notDeepEqual: (a: unknown, b: unknown) => expect(!isDeepStrictEqual(a, b), "notDeepEqual"),
    true: (a: unknown) => expect(a === true, "true"),
    false: (a: unknown) => expect(a === false, "false"),
    truthy: (a: unknown) => expect(Boolean(a), "truthy"),
    falsy: (a: unknown) => expect(!a, "falsy"),
    assert: (a: unknown) => expect(Boolean(a), "assert"),
    regex: (a: string, b: RegExp) => expect(b.test(a), "regex"),
    notRegex: (a: string, b: RegExp) => expect(!b.test(a), "notRegex"),
    like: (a: unknown, b: unknown) => expect(isLike(a, b), "like"),
    throws(run: () => unknown, expected?: unknown) {
      try {
        run();
      } catch (error) {
        if (error instanceof Failed) throw error;
        expect(matches(error, expected), "throws another error");
        return error;
      }
      return expect(false, "throws nothing");
    },
    async throwsAsync(run: (() => Promise<unknown>) | Promise<unknown>, expected?: unknown) {
      try {
        await (typeof run === "function" ? run() : run);
      } catch (error) {
        if (error instanceof Failed) throw error;
        expect(matches(error, expected), "throws another error");
        return error;
      }
      return expect(false, "throws nothing");
    },
    notThrows: (run: () => unknown) => run(),
    notThrowsAsync: async (run: (() => Promise<unknown>) | Promise<unknown>) =>
      typeof run === "function" ? run() : run,
    pass: () => true,
    fail: () => expect(false, "fail"),
    log,
    timeout: log,
    plan: log,
    teardown: log,
    title: "",
    context: {},
  };
  return t;
}

function isLike(value: unknown, part: unknown): boolean {
  if (part === null || typeof part !== "object") return Object.is(value, part);
  if (value === null || typeof value !== "object") return false;
  return Object.entries(part).every(([key, each]) => isLike(Reflect.get(value, key), each));
}
