import test from "ava";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import { NoPackages } from "../fidelity/python";
import { buildExisting } from "../programs/existing";
import { errors, REGION } from "../programs/rehearsed";
import { OTHER_KEYS, OWN_ACCOUNT, twoAccounts } from "../programs/two-accounts";
import { findLanguage } from "./language-hosts";
import { builtPlugin, folderOf, writePython } from "./plugin-programs";

/** An explicit provider of a program in another language reaches the look-ups and operations in the plugin. */
const program = (credentials: object) => `
import pulumi
import pulumi_scalar_backup as scalar_backup

other = pulumi.ProviderResource("aws", "other-account", ${JSON.stringify({ region: REGION, ...credentials })})
scalar_backup.ScalarBackup(
    "scalar",
    aws={"region": "${REGION}"},
    databases=[{"name": "trio", "rds_postgresql": {"existing": {"cluster_identifier": "trio-prod"}}}],
    opts=pulumi.ResourceOptions(providers={"aws": other}),
)
`;

if (!findPulumi())
  test.skip(`no explicit provider is passed to the plugin, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});
const inPython = findPulumi() && findLanguage("python") ? test.serial : test.serial.skip;

inPython(
  "look-ups and operations in the plugin work in the account of an explicit provider, or are refused",
  async (t) => {
    t.timeout(10 * 60_000);
    const { own, other, providers, environment } = await twoAccounts(t);
    const clouds: SimulatedCloud = Object.create(own, { aws: { value: other } });
    buildExisting(clouds, [{ name: "trio", rdsPostgresql: { existing: { clusterIdentifier: "trio-prod" } } }]);
    const folder = folderOf(t);
    const plugin = await builtPlugin(t);
    let installed: string;
    try {
      installed = writePython(folder, plugin, program(OTHER_KEYS));
    } catch (error) {
      if (!(error instanceof NoPackages)) throw error;
      t.log(`skipped: ${error.message}`);
      return t.pass();
    }
    const stack = new PulumiStack({
      program: folder,
      providers,
      plugins: [plugin],
      environment: () => ({ ...environment(), PYTHONPATH: installed }),
    });
    t.teardown(() => stack.close());
    const up = await stack.up();
    t.true(up.succeeded, errors(up));
    t.is(other.rds.region(REGION).cluster("trio-prod").settings.backupRetentionPeriod, 35);

    writePython(folder, plugin, program({}));
    const refused = await stack.preview();
    t.false(refused.succeeded);
    t.regex(errors(refused), new RegExp(`look-ups and operations would work in ${OWN_ACCOUNT}`));
  },
);
