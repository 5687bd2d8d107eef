import test from "ava";
import type { EmbeddedStack } from "../../simulator/engine/embedded";
import { type Diagnostic, PolicyPackProcess } from "../unit/policies/analyzer";
import type { Declared } from "../unit/policies/judging";
import { exampleStacks } from "./examples";
import { buildExisting } from "./existing";
import { errors, recordWindow, rehearsed } from "./rehearsed";

let pack: PolicyPackProcess;
test.before(async () => {
  pack = await PolicyPackProcess.start();
});
test.after.always(() => pack?.stop());

for (const { title, config } of exampleStacks)
  test.serial(`${title} has no violation`, async (t) => {
    t.timeout(120_000);
    const { cloud, stack } = await rehearsed(t, config);
    cloud.kubernetes.createNamespace("scalar");
    buildExisting(cloud, config["scalar-backup:databases"]);
    const protectedNow = await stack.up();
    t.true(protectedNow.succeeded, errors(protectedNow));
    t.deepEqual(await judge(stack), []);

    // Copies of a drill exist next to their sources.
    if (title !== "Pulumi.dynamodb-aurora.yaml") return;
    // AWS Backup's first daily run hands its retention to the cluster.
    cloud.clock.advance(25 * 60 * 60_000);
    stack.config["scalar-backup:restore"] = { at: recordWindow(cloud, "scalar", ["scalardb-cluster"]) };
    cloud.clock.advance(10 * 60_000);
    const restored = await stack.up();
    t.true(restored.succeeded, errors(restored));
    t.true(
      stack.state.some(({ type, inputs }) => type === "aws:rds/cluster:Cluster" && "restoreToPointInTime" in inputs),
    );
    t.deepEqual(await judge(stack), []);

    // A recovery's copies are judged, and are as they should be; nothing keeps `protect` from their owner.
    const { at } = stack.config["scalar-backup:restore"] as { at: string };
    stack.config["scalar-backup:restore"] = undefined;
    await stack.up();
    stack.config["scalar-backup:restore"] = { at, mode: "recovery" };
    const recovered = await stack.up();
    t.true(recovered.succeeded, errors(recovered));
    const judged = await judge(stack);
    t.deepEqual([...new Set(judged.map(({ level, policy }) => `${level} ${policy}`))], ["advisory database-protected"]);
    t.is(judged.length, 5, "four tables and a cluster");
  });

/** Shows the pack what the engine would: the inputs of each resource, then the outputs of all. */
async function judge(stack: EmbeddedStack): Promise<Diagnostic[]> {
  const shown = (of: "inputs" | "outputs") =>
    stack.state
      .filter(({ external, pendingDeletion }) => !external && !pendingDeletion)
      .map(
        ({ urn, type, protect, ignoreChanges, propertyDependencies, parent, ...state }): Declared => ({
          urn,
          type,
          name: nameOf(urn),
          ...(parent && { parent: nameOf(parent) }),
          props: state[of],
          protect,
          ignoreChanges,
          madeFrom: Object.fromEntries(
            Object.entries(propertyDependencies).map(([property, urns]) => [property, urns.map(nameOf)]),
          ),
        }),
      );
  const found: Diagnostic[] = [];
  for (const declared of shown("inputs")) found.push(...(await pack.analyze(declared)));
  return [...found, ...(await pack.analyzeStack(shown("outputs")))];
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) as string;
}
