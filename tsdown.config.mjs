// Builds the npm package into dist/ (docs/decisions/0009). The clone itself runs from source and needs no build.
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { defineConfig } from "tsdown";

/** The pauser's programs are built into the package: no esbuild at a consumer's. */
const builtPauser = {
  name: "built-pauser",
  resolveId: {
    filter: { id: /[/]pauser[/]bundle$/ },
    handler: () => join(import.meta.dirname, "pauser/built.ts"),
  },
};

/** rolldown 1.0.0-rc.17 drops the result of a `require` that is all of an arrow function: such a module would be undefined. */
const noBareRequire = {
  name: "no-bare-require",
  transform: {
    filter: { id: /\.ts$/, code: /=>\s*\(?require\(/ },
    handler(code, id) {
      if (/=>\s*require\(/.test(code) || /=>\s*\(require\([^)]*\)[^)]*\)\s*[;,\n]/.test(code))
        this.error(`${id}: write "{ return require(...) }" in place of "=> require(...)"`);
    },
  },
};

/** Read by editors and programs: without their indentation, they take a third less of the tarball. */
const SCHEMAS = ["config/stack-config.schema.json", "cli/report/evidence.schema.json"];

function compact(source) {
  const file = join("dist", basename(source));
  writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, "utf8"))));
}

/** The tarball has at most this project's own code in it: a package that is imported is a dependency. */
const deps = { onlyBundle: [], neverBundle: [/^@smithy\//, /^@aws-sdk\//] };

const shared = {
  deps,
  logLevel: "warn",
  format: "cjs",
  target: "node20",
  platform: "node",
  fixedExtension: false,
  dts: false,
  sourcemap: false,
  minify: false,
  // Comments that name each source file would be a hundredth of the tarball.
  inputOptions: { experimental: { attachDebugInfo: "none" } },
  // The declarations keep what is written for people; the code needs no second copy of it.
  outputOptions: (options, _format, { cjsDts }) =>
    cjsDts ? options : { ...options, comments: { legal: true, annotation: true, jsdoc: false } },
};

export default defineConfig([
  {
    ...shared,
    entry: { index: "components/index.ts", operations: "operations/main.ts", cli: "cli/main.ts" },
    plugins: [builtPauser, noBareRequire],
    dts: { entry: "components/index.ts" },
    checks: { pluginTimings: false },
    clean: true,
    copy: ["restore-points/rules/time-zones.txt", ...SCHEMAS, "components/verification/VerifyCopies.java"],
    onSuccess: () => SCHEMAS.forEach(compact),
  },
  { ...shared, entry: { register: "register/sdk.cjs" }, clean: false },
  {
    ...shared,
    entry: { main: "policies/pack.ts" },
    outDir: "dist/policies",
    clean: false,
    copy: [
      "restore-points/rules/time-zones.txt",
      "policies/PulumiPolicy.yaml",
      "policies/package.json",
      "policies/README.md",
    ].map((from) => ({ from, to: "dist/policies" })),
  },
]);
