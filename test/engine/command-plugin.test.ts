/**
 * The real command provider, where Pulumi has downloaded it or the PATH has it: the simulated one decides as it does,
 * and it runs the project's operations. The clouds that these reach stay simulated.
 */

import { join } from "node:path";
import { credentials } from "@grpc/grpc-js";
import type { Deployment } from "@pulumi/pulumi/automation";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import test from "ava";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { OPERATION_CLOUDS } from "../../operations/requests";
import { PROGRAM } from "../../rehearsal/engines";
import { allKinds } from "../../rehearsal/sets/all-kinds";
import { withVaults } from "../../rehearsal/vaults/config";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { ProviderServer } from "../../simulator/engine/provider-server";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import { CommandProvider } from "../../simulator/providers/command";
import { type PropertyMap, UNKNOWN } from "../../simulator/providers/provider";
import { sdkVersion } from "../../simulator/providers/sdk-version";
import { changes, errors, recordWindow } from "../programs/rehearsed";
import { unanswered } from "../unit/operations/unanswered";
import { CommandPlugin } from "./command-plugin";
import { findPlugin, howToGetPlugin } from "./provider-plugin";

const file = findPlugin("command");
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const URN = "urn:pulumi:rehearsal::scalar-backup::command:local:Command::it";

if (file === undefined)
  test.skip(`the real command provider is not tested, because it is not here: ${howToGetPlugin("command")}`, () => {});
const withPlugin = file === undefined ? test.serial.skip : test.serial;

withPlugin("the plugin is of the version that the SDK asks the engine for", async (t) => {
  const plugin = await CommandPlugin.start(file as string);
  t.teardown(() => plugin.stop());
  t.log(`pulumi-resource-command ${plugin.plugin.version}`);
  t.is(plugin.plugin.version, sdkVersion("command"));
});

const BASE: PropertyMap = { create: "a", stdin: "x", triggers: ["1"], environment: { A: "1" } };
const CHANGES: [what: string, before: PropertyMap, after: PropertyMap][] = [
  ["nothing", BASE, BASE],
  ["the command and what it reads", BASE, { ...BASE, create: "b", stdin: "y" }],
  ["an input that goes", { ...BASE, delete: "d" }, BASE],
  ["an input that comes", BASE, { ...BASE, update: "u", logging: "none", addPreviousOutputInEnv: false }],
  ["an environment variable", BASE, { ...BASE, environment: { A: "2", B: "1" } }],
  ["an unknown environment", BASE, { ...BASE, environment: UNKNOWN }],
  ["a trigger", BASE, { ...BASE, triggers: ["2"] }],
  ["one trigger more", BASE, { ...BASE, triggers: ["1", "2"] }],
  ["triggers that come", { create: "a" }, BASE],
  ["triggers that go", BASE, { create: "a", stdin: "x", environment: { A: "1" } }],
];

withPlugin("the simulated command provider judges changes and inputs as the real one", async (t) => {
  const plugin = await CommandPlugin.start(file as string);
  t.teardown(() => plugin.stop());
  const server = new ProviderServer(new CommandProvider());
  const port = await server.start();
  t.teardown(() => server.stop());
  const simulated = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  t.teardown(() => simulated.close());
  for (const [what, before, after] of CHANGES) {
    t.deepEqual(await difference(simulated, before, after), await difference(plugin.client, before, after), what);
    for (const planned of [plannedCreation, plannedUpdate])
      t.deepEqual(await planned(simulated, after, before), await planned(plugin.client, after, before), what);
  }
  for (const inputs of [BASE, { ...BASE, wrong: "x" }, { create: 5 }, { create: "a", stdin: UNKNOWN }])
    t.deepEqual(
      await refused(simulated, inputs as PropertyMap),
      await refused(plugin.client, inputs as PropertyMap),
      JSON.stringify(inputs),
    );
});

