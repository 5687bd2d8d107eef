import test from "ava";
import { startMoto } from "./moto";
import { ROWS, type Switched } from "./switched";
import { switchedForReal } from "./switched-for-real";
import { switchedInSimulation } from "./switched-in-simulation";
import { missingTools, pluginFolder } from "./terraform";

const plugins = pluginFolder();

if (plugins === undefined || missingTools().length > 0) {
  test("the real AWS provider can't be asked about moved names", (t) => {
    t.log(`skipped: ${missingTools().join(", ")} not found`);
    t.pass();
  });
} else {
  let real: Switched | undefined;
  let simulated: Switched | undefined;

  test.before(async () => {
    const moto = await startMoto();
    try {
      real = await switchedForReal(moto.url, plugins);
    } finally {
      moto.stop();
    }
    simulated = await switchedInSimulation();
  });

  for (const row of ROWS)
    test(`databases whose names have moved, ${row}: the simulated provider does as the real one`, (t) => {
      t.log(real?.[row]);
      t.truthy(real?.[row]);
      t.deepEqual(simulated?.[row], real?.[row]);
    });
}
