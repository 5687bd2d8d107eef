import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import { CommandProvider } from "../../simulator/providers/command";
import { buildExisting } from "./existing";
import { errors, REGION } from "./rehearsed";
import { BACKUP_ROLE, HUB_ROLE, OTHER_ACCOUNT, OTHER_KEYS, OWN_ACCOUNT, twoAccounts } from "./two-accounts";

const HOUR = 60 * 60_000;
const PROGRAM = join(__dirname, "explicit-providers");
const DATABASES = [{ name: "trio", rdsPostgresql: { existing: { clusterIdentifier: "trio-prod" } } }];

async function stackWith(t: ExecutionContext, provider: object) {
  const { own, other, providers, environment } = await twoAccounts(t);
  const clouds: SimulatedCloud = Object.create(own, { aws: { value: other } });
  buildExisting(clouds, DATABASES);
  const stack = new EmbeddedStack({
    program: PROGRAM,
    environment,
    parallel: 4,
    providers: [...providers, new CommandProvider({ environment, directory: PROGRAM })],
    config: { "explicit-providers:databases": DATABASES, "explicit-providers:provider": provider },
  });
  return { stack, own, other };
}

for (const [title, credentials] of [
  ["keys", OTHER_KEYS],
  ["a chain of two roles", { assumeRoles: [{ roleArn: HUB_ROLE }, { roleArn: BACKUP_ROLE }] }],
] as const)
  test(`look-ups and operations work in the account of an explicit provider with ${title}`, async (t) => {
    const { stack, own, other } = await stackWith(t, { region: REGION, ...credentials });
    const rds = other.rds.region(REGION);
    const protectedOnce = await stack.up();
    t.true(protectedOnce.succeeded, errors(protectedOnce));
    t.is(rds.cluster("trio-prod").settings.backupRetentionPeriod, 35);

    own.clock.advance(4 * HOUR);
    const at = new Date(Math.floor((own.clock.now() - HOUR) / 1000) * 1000).toISOString().replace(".000Z", "Z");
    stack.config["explicit-providers:at"] = at;
    const restored = await stack.up();
    t.true(restored.succeeded, errors(restored));
    const copy = `trio-prod-${at.replaceAll(/[-:]/g, "").toLowerCase()}`;
    t.truthy(rds.find(copy));
    t.is(own.aws.rds.region(REGION).find(copy), undefined);
    delete stack.config["explicit-providers:at"];
    const ended = await stack.up();
    t.true(ended.succeeded, errors(ended));
    t.is(rds.find(copy), undefined);
  });

test("a provider that works in another account than its inputs say ends the preview", async (t) => {
  const { stack } = await stackWith(t, { region: REGION });
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(
    errors(refused),
    new RegExp(
      `the AWS provider of ScalarBackup: it works in the account ${OTHER_ACCOUNT}, but look-ups and operations would work in ${OWN_ACCOUNT}.*assumeRoles`,
    ),
  );
});

test("a provider of another region than the component's ends the preview", async (t) => {
  const { stack } = await stackWith(t, { region: "eu-west-1", ...OTHER_KEYS });
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(errors(refused), /its region is eu-west-1, but the component's aws.region is ap-northeast-1/);
});

test("a provider of another Azure subscription than the look-ups' ends the preview", async (t) => {
  const { own, providers, environment } = await twoAccounts(t);
  const databases = [
    { name: "orders", azurePostgresql: { existing: { resourceGroupName: "none", serverName: "none" } } },
  ];
  const stack = new EmbeddedStack({
    program: PROGRAM,
    environment: () => ({ ...environment(), ARM_SUBSCRIPTION_ID: "another" }),
    parallel: 4,
    providers,
    config: {
      "explicit-providers:databases": databases,
      "explicit-providers:provider": { region: REGION, ...OTHER_KEYS },
      "explicit-providers:azure": {},
    },
  });
  const refused = await stack.preview();
  t.false(refused.succeeded);
  t.regex(
    errors(refused),
    new RegExp(
      `the Azure provider of ScalarBackup: it works in the subscription ${own.azure.subscription}, but look-ups and operations would work in another`,
    ),
  );

  // The provider's own subscription, in which there is no such server.
  stack.config["explicit-providers:azure"] = { subscriptionId: own.azure.subscription };
  const looked = await stack.preview();
  t.regex(errors(looked), /there is no .*none/);
});