withPlugin("the real plugin updates a command that has printed what an operation of 24 hours may print", async (t) => {
  const plugin = await CommandPlugin.start(file as string);
  t.teardown(() => plugin.stop());
  const bounded = join(PROGRAM, "operations/bounded-lines.ts");
  const printing = (print: string) =>
    `node -e "require('${join(PROGRAM, "register/index.cjs")}'); const { BoundedLines } = require('${bounded}'); let now = 0; const lines = new BoundedLines(console.log, () => now); const all = { print: console.log, end() {} }; for (const to of [${print}]) { for (; now < 86400000; now += 25000) to.print('step 4 of 9, ledger: 12 of 40 tables are restored (' + now + ' ms, usually less than 60 min)'); to.end(); }"`;
  t.is(await updated(plugin.client, printing("lines")), undefined);
  t.regex((await updated(plugin.client, printing("all"))) ?? "", /argument list too long/);
});

withPlugin("an operation that the real plugin cancels ends, and the plugin with it", async (t) => {
  const plugin = await CommandPlugin.start(file as string);
  t.teardown(() => plugin.stop());
  const { first, environment } = await unanswered(t);
  const request = {
    region: "ap-northeast-1",
    tables: ["a"],
    goal: { recoveryPeriodInDays: 7, deletionProtection: true },
  };
  const inputs = {
    create: `node -e "require('scalar-backup/operations')" protect-dynamodb-tables`,
    stdin: JSON.stringify(request),
    environment,
    dir: PROGRAM,
  };
  const creation = new messages.CreateRequest().setUrn(URN).setProperties(struct(inputs));
  const ended = new Promise<string | undefined>((resolve) =>
    plugin.client.create(creation, (error) => resolve(error?.message)),
  );
  await first;
  await new Promise((resolve) => plugin.client.cancel(new Empty(), resolve));
  t.regex((await ended) ?? "", /signal: killed[\s\S]*interrupted: Pulumi has ended this operation/);
});

