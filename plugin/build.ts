import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import { build, type Plugin, stop } from "esbuild";
import { bundlePauser, type PauserProgram } from "../pauser/bundle";

/** The executable's name, by which the Pulumi engine finds it. */
export const EXECUTABLE = "pulumi-resource-scalar-backup";

const ROOT = join(__dirname, "..");
const PROGRAMS: PauserProgram[] = ["pauser", "pauser-with-window-backups"];

/** What the Pulumi SDK loads for dynamic providers, or a package.yaml, alone: the TypeScript compiler, what reads npm's packages, ts-node. */
const NEVER_USED = /^(typescript|@npmcli\/arborist|normalize-package-data|js-yaml|ts-node)$/;

/**
 * Builds the plugin: one executable file that needs Node.js and nothing else. On Windows a `.cmd` next to it starts it.
 * @returns the file's path.
 */
export async function buildPlugin(folder = join(ROOT, "bin")): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(__dirname, "main.ts")],
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minify: true,
    banner: { js: "#!/usr/bin/env node" },
    write: false,
    absWorkingDir: ROOT,
    tsconfigRaw: "{}",
    logLevel: "warning",
    plugins: [sourcesBuiltIn(), operationsInProcess(), withoutCompilers(), withoutTranslations()],
  });
  // Its service is a process that holds some hundred megabytes.
  await stop();
  const [bundle] = outputFiles;
  if (!bundle) throw new Error("esbuild returned no bundle of the plugin");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, EXECUTABLE);
  writeFileSync(file, bundle.contents);
  chmodSync(file, 0o755);
  writeFileSync(`${file}.cmd`, `@echo off\r\nnode "%~dp0${EXECUTABLE}" %*\r\n`);
  return file;
}

/** Builds in what the program otherwise reads from files next to its sources, or makes from them. */
function sourcesBuiltIn(): Plugin {
  return {
    name: "sources-built-in",
    setup({ onLoad }) {
      onLoad({ filter: /pauser[\\/]bundle\.ts$/ }, () => {
        const texts = Object.fromEntries(PROGRAMS.map((program) => [program, bundlePauser(program)]));
        return {
          contents: `const texts = ${JSON.stringify(texts)};\nexport const bundlePauser = (program = "pauser") => texts[program];`,
          loader: "js",
        };
      });
      onLoad({ filter: /(restore-points|components[\\/]verification)[\\/].*\.ts$/ }, ({ path }) => {
        const source = readFileSync(path, "utf8");
        const contents = source.replaceAll(/readFileSync\(join\(__dirname, "([^"]+)"\), "utf8"\)/g, (_, name) =>
          JSON.stringify(readFileSync(join(dirname(path), name), "utf8")),
        );
        return { contents, loader: "ts" };
      });
    },
  };
}

/** Replaces `Command` by the plugin's own resource (`operation-resource.ts`). */
function operationsInProcess(): Plugin {
  return {
    name: "operations-in-process",
    setup({ onResolve }) {
      onResolve({ filter: /^@pulumi\/command(\/|$)/ }, () => ({ path: join(__dirname, "operation-resource.ts") }));
    },
  };
}

function withoutCompilers(): Plugin {
  return {
    name: "without-compilers",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: NEVER_USED }, ({ path }) => ({ path, namespace: "never-used" }));
      onLoad({ filter: /.*/, namespace: "never-used" }, () => ({ contents: "module.exports = {};", loader: "js" }));
    },
  };
}

/** Zod brings its messages in 50 languages; this project writes its own. */
function withoutTranslations(): Plugin {
  return {
    name: "without-translations",
    setup({ onLoad }) {
      onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.c?js$/ }, () => ({ contents: "", loader: "js" }));
    },
  };
}

if (require.main === module)
  void buildPlugin().then((file) => console.log(`built .${sep}${file.slice(ROOT.length + 1)}`));
