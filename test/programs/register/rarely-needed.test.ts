import test from "ava";
import { printed, sdkOf } from "./run";

const OFF = { environment: { SCALAR_BACKUP_SDK_PATCHES: "off" } };
const SHIM = ["typescript-shim.js"];
const OPENED = `require("@pulumi/pulumi/typescript-shim"); print(globalThis.opened ?? false);`;
const NAME = `print(require("@pulumi/pulumi/typescript-shim").name);`;

test("the SDK loads neither the compiler nor npm's tree of packages", async (t) => {
  const code = `
    require("@pulumi/pulumi");
    const loaded = (name) => Object.keys(require.cache).some((file) => file.includes("/node_modules/" + name + "/"));
    print(["typescript", "@npmcli/arborist"].map(loaded));`;
  t.deepEqual(await printed(t, code), [false, false]);
  t.deepEqual(await printed(t, code, OFF), [true, true]);
});

test("the compiler is the same module at its first use", async (t) => {
  const code = `
    const shim = require("@pulumi/pulumi/typescript-shim");
    print([
      shim.version,
      "SyntaxKind" in shim,
      "none" in shim,
      Object.keys(shim).length,
      shim.transpile("let n: number = 1"),
      Object.getOwnPropertyDescriptor(shim, "version").value,
    ]);`;
  t.deepEqual(await printed(t, code), await printed(t, code, OFF));
});

test("a compiled default import finds the module", async (t) => {
  const folder = await sdkOf(t, "3.248.0", { copied: SHIM, packages: ["typescript"] });
  const code = `
    const shim = require("@pulumi/pulumi/typescript-shim");
    const { default: imported } = shim.__esModule ? shim : { default: shim };
    print(imported.name);`;
  t.is(await printed(t, code, { folder }), "typescript");
  t.is(await printed(t, code, { folder, ...OFF }), "typescript");
});

test("a closure is serialized to the same text and the same packages", async (t) => {
  const code = `
    const pulumi = require("@pulumi/pulumi");
    const offset = 41;
    const closure = pulumi.runtime.serializeFunction((text) => text.length + offset, {});
    const paths = pulumi.runtime.computeCodePaths({ extraIncludePackages: ["properties-file"] });
    Promise.all([closure, paths]).then(([{ text }, paths]) => print([text, [...paths.keys()].sort()]));`;
  const serialized = await printed(t, code);
  t.deepEqual(serialized, await printed(t, code, OFF));
  t.regex(JSON.stringify(serialized), /offset: 41/);
  t.regex(JSON.stringify(serialized), /node_modules\/properties-file/);
});

test("opens the module at its first use with a release that is known", async (t) => {
  const folder = await sdkOf(t, "3.248.0", { copied: SHIM, packages: ["typescript"] });
  t.is(await printed(t, OPENED, { folder }), false);
  t.is(await printed(t, NAME, { folder }), "typescript");
});

test("is off with a release that is unknown", async (t) => {
  const folder = await sdkOf(t, "3.277.0", { copied: SHIM, packages: ["typescript"] });
  t.is(await printed(t, OPENED, { folder }), true);
});

test("is off where the SDK requires the module by another statement", async (t) => {
  const text = 'exports.typescript = require("typescript");';
  const folder = await sdkOf(t, "3.248.0", { texts: { "typescript-shim.js": text }, packages: ["typescript"] });
  t.is(await printed(t, OPENED, { folder }), true);
});

test("is off where the module is missing, so that the SDK finds its own copy", async (t) => {
  const texts = { "vendor/typescript@3.8.3/typescript.js": 'exports.name = "vendored";' };
  const folder = await sdkOf(t, "3.248.0", { copied: SHIM, texts });
  t.is(await printed(t, NAME, { folder }), "vendored");
});

test("other files get the modules as they are", async (t) => {
  const folder = await sdkOf(t, "3.248.0", { copied: SHIM, packages: ["typescript"] });
  t.is(await printed(t, `require("typescript"); print(globalThis.opened ?? false);`, { folder }), true);
});
