import test from "ava";
import type { Verdict } from "../unit/simulator/providers/aws/deployed";
import { startMoto } from "./moto";
import { ROWS } from "./rows";
import { simulatedVerdicts } from "./simulated";
import { missingTools, pluginFolder, realVerdicts } from "./terraform";

const plugins = pluginFolder();
const missing = missingTools();

if (missing.length > 0 || !plugins) {
  test("the real AWS provider can't be asked", (t) => {
    t.log(`skipped: ${missing.join(", ")} not found`);
    t.pass();
  });
} else {
  let real: (Verdict | undefined)[] = [];
  let simulated: (Verdict | string)[] = [];

  test.before(async () => {
    const moto = await startMoto();
    try {
      [real, simulated] = await Promise.all([realVerdicts(moto.url, plugins), simulatedVerdicts()]);
    } finally {
      moto.stop();
    }
  });

  ROWS.forEach((row, index) => {
    const title = `${row.type}, ${row.title}${row.documented ? " (documented only)" : ""}`;
    test(title, (t) => {
      const expected = row.documented?.verdict ?? real[index];
      t.log(expected ?? "no verdict", row.documented?.reason ?? "");
      t.truthy(expected);
      t.is(simulated[index], expected);
    });
  });
}
