import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type EngineEvent, LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import test from "ava";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { ProviderServer } from "../../simulator/engine/provider-server";
import { findPulumi } from "../../simulator/engine/pulumi-cli";
import { consumer } from "../package/packed";

/** The pack on the real engine, over a program that knows nothing of this project. Where there is no engine, none of it runs. */
const pulumi = findPulumi();
const onEngine = pulumi === undefined ? test.serial.skip : test.serial;

const PACK = join(__dirname, "../../policies");
const PROGRAM = join(__dirname, "../unit/policies/plain-stack");

const VIOLATIONS = [
  "advisory database-protected accounts",
  "advisory database-protected customers",
  "advisory database-protected shipping",
  "advisory database-protected stock",
  "mandatory cosmosdb-continuous-backup stock",
  "mandatory cosmosdb-strong-consistency stock",
  "mandatory database-deletion-protection accounts",
  "mandatory database-deletion-protection customers",
  "mandatory database-encryption customers",
  "mandatory database-not-public stock",
  "mandatory dynamodb-point-in-time-recovery accounts",
  "mandatory pause-deadline pause",
  "mandatory pause-forbids-concurrency pause",
  ...Array.from({ length: 5 }, () => "mandatory pause-pod-hardened pause"),
  "mandatory rds-backup-retention customers",
  "mandatory rds-keep-automated-backups customers",
];

onEngine("a stack that does without this project gets the violations it deserves, and no other", async (t) => {
  t.deepEqual(await preview(false, PACK), VIOLATIONS);
});

onEngine("the pack of the installed npm package finds the same", async (t) => {
  const folder = await consumer(t, { files: {} });
  const pack = join(folder, "node_modules/scalar-backup/dist/policies");
  t.deepEqual(await preview(false, pack), VIOLATIONS);
});

onEngine("once it is fixed, it gets none", async (t) => {
  t.deepEqual(await preview(true, PACK), []);
});

/** The policies violated by a preview, sorted; and errors, if there are any others. */
async function preview(good: boolean, pack: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "policies-"));
  const cloud = await SimulatedCloud.start();
  cloud.azure.createResourceGroup("scalar", "japaneast");
  const providers = cloud.providers();
  const servers = providers.map((provider) => new ProviderServer(provider));
  try {
    const ports = await Promise.all(servers.map((server) => server.start()));
    const stack = await openStack(folder, {
      ...cloud.environment(),
      PULUMI_DEBUG_PROVIDERS: providers.map(({ name }, index) => `${name}:${ports[index]}`).join(","),
    });
    await stack.setAllConfig({ good: { value: String(good) }, "aws:region": { value: "ap-northeast-1" } });
    const found: string[] = [];
    const onEvent = ({ policyEvent, diagnosticEvent }: EngineEvent) => {
      // That the preview failed says no more than the mandatory violations themselves.
      if (diagnosticEvent?.severity === "error" && diagnosticEvent.message.trim() !== "preview failed")
        found.push(`error ${diagnosticEvent.message}`);
      if (policyEvent === undefined) return;
      const at = policyEvent.resourceUrn?.split("::").at(-1) ?? "";
      found.push(`${policyEvent.enforcementLevel} ${policyEvent.policyName} ${at}`);
    };
    await stack.preview({ policyPacks: [pack], onEvent }).catch((error: unknown) => {
      if (found.length === 0) throw error;
    });
    return found.sort();
  } finally {
    for (const server of servers) server.stop();
    await cloud.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** A stack of the program whose state, settings and plugins are in the folder, so that none of the user's are touched. */
async function openStack(folder: string, environment: Record<string, string>): Promise<Stack> {
  await Promise.all(["bin", "home", "project", "state"].map((name) => mkdir(join(folder, name))));
  await symlink(pulumi as string, join(folder, "bin", "pulumi"));
  const project = await readFile(join(PROGRAM, "Pulumi.yaml"), "utf8");
  await writeFile(
    join(folder, "project", "Pulumi.yaml"),
    project.replace(/^main: .*$/m, `main: ${join(PROGRAM, "index.ts")}`),
  );
  return await LocalWorkspace.createStack(
    { stackName: "policies", workDir: join(folder, "project") },
    {
      pulumiHome: join(folder, "home"),
      pulumiCommand: await PulumiCommand.get({ root: folder, skipVersionCheck: true }),
      envVars: {
        ...environment,
        // What the engine starts gets none of the test runner's options.
        NODE_OPTIONS: "",
        PATH: [dirname(pulumi as string), process.env.PATH ?? ""].join(delimiter),
        PULUMI_BACKEND_URL: `file://${join(folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "policies",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
}
