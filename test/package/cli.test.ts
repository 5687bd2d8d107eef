import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { consumer, ROOT } from "./packed";

const VALID = readFileSync(join(ROOT, "examples/Pulumi.dynamodb-aurora.yaml"), "utf8");

test("the package's command checks a stack file, and names wrong lines", async (t) => {
  const folder = await consumer(t, {
    files: { "Pulumi.prod.yaml": VALID, "Pulumi.wrong.yaml": VALID.replace("databases:", "database:") },
  });
  const { bin } = JSON.parse(readFileSync(join(folder, "node_modules/scalar-backup/package.json"), "utf8"));
  const run = (...args: string[]) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const program = join(folder, "node_modules/scalar-backup", bin["scalar-backup"]);
      execFile(process.execPath, [program, ...args], { cwd: folder }, (error, stdout, stderr) =>
        resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
      );
    });
  const valid = await run("check", "Pulumi.prod.yaml");
  t.is(valid.code, 0);
  t.regex(valid.stdout, /^Pulumi\.prod\.yaml: ledger \(.*\n1 file checked: no problems\n$/);
  const wrong = await run("check");
  t.is(wrong.code, 1);
  t.regex(
    wrong.stdout,
    /^Pulumi\.wrong\.yaml:\d+:3: error: scalar-backup:database: unknown key; did you mean "databases"\?/m,
  );
  t.regex((await run("--help")).stdout, /^ {2}check /m);
  t.regex((await run("completion", "bash")).stdout, /scalar-backup complete/);
});
