import { execFile } from "node:child_process";
import { join } from "node:path";
import test from "ava";
import { consumer, ROOT, readmeExample, tool } from "./packed";

const USES = `
import { PauseSchedule, ScalarRestore } from "scalar-backup";
import type { DatabaseArgs, ScalarBackupArgs, VaultArgs } from "scalar-backup";

const created: DatabaseArgs = {
  name: "orders",
  rdsMysql: { create: { instance: { instanceClass: "db.m7g.large", allocatedStorage: 100 } } },
};
export const args: ScalarBackupArgs = { databases: [created] };
export const vault: VaultArgs | undefined = args.vault;
export const required: boolean | undefined = undefined as ScalarBackup["pauseRequired"] extends never ? true : undefined;
export const classes = [PauseSchedule, ScalarRestore];
// @ts-expect-error a database has a name
export const wrong: DatabaseArgs = { dynamodb: { existing: {} } };
`;

/** The compilers that a user may have. */
const COMPILERS = { "4.9": "typescript-4.9", "5.9": "typescript", "6.0": undefined } as const;

for (const [release, name] of Object.entries(COMPILERS))
  test(`TypeScript ${release} checks the declarations with skipLibCheck: false`, async (t) => {
    const typescript = name === undefined ? join(ROOT, "node_modules/typescript") : await tool(t, name);
    if (typescript === undefined) return t.pass();
    t.true(require(join(typescript, "package.json")).version.startsWith(`${release}.`));
    const compilerOptions = {
      target: "es2020",
      lib: ["es2020"],
      module: "node16",
      moduleResolution: "node16",
      strict: true,
      noEmit: true,
      skipLibCheck: false,
      types: ["node"],
    };
    const folder = await consumer(t, {
      files: {
        "package.json": JSON.stringify({ name: "consumer" }),
        "tsconfig.json": JSON.stringify({ compilerOptions, files: ["index.ts"] }),
        "index.ts": (await readmeExample()) + USES,
      },
      packages: { "@types/node": join(ROOT, "node_modules/@types/node") },
    });
    const tsc = join(typescript, "bin/tsc");
    const output = await new Promise<string>((resolve) => {
      execFile(process.execPath, [tsc, "-p", "."], { cwd: folder }, (_, stdout, stderr) => resolve(stdout + stderr));
    });
    // The Pulumi SDK's own declarations are not this project's.
    const errors = output.split("\n").filter((line) => line.includes("error TS"));
    t.deepEqual(errors, []);
  });
