import test from "ava";
import { printed, ROOT } from "./run";

const releases: [string | null, boolean][] = [
  ["3.199.9", false],
  ["3.200.0", true],
  ["3.248.0", true],
  ["3.276.4", true],
  ["3.277.0", false],
  ["4.0.0", false],
  ["2.255.0", false],
  ["3.248.0-alpha.1", false],
  ["3.248", false],
  ["", false],
  [null, false],
];

test("knows the releases that were compared, and no others", async (t) => {
  const code = `print(${JSON.stringify(releases)}.map(([version]) => require("./register/sdk-file.cjs").isKnown(version)))`;
  t.deepEqual(
    await printed(t, code),
    releases.map(([, known]) => known),
  );
});

test("finds a file's path within the SDK, and none outside of it", async (t) => {
  const root = `${ROOT}/node_modules/@pulumi/pulumi`;
  const paths = [`${root}/runtime/rpc.js`, `${ROOT}/node_modules/@pulumi/aws/index.js`, `${ROOT}/index.ts`, null];
  const code = `print(${JSON.stringify(paths)}.map((path) => require("./register/sdk-file.cjs").sdkFile(path) ?? "none"))`;
  t.deepEqual(await printed(t, code), ["runtime/rpc", "none", "none", "none"]);
});

test("takes a copy of the SDK whose version cannot be read for an unknown one", async (t) => {
  const code = `print(require("./register/sdk-file.cjs").sdkFile("/nowhere/node_modules/@pulumi/pulumi/index.js") ?? "none")`;
  t.is(await printed(t, code), "none");
});
