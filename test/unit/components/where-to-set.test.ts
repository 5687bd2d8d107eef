import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { nextSteps } from "../../../components/next-steps";
import { notPinned } from "../../../components/pause/cluster";
import { RestoreMode } from "../../../components/restore-mode";
import { settingName, toEndRestore, toRemove, toSet, toSetRegion } from "../../../components/where-to-set";

const ROOT = join(__dirname, "../../..");

/** What messages say with this configuration of the run. */
function said(config: Record<string, string>) {
  pulumi.runtime.setMocks({ newResource: () => ({ id: "", state: {} }), call: () => ({}) }, "shop");
  pulumi.runtime.setAllConfig(config);
  return {
    names: ["restore", "restore.at", "restore.windows", "databases[0].dynamodb", "vault.azure", "properties"].map(
      settingName,
    ),
    set: toSet("restore.switchOver.confirm", '"a b"'),
    setAt: toSet("databases[0].cosmosdb.existing.accountName", "copy"),
    remove: toRemove("databases[0].cosmosdb.existing.deleted"),
    end: toEndRestore(),
    region: toSetRegion(),
    pin: notPinned("prod"),
    last: nextSteps(RestoreMode.Drill, [], []).at(-1),
  };
}

test.serial("the stack program's messages name keys of its configuration, and commands that set them", (t) => {
  const config = { "scalar-backup:databases": "[]", "aws:region": "eu-west-1" };
  const expected = {
    names: [
      "scalar-backup:restore",
      "scalar-backup:restore.at",
      "scalar-backup:restore.windows",
      "scalar-backup:databases[0].dynamodb",
      "scalar-backup:vault.azure",
      "scalar-backup:properties",
    ],
    set: 'pulumi config set --path scalar-backup:restore.switchOver.confirm "a b"',
    setAt: 'pulumi config set --path "scalar-backup:databases[0].cosmosdb.existing.accountName" copy',
    remove: 'pulumi config rm --path "scalar-backup:databases[0].cosmosdb.existing.deleted"',
    end: "pulumi config rm restore",
    region: 'for the stack with "pulumi config set aws:region <region>"',
    last: "2. remove the copies: pulumi config rm restore, then pulumi up",
  };
  const { pin, ...found } = said(config);
  t.deepEqual(found, expected);
  t.regex(pin, /pin the cluster: pulumi config set kubernetes:context prod$/);
  t.is(said({ "scalar-backup:backup": "{}" }).end, expected.end, "a stack that only restores");
});

test.serial("without a program, as in scalar-backup doctor, settings are those of a stack's file", (t) => {
  const code = `require("./register/index.cjs"); console.log(require("./components/where-to-set.ts").settingName("restore.at"))`;
  const { stdout } = spawnSync(process.execPath, ["-e", code], { cwd: ROOT, encoding: "utf8" });
  t.is(stdout, "scalar-backup:restore.at\n");
});

test.serial("in a program of one's own, messages name arguments of components", (t) => {
  const { pin, ...found } = said({ "aws:region": "eu-west-1", "shop:databases": "[]" });
  t.deepEqual(found, {
    names: [
      "ScalarRestore",
      "ScalarRestore.at",
      "ScalarBackup.importedWindows",
      "ScalarBackup.databases[0].dynamodb",
      "ScalarBackup.vault.azure",
      "ScalarRestore.properties",
    ],
    set: 'set ScalarRestore.switchOver.confirm to "a b"',
    setAt: "set ScalarBackup.databases[0].cosmosdb.existing.accountName to copy",
    remove: "remove ScalarBackup.databases[0].cosmosdb.existing.deleted",
    end: "take the ScalarRestore out of the program",
    region:
      'for the stack with "pulumi config set aws:region <region>", or by ScalarBackup\'s argument aws: { region }',
    last: "2. remove the copies: take the ScalarRestore out of the program, then pulumi up",
  });
  t.regex(
    pin,
    /, or give ScalarBackup a Kubernetes provider that has a context$/,
    "any program may use kubernetes:context",
  );
});

/** Keys that every Pulumi program has, and texts that name both. */
const ALLOWED = [
  "where-to-set.ts",
  "aws-provider.ts",
  "pause/cluster.ts",
  "databases/index.ts",
  "pause/notify-args.ts",
  "verification/job-problems.ts",
];

test("no other file of the components has a key of the stack program in a message", (t) => {
  const files = readdirSync(join(ROOT, "components"), { recursive: true, encoding: "utf8" });
  for (const file of files.filter((name) => name.endsWith(".ts") && !ALLOWED.includes(name))) {
    const lines = readFileSync(join(ROOT, "components", file), "utf8").split("\n");
    const wrong = lines.filter((line) =>
      /pulumi config (set|rm)|scalar-backup:(restore|databases|pause|vault|properties)\b/.test(line),
    );
    const shown = wrong.filter((line) => !/^\s*(\/\/|\/?\*)/.test(line) && !/scalar-backup:restored/.test(line));
    t.deepEqual(shown, [], file);
  }
});