/** Creates a command, and updates it. @returns the error of the update, if there is one */
async function updated(client: ResourceProviderClient, create: string): Promise<string | undefined> {
  const inputs = { create, update: "echo the request has not changed" };
  const creation = new messages.CreateRequest().setUrn(URN).setProperties(struct(inputs));
  const created = await new Promise<messages.CreateResponse>((resolve, reject) =>
    client.create(creation, (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  const update = new messages.UpdateRequest()
    .setId(created.getId())
    .setUrn(URN)
    .setOlds(created.getProperties())
    .setOldInputs(struct(inputs))
    .setNews(struct({ ...inputs, stdin: "another" }));
  return await new Promise((resolve) => client.update(update, (error) => resolve(error?.message)));
}

const onEngine = file === undefined || findPulumi() === undefined ? test.serial.skip : test.serial;
if (file !== undefined && findPulumi() === undefined)
  test.skip(`operations are not run by the real command provider, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});

onEngine("the engine has the real plugin run every operation: protected, drilled, cleaned up", async (t) => {
  t.timeout(10 * MINUTE);
  const cloud = await SimulatedCloud.start();
  t.teardown(() => cloud.stop());
  const set = allKinds.build(cloud);
  cloud.kubernetes.createNamespace("scalar");
  const stack = new PulumiStack({
    program: PROGRAM,
    providers: cloud.providers(),
    plugins: [{ name: "command", version: sdkVersion("command"), file: file as string }],
    environment: () => cloud.environment(),
    config: withVaults(allKinds.config, cloud),
  });
  t.teardown(() => stack.close());
  /** As `pulumi up` does it: the plan of a preview first. The Automation API leaves it out. */
  const up = async () => {
    const planned = changes(await stack.preview());
    const result = await stack.up();
    t.true(result.succeeded, errors(result));
    // It may plan to replace what depends on a value that is unknown until then, such as the identity of a vault that is updated.
    const unplanned = changes(result).filter((change) => !planned.includes(change));
    t.deepEqual(unplanned, [], "an up does what its preview has not shown");
    cloud.clock.advance(result.simulatedMillis);
    return result;
  };
  await up();
  await up(); // Azure locks a vault only once it exists.
  t.deepEqual(changes(await stack.preview()), [], "a preview right after everything is protected");
  cloud.clock.advance(DAY);
  await up(); // The simulated AWS Backup catches up with its daily run when it is asked.
  cloud.clock.advance(60 * MINUTE);
  const at = recordWindow(cloud, "scalar", ["scalardb-cluster"]);
  cloud.clock.advance(20 * MINUTE);
  stack.config["scalar-backup:restore"] = { at };
  const restored = await up();
  t.deepEqual(
    set.settings(restored).filter(({ holds }) => !holds),
    [],
    "operations have not set everything again",
  );
  t.deepEqual(changes(await stack.preview()), [], "a preview right after the drill");
  const refreshed = await stack.refresh();
  t.true(refreshed.succeeded, errors(refreshed));
  t.deepEqual(changes(await stack.preview()), [], "a preview after a refresh");
  t.deepEqual(
    operationsIn(await stack.exportState()),
    Object.keys(OPERATION_CLOUDS)
      .filter((name) => !(name in NOT_IN_A_DRILL))
      .sort(),
    "an operation was not run",
  );
  stack.config["scalar-backup:restore"] = undefined;
  await up();
  t.deepEqual(set.leftovers(), []);
});

/** Operations that this play has no use for, and the test that runs each. */
const NOT_IN_A_DRILL: Record<string, string> = {
  "abort-switch-over": "test/unit/operations/switch-over/abort.test.ts",
  "rename-dynamodb-namespaces": "test/programs/namespace-prefix.test.ts",
  "find-quiet-gaps": "test/unit/operations/quiet-gaps.test.ts",
  "switch-over": "test/engine/switch-over.test.ts",
};

/** The operations that a stack's commands have run, or run when they go (what is left then is looked at), sorted. */
function operationsIn({ deployment }: Deployment): string[] {
  const resources: { type: string; inputs?: { create?: string; delete?: string } }[] = deployment.resources;
  const lines = resources
    .filter(({ type }) => type === "command:local:Command")
    .flatMap(({ inputs }) => [inputs?.create ?? "", inputs?.delete ?? []].flat());
  return [...new Set(lines.map((line) => line.split(" ").at(-1) as string))].sort();
}

async function difference(client: ResourceProviderClient, before: PropertyMap, after: PropertyMap) {
  const request = new messages.DiffRequest()
    .setUrn(URN)
    .setId("it1")
    .setOldInputs(struct(before))
    .setOlds(struct({ ...before, stdout: "", stderr: "" }))
    .setNews(struct(after));
  const response = await new Promise<messages.DiffResponse>((resolve, reject) =>
    client.diff(request, (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  const kinds: Record<string, number> = {};
  response.getDetaileddiffMap().forEach((difference, path) => {
    kinds[path] = difference.getKind();
  });
  return { changes: response.getChanges(), deletesFirst: response.getDeletebeforereplace(), kinds };
}

/** What a preview knows of a command that it creates. */
async function plannedCreation(client: ResourceProviderClient, inputs: PropertyMap) {
  const request = new messages.CreateRequest().setUrn(URN).setProperties(struct(inputs)).setPreview(true);
  const response = await new Promise<messages.CreateResponse>((resolve, reject) =>
    client.create(request, (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  return { knowsId: response.getId() !== "", outputs: response.getProperties()?.toJavaScript() };
}

/** What a preview knows of a command that it updates. */
async function plannedUpdate(client: ResourceProviderClient, after: PropertyMap, before: PropertyMap) {
  const request = new messages.UpdateRequest()
    .setUrn(URN)
    .setId("it1")
    .setOldInputs(struct(before))
    .setOlds(struct({ ...before, stdout: "written", stderr: "" }))
    .setNews(struct(after))
    .setPreview(true);
  const response = await new Promise<messages.UpdateResponse>((resolve, reject) =>
    client.update(request, (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  return response.getProperties()?.toJavaScript();
}

/** The properties that a check refuses. */
async function refused(client: ResourceProviderClient, inputs: PropertyMap): Promise<string[]> {
  const request = new messages.CheckRequest().setUrn(URN).setNews(struct(inputs));
  const response = await new Promise<messages.CheckResponse>((resolve, reject) =>
    client.check(request, (error, answer) => (error ? reject(error) : resolve(answer))),
  );
  return response.getFailuresList().map((failure) => failure.getProperty());
}

function struct(values: PropertyMap): Struct {
  // Both are JSON; the types of google-protobuf do not know the other's name for it.
  return Struct.fromJavaScript(values as Record<string, JavaScriptValue>);
}
