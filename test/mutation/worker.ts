import { readFileSync } from "node:fs";
import Module, { createRequire } from "node:module";
import { resolve } from "node:path";
import { transformSync } from "esbuild";
import fc from "fast-check";
import { assertions, collecting } from "./fake-ava";
import { type Mutant, mutantsOf, mutated } from "./mutants";

/** A file, and the tests that are to find its mutants. */
export interface Work {
  file: string;
  tests: string[];
  /** The number of the first mutant, to go on after one that did not end. */
  from: number;
}

/** What became of a mutant; `begun` comes before, so that one that does not end is known. */
export type Report =
  | { kind: "begun"; nth: number; mutant: Mutant }
  | { kind: "ended"; nth: number; mutant: Mutant; killedBy?: string }
  | { kind: "broken"; because: string }
  | { kind: "done" };

const load = require.extensions[".ts"] as NonNullable<(typeof require.extensions)[string]>;
let replaced: { file: string; code: string } | undefined;
require.extensions[".ts"] = (module, file) => {
  if (file !== replaced?.file) return load(module, file);
  // Node.js documents no types of its own for this method of a loading module.
  (module as unknown as { _compile(code: string, file: string): void })._compile(replaced.code, file);
};

// The same examples for every mutant, and in every run.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 1 });

/** An error that no test has waited for: a mutant that causes it is found. */
let uncaught: unknown;
for (const event of ["unhandledRejection", "uncaughtException"])
  process.on(event, (error) => {
    uncaught ??= error;
  });

/** Runs the tests. @returns the title of the first that fails */
async function failing(tests: readonly string[], ofProject: string): Promise<string | undefined> {
  for (const file of Object.keys(require.cache))
    if (file.startsWith(ofProject) && !file.includes("node_modules")) delete require.cache[file];
  for (const file of tests) {
    const { tests: registered, ava } = collecting();
    const resolved = createRequire(resolve("package.json")).resolve("ava");
    require.cache[resolved] = Object.assign(new Module(resolved), { exports: ava, loaded: true });
    try {
      require(resolve(file));
    } catch (error) {
      return `${file}: does not load: ${error}`;
    }
    for (const { title, run } of registered) {
      try {
        uncaught = undefined;
        await run(assertions());
        if (uncaught !== undefined) throw uncaught;
      } catch (error) {
        return `${title}: ${String(error).slice(0, 120)}`;
      }
    }
  }
  return undefined;
}

async function work({ file, tests, from }: Work): Promise<void> {
  const send = (report: Report) => process.send?.(report);
  const project = resolve(".");
  const path = resolve(file);
  const text = readFileSync(path, "utf8");
  const because = await failing(tests, project);
  if (because !== undefined) {
    send({ kind: "broken", because });
    return;
  }
  for (const [nth, mutant] of mutantsOf(text).entries()) {
    if (nth < from) continue;
    let code: string;
    try {
      code = transformSync(mutated(text, mutant), {
        format: "cjs",
        target: "node20",
        loader: "ts",
        logLevel: "silent",
      }).code;
    } catch {
      continue;
    }
    send({ kind: "begun", nth, mutant });
    replaced = { file: path, code };
    const killedBy = await failing(tests, project);
    send({ kind: "ended", nth, mutant, ...(killedBy !== undefined && { killedBy }) });
  }
  send({ kind: "done" });
}

process.once("message", (message) => {
  void work(message as Work).then(() => process.disconnect?.());
});
