import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { stringify } from "yaml";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { findLanguage } from "./language-hosts";
import { builtPlugin, folderOf, onEngine } from "./plugin-programs";

if (!findPulumi())
  test.skip(`no error of the plugin is read, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});
const inYaml = findPulumi() && findLanguage("yaml") ? test.serial : test.serial.skip;

/** What a user of this YAML program reads. */
const wrong: Record<string, { database: object; reads: string[] }> = {
  "an argument that is wrong": {
    database: { existing: { clusterIdentifier: "customers-prod" }, backupRetentionPeriod: 99 },
    reads: [
      "scalar-backup:index:ScalarBackup resource 'scalar' has a problem: ScalarBackup: an argument is wrong:\n\t\t- property databases[0].auroraPostgresql.backupRetentionPeriod with value '{99}' has a problem: 99 is not allowed; expected a whole number of days from 1 to 35 (Aurora keeps no more, a vault can keep copies longer)",
    ],
  },
  "a database that does not exist": {
    database: { existing: { clusterIdentifier: "not-there" } },
    reads: [
      "scalar-backup:index:ScalarBackup resource 'scalar' has a problem: database customers: there is no Aurora cluster not-there in ap-northeast-1; correct databases[].auroraPostgresql",
      "database customers: there is no Aurora cluster not-there in ap-northeast-1; correct databases[].auroraPostgresql",
    ],
  },
};

inYaml("errors name what is wrong, without stack traces", async (t) => {
  t.timeout(5 * 60_000);
  const plugin = await builtPlugin(t);
  for (const [title, { database, reads }] of Object.entries(wrong)) {
    const folder = folderOf(t);
    const properties = { databases: [{ name: "customers", auroraPostgresql: database }] };
    const resources = { scalar: { type: "scalar-backup:ScalarBackup", properties } };
    writeFileSync(join(folder, "Pulumi.yaml"), stringify({ name: "scalar-backup", runtime: "yaml", resources }));
    const { stack } = await onEngine(t, folder, {}, { plugins: [plugin] });
    const { succeeded, diagnostics } = await stack.preview();
    t.false(succeeded, title);
    const errors = diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message.trim());
    // The second is logged while the construct fails by the first, and may come too late.
    t.true(errors.includes(reads[0] ?? ""), title);
    t.deepEqual(
      errors.filter((error) => !reads.includes(error)),
      [],
      title,
    );
  }
});
