import { join } from "node:path";
import test from "ava";
import type { Product } from "../../simulator/cloud/kubernetes/release";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { secret } from "../../simulator/engine/stack";
import type { PropertyValue } from "../../simulator/providers/provider";
import { exampleStacks, PASSWORD } from "../programs/examples";
import { buildExisting } from "../programs/existing";
import { changes } from "../programs/rehearsed";
import { BothEngines } from "./both-engines";

/** Every example on both engines, its previews on the real one judged by the policy pack. */
const POLICIES = join(__dirname, "../../policies");

/** What is said of every set that has a vault and needs a pause. */
const TOLD_OF_VAULTS = /^(scheduled copies of .* are per-database copies|vault \S+ keeps nothing of )/;

if (!findPulumi())
  test.skip(`the examples are not deployed, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});

for (const { title, config } of findPulumi() ? exampleStacks : [])
  test.serial(`${title}: up, no change right after it, no violation, no secret in the state`, async (t) => {
    t.timeout(300_000);
    const databases = config["scalar-backup:databases"];
    const both = await BothEngines.start(
      t,
      // With one secret in it, Pulumi keeps the whole value as one.
      { ...config, "scalar-backup:databases": secret(databases as unknown as PropertyValue) },
      async (cloud) => {
        // The examples' releases are named after their products; a set without a pause looks for none.
        for (const { namespace, name } of config["scalar-backup:pause"]?.releases ?? [])
          await cloud.kubernetes.installRelease({ namespace, name, product: name as Product, replicas: 1 });
        buildExisting(cloud, databases);
      },
      { policyPacks: [POLICIES] },
    );
    await both.run(t, "up");
    const preview = await both.run(t, "preview");
    t.deepEqual(changes(preview), []);
    t.deepEqual(
      // Where the provider of commands is on the PATH, the engine says so each time.
      preview.diagnostics.filter(
        ({ severity, message }) =>
          severity !== "info" && !message.includes("from $PATH") && !TOLD_OF_VAULTS.test(message),
      ),
      [],
    );
    t.false((await both.real.stack.stateFile()).includes(PASSWORD), "the state holds a secret in plain text");
  });
