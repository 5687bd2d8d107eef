/** The same as test/programs/explicit-providers.test.ts, by the real engine and the real command provider. */
import { join } from "node:path";
import test from "ava";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import { sdkVersion } from "../../simulator/providers/sdk-version";
import { buildExisting } from "../programs/existing";
import { changes, errors, REGION } from "../programs/rehearsed";
import { BACKUP_ROLE, HUB_ROLE, OTHER_ACCOUNT, twoAccounts } from "../programs/two-accounts";
import { findPlugin, howToGetPlugin } from "./provider-plugin";

const MINUTE = 60_000;
const PROGRAM = join(__dirname, "../programs/explicit-providers");
const DATABASES = [{ name: "trio", rdsPostgresql: { existing: { clusterIdentifier: "trio-prod" } } }];

const plugin = findPlugin("command");
const missing =
  plugin === undefined ? howToGetPlugin("command") : findPulumi() === undefined ? HOW_TO_GET_PULUMI : undefined;
if (missing !== undefined)
  test.skip(`explicit providers are not tested on the real engine, because it or its plugin is not here: ${missing}`, () => {});

(missing === undefined ? test.serial : test.serial.skip)(
  "an explicit provider's chain of roles leads look-ups and operations to its account, in previews too",
  async (t) => {
    t.timeout(10 * MINUTE);
    const { own, other, providers, environment } = await twoAccounts(t);
    const clouds: SimulatedCloud = Object.create(own, { aws: { value: other } });
    buildExisting(clouds, DATABASES);
    const stack = new PulumiStack({
      program: PROGRAM,
      providers,
      plugins: [{ name: "command", version: sdkVersion("command"), file: plugin ?? "" }],
      environment,
      config: {
        "explicit-providers:databases": DATABASES,
        "explicit-providers:provider": {
          region: REGION,
          assumeRoles: [{ roleArn: HUB_ROLE }, { roleArn: BACKUP_ROLE }],
        },
      } as Record<string, unknown>,
    });
    t.teardown(() => stack.close());
    // The provider does not exist yet, but its inputs are known.
    const previewed = await stack.preview();
    t.true(previewed.succeeded, errors(previewed));
    t.true(changes(previewed).includes("create Command trio-protection"), changes(previewed).join("\n"));
    const protectedOnce = await stack.up();
    t.true(protectedOnce.succeeded, errors(protectedOnce));
    t.is(other.rds.region(REGION).cluster("trio-prod").settings.backupRetentionPeriod, 35);
    t.deepEqual(changes(await stack.preview()), [], "a preview right after");

    stack.config["explicit-providers:provider"] = { region: REGION };
    const refused = await stack.preview();
    t.false(refused.succeeded);
    t.regex(errors(refused), new RegExp(`the AWS provider of ScalarBackup: it works in the account ${OTHER_ACCOUNT}`));
  },
);
