import { join } from "node:path";
import test from "ava";
import { sdkVersion } from "../../simulator/providers/sdk-version";
import { released } from "./provider-releases";

/** The provider SDKs that the program uses: peer dependencies of the library. */
const PROVIDERS = Object.keys(require("../../package.json").peerDependencies).flatMap((dependency) => {
  const { pulumi } = require(join(dependency.startsWith("@pulumi/") ? dependency : "@pulumi/pulumi", "package.json"));
  return pulumi?.resource === true ? [dependency.slice("@pulumi/".length)] : [];
});

test("the provider SDKs are found", (t) => {
  t.deepEqual(PROVIDERS, ["aws", "azure-native", "command", "kubernetes"]);
});

for (const name of PROVIDERS)
  test(`the plugin of ${name} ${sdkVersion(name)} was released`, async (t) => {
    t.timeout(180_000);
    const verdict = await released(name, sdkVersion(name));
    if ("unknown" in verdict) {
      t.log(`skipped, because no registry can be asked: ${verdict.unknown}`);
      t.pass();
      return;
    }
    t.log(`asked: ${verdict.by}`);
    t.true(verdict.released, `${verdict.by} has no ${sdkVersion(name)}: the engine finds no plugin of that version`);
  });

// @pulumi/command 4.5.0 is in npm's registry, but not among the provider's releases, which end at 1.2.1.
test("a version that only npm has does not count as released", async (t) => {
  t.timeout(180_000);
  const verdict = await released("command", "4.5.0");
  if ("unknown" in verdict) t.log(`skipped, because no registry can be asked: ${verdict.unknown}`);
  t.not("released" in verdict && verdict.released, true);
});
