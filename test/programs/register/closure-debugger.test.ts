import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "ava";
import { printed, sdkOf } from "./run";

const OFF = { environment: { SCALAR_BACKUP_SDK_PATCHES: "off" } };
const HOOKS = "runtime/closure/v8Hooks";
/** The session's messages that attach the debugger, as the runner begins a program. */
const ATTACHED = `
  const { Session } = require("inspector");
  const posted = [];
  const { post } = Session.prototype;
  Session.prototype.post = function (method, ...more) { posted.push(method); return post.call(this, method, ...more); };
  const load = require("node:module").createRequire(require.resolve("@pulumi/pulumi/package.json"));
  require("@pulumi/pulumi/starts").then(() => { print(posted); process.exit(0); });`;
const SDK = {
  copied: [`${HOOKS}.js`],
  texts: { "starts.js": `module.exports = require("./${HOOKS}").isInitializedAsync();` },
};

test("a program begins without V8's debugger", async (t) => {
  const folder = await sdkOf(t, "3.248.0", SDK);
  t.deepEqual(await printed(t, ATTACHED, { folder }), []);
  t.deepEqual(await printed(t, ATTACHED, { folder, ...OFF }), ["Debugger.enable"]);
});

test("is off with a release that is unknown, and where the functions do something else", async (t) => {
  const unknown = await sdkOf(t, "4.0.0", SDK);
  t.deepEqual(await printed(t, ATTACHED, { folder: unknown }), ["Debugger.enable"]);
  const text = `exports.getSessionAsync = async () => {};
    exports.isInitializedAsync = () => new Promise((resolve) => {
      const session = new (require("inspector").Session)();
      session.connect();
      session.post("Debugger.enable", resolve);
    });`;
  const changed = await sdkOf(t, "3.248.0", { texts: { ...SDK.texts, [`${HOOKS}.js`]: text } });
  t.deepEqual(await printed(t, ATTACHED, { folder: changed }), ["Debugger.enable"]);
});

test("closures are read as without it: what they capture, and where they are", async (t) => {
  const folder = await sdkOf(t, "3.248.0", {});
  const file = join(folder, "program.js");
  writeFileSync(file, "\nexports.handler = () => 1;");
  const code = `
    const { runtime } = require("@pulumi/pulumi");
    const { getFunctionLocationAsync } = require("@pulumi/pulumi/runtime/closure/v8");
    require("@pulumi/pulumi/${HOOKS}").isInitializedAsync().then(async () => {
      const captured = { answer: 42, list: [1, 2] };
      const { handler } = require(${JSON.stringify(file)});
      const { text } = await runtime.serializeFunction((x) => captured.answer + captured.list.length + x);
      print([text, await getFunctionLocationAsync(handler)]);
      process.exit(0);
    });`;
  const patched = (await printed(t, code)) as [string, object];
  t.regex(patched[0], /__captured\.answer = 42;/);
  t.like(patched[1], { file: pathToFileURL(file).href, line: 1 });
  t.deepEqual(patched, await printed(t, code, OFF));
});
