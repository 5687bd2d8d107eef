import { join } from "node:path";
import test from "ava";
import { EmbeddedStack } from "../../../../simulator/engine/embedded";
import { declaredSource } from "./declared-source";
import { FixtureProvider } from "./fixture-provider";
import { play } from "./scenario";
import { scenarios } from "./scenarios";

const program = join(__dirname, "program");

for (const { title, acts } of scenarios) {
  test(title, async (t) => {
    const provider = new FixtureProvider();
    const stack = new EmbeddedStack({ program, providers: [provider], source: declaredSource });
    for (const act of acts) await play(t, act, stack, provider);
  });
}
