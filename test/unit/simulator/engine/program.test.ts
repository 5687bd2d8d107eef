import { join } from "node:path";
import test from "ava";
import { EmbeddedStack } from "../../../../simulator/engine/embedded";
import { secret } from "../../../../simulator/engine/stack";
import { UNKNOWN } from "../../../../simulator/providers/provider";
import { FixtureProvider } from "./fixture-provider";
import { described } from "./scenario";

// These start real processes, which takes a second or more each: what needs none is tested elsewhere.
const program = join(__dirname, "program");

test("the unchanged program is run through the SDK: config, environment, secrets, unknowns, references", async (t) => {
  const provider = new FixtureProvider();
  const stack = new EmbeddedStack({
    program,
    providers: [provider],
    environment: () => ({ FIXTURE_GREETING: "hello" }),
    config: {
      "fixture:endpoint": "loopback",
      "declared:password": secret("s3cret"),
      "declared:resources": [
        { name: "own", kind: "provider", inputs: { endpoint: "own" } },
        { name: "group", kind: "component" },
        { name: "a", inputs: { name: "a", password: { secretConfig: "password" } }, options: { parent: "group" } },
        {
          name: "b",
          inputs: { zone: { from: "a.address" }, tags: { secret: { x: "hidden" } } },
          options: { provider: "own", additionalSecretOutputs: ["address"], customTimeouts: { create: "12h" } },
        },
        { name: "found", id: { from: "a.id" }, options: { dependsOn: ["b"] } },
      ],
      "declared:outputs": {
        zone: { from: "b.zone" },
        read: { from: "found.generation" },
        hidden: { from: "b.address" },
        password: { from: "a.password" },
        answer: { invoke: "fixture:index:answer" },
        greeting: { environment: "FIXTURE_GREETING" },
        self: { from: "found" },
      },
    },
  });
  const preview = await stack.preview();
  t.true(preview.succeeded, JSON.stringify(preview.diagnostics));
  t.like(preview.outputs, { zone: UNKNOWN, read: UNKNOWN, greeting: "hello", answer: "forty-two" });
  t.is(provider.things.size, 0);

  const up = await stack.up();
  t.deepEqual(described(up), { own: "create", group: "create", a: "create", b: "create", found: "read" });
  t.like(up.outputs, {
    zone: "a.example",
    read: 1,
    hidden: secret("b-2.example"),
    password: secret("s3cret"),
    greeting: "hello",
  });
  t.like(up.outputs.self, { id: "id-of-a", address: "a.example" });
  // Providers see plain values, and each provider its own configuration.
  t.like(provider.things.get("id-of-a"), { password: "s3cret" });
  t.deepEqual(
    provider.configurations
      .slice(-2)
      .map(({ endpoint }) => endpoint)
      .sort(),
    ["loopback", "own"],
  );
  const b = stack.state.find(({ urn }) => urn.endsWith("::b"));
  t.deepEqual(b?.customTimeouts, { create: "12h" });
  t.deepEqual(
    b?.propertyDependencies.zone?.map((urn) => urn.split("::").at(-1)),
    ["a"],
  );

  // The program fails half-way: what it has not yet said stays.
  stack.config["declared:failAt"] = "b";
  const failed = await stack.up();
  t.false(failed.succeeded);
  t.regex(failed.diagnostics.map(({ message }) => message).join("\n"), /failing at b/);
  t.is(provider.things.size, 2);
  t.like(failed.outputs, { zone: "a.example" });
});

test("what the engine doesn't support is refused, not ignored", async (t) => {
  const provider = new FixtureProvider();
  const refused = async (config: Record<string, unknown>) => {
    const stack = new EmbeddedStack({ program, providers: [provider], config });
    const { succeeded, diagnostics } = await stack.up();
    t.false(succeeded);
    return diagnostics.map(({ message }) => message).join("\n");
  };
  t.regex(
    await refused({ "declared:resources": [{ name: "a", options: { pluginDownloadURL: "https://example.com" } }] }),
    /embedded engine does not support the server of a plugin/,
  );
  t.regex(await refused({ "declared:resources": [], "declared:failAt": "hook" }), /does not support resource hooks/);
  t.is(provider.things.size, 0);
});
