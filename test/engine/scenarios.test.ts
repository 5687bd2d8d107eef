import { join } from "node:path";
import test from "ava";
import { EmbeddedStack } from "../../simulator/engine/embedded";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { PulumiStack } from "../../simulator/engine/real";
import { FixtureProvider } from "../unit/simulator/engine/fixture-provider";
import { play } from "../unit/simulator/engine/scenario";
import { scenarios } from "../unit/simulator/engine/scenarios";
import { comparable } from "./comparable";

const program = join(__dirname, "../unit/simulator/engine/program");

if (!findPulumi()) {
  test.skip(`the engines are not compared, for there is no Pulumi CLI: ${HOW_TO_GET_PULUMI}`, () => {});
} else {
  for (const { title, acts } of scenarios) {
    // One after the other: each starts processes enough to keep two cores busy.
    test.serial(`on both engines: ${title}`, async (t) => {
      const providers = { real: new FixtureProvider(), embedded: new FixtureProvider() };
      const real = new PulumiStack({ program, providers: [providers.real] });
      const embedded = new EmbeddedStack({ program, providers: [providers.embedded] });
      try {
        for (const act of acts) {
          const expected = await play(t, act, real, providers.real);
          const actual = await play(t, act, embedded, providers.embedded);
          t.deepEqual(comparable(actual, act.run), comparable(expected, act.run), `${act.run} differs`);
          t.false((await real.stateFile()).includes("s3cret"), "a secret is in the state");
          t.deepEqual([...providers.embedded.things.keys()].sort(), [...providers.real.things.keys()].sort());
        }
      } finally {
        await real.close();
      }
    });
  }
}
