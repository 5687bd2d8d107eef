/**
 * `npm run check:dependencies`: no direct dependency is deprecated, and no provider SDK asks the engine for a plugin
 * that was never released. Where the registry cannot be asked, it says so and exits with 0.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { differingVersions, problemsOf } from "./problems";
import { askRegistry } from "./registry";

/** npm clients that run at the same time: each is a process. */
const AT_A_TIME = 4;

async function main(folder: string): Promise<void> {
  const direct = directDependencies(folder);
  const problems = differingVersions(direct);
  for (let start = 0; start < direct.length; start += AT_A_TIME) {
    const some = direct.slice(start, start + AT_A_TIME);
    const answers = await Promise.all(
      some.map(async ([name, version]) => ({ name, version, answer: await askRegistry(name, version) })),
    );
    problems.push(...answers.flatMap(({ name, version, answer }) => problemsOf(name, version, answer)));
    const silent = answers.map(({ answer }) => answer).find((answer) => "unreachable" in answer);
    if (silent) {
      console.log(`skipped: dependencies are not checked, because the registry cannot be asked: ${silent.unreachable}`);
      break;
    }
  }
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
}

/** Those of package.json and of the packages that are its workspaces, each once. */
function directDependencies(folder: string): [name: string, version: string][] {
  const { workspaces = [], ...root } = readManifest(folder);
  const all = [root, ...workspaces.map((workspace) => readManifest(join(folder, workspace)))];
  const direct = all.flatMap(({ dependencies, devDependencies }) =>
    Object.entries({ ...dependencies, ...devDependencies }),
  );
  return [...new Map(direct.map((each) => [each.join(" "), each])).values()];
}

interface Manifest {
  workspaces?: string[];
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

main(process.argv[2] ?? join(__dirname, "../..")).catch((error: Error) => {
  console.error(error);
  process.exitCode = 1;
});
