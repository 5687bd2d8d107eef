import test from "ava";
import { printed, run, sdkOf } from "./run";

const OFF = { environment: { SCALAR_BACKUP_SDK_PATCHES: "off" } };
const SDK = {
  copied: ["runtime/debuggable.js"],
  texts: {
    "log.js": "exports.hasErrors = () => false;",
    "runtime/state.js": "exports.getStore = () => ({ leakCandidates: new Set() });",
    "runtime/rpc.js": 'exports.debuggable = require("./debuggable");',
  },
};
/** How many lines the trace of a promise has: the error's name, and a frame each. */
const LINES = `
  const { debuggable } = require("@pulumi/pulumi/runtime/rpc");
  const promise = Promise.resolve(1);
  debuggable.debuggablePromise(promise, "context");
  print(promise._debugStackTrace.split("\\n").length);`;
const LEAK = `
  require("@pulumi/pulumi");
  require("@pulumi/pulumi/runtime/debuggable").debuggablePromise(new Promise(() => {}), "never settles");`;

test("formats no stack trace for a promise", async (t) => {
  const folder = await sdkOf(t, "3.248.0", SDK);
  t.is(await printed(t, LINES, { folder }), 1);
  t.true(Number(await printed(t, LINES, { folder, ...OFF })) > 3);
});

test("is off with a release that is unknown", async (t) => {
  const folder = await sdkOf(t, "4.0.0", SDK);
  t.true(Number(await printed(t, LINES, { folder })) > 3);
});

test("is off where another function formats the trace", async (t) => {
  const text =
    "exports.debugPromiseLeaks = false; exports.debuggablePromise = (p, c) => trace(p); const trace = (p) => (p._debugStackTrace = new Error().stack);";
  const folder = await sdkOf(t, "3.248.0", { texts: { ...SDK.texts, "runtime/debuggable.js": text } });
  t.true(Number(await printed(t, LINES, { folder })) > 3);
});

test("formats stack traces with PULUMI_DEBUG_PROMISE_LEAKS", async (t) => {
  const folder = await sdkOf(t, "3.248.0", SDK);
  t.true(Number(await printed(t, LINES, { folder, environment: { PULUMI_DEBUG_PROMISE_LEAKS: "1" } })) > 3);
});

test("errors keep their stack traces, thrown within a promise of the SDK too", async (t) => {
  const code = `
    require("@pulumi/pulumi");
    const { debuggablePromise } = require("@pulumi/pulumi/runtime/debuggable");
    const limit = Error.stackTraceLimit;
    debuggablePromise(Promise.resolve().then(() => { throw new Error("thrown"); })).catch((error) =>
      print([error.message, error.stack.includes("at "), Error.stackTraceLimit === limit]));`;
  t.deepEqual(await printed(t, code), ["thrown", true, true]);
  t.deepEqual(await printed(t, code, OFF), ["thrown", true, true]);
});

for (const [how, environment] of Object.entries<Record<string, string>>({
  without: {},
  with: { PULUMI_DEBUG_PROMISE_LEAKS: "1" },
}))
  test(`reports promises that never settle as the SDK does, ${how} their traces`, async (t) => {
    const [patched, plain] = await Promise.all([
      run(LEAK, { environment }),
      run(LEAK, { environment: { ...environment, ...OFF.environment } }),
    ]);
    t.deepEqual(patched, plain);
    t.is(patched.code, 1);
    t.regex(patched.stderr, how === "with" ? /STACK_TRACE:\n.*\n +at / : /detected that 1 promise was still active/);
  });
