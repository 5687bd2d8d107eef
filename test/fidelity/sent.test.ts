import test from "ava";
import { startMoto } from "./moto";
import type { Sent } from "./moto-proxy";
import { sentForReal } from "./sent-for-real";
import { sentInSimulation } from "./sent-in-simulation";
import { SENT_ROWS } from "./sent-rows";
import { missingTools, pluginFolder } from "./terraform";

const plugins = pluginFolder();

if (plugins === undefined || missingTools().length > 0) {
  test("the requests of the real AWS provider can't be recorded", (t) => {
    t.log(`skipped: ${missingTools().join(", ")} not found`);
    t.pass();
  });
} else {
  let real: (Sent | undefined)[] = [];
  let simulated: (Sent | undefined)[] = [];

  test.before(async () => {
    const moto = await startMoto();
    try {
      real = await sentForReal(moto.url, plugins);
    } finally {
      moto.stop();
    }
    simulated = await sentInSimulation();
  });

  SENT_ROWS.forEach(({ type, title, action }, index) => {
    test(`${action} of ${type}, ${title}`, (t) => {
      t.log(real[index]);
      t.truthy(real[index]);
      t.deepEqual(simulated[index], real[index]);
    });
  });
}
