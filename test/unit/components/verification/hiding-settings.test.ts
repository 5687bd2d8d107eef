import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { hidingSettingsReasons } from "../../../../components/verification/hiding-settings";

const reasons = (
  args: Parameters<typeof hidingSettingsReasons>[0],
  releases: Parameters<typeof hidingSettingsReasons>[1] = [],
) => new Promise<string[]>((resolve) => void hidingSettingsReasons(args, releases, false).apply(resolve));

test("settings that hide commits from the coordinator are found in every release's properties, and no value is shown", async (t) => {
  const found = await reasons({
    propertiesByRelease: {
      ledger: pulumi.secret(
        "scalar.db.password=hidden\nscalar.db.consensus_commit.one_phase_commit.enabled = True\nscalar.db.contact_points=x",
      ),
      auditor: "scalar.db.consensus_commit.one_phase_commit.enabled=false",
    },
  });
  t.deepEqual(found, [
    "the properties of ledger have scalar.db.consensus_commit.one_phase_commit.enabled=true: transactions that commit in one phase leave no row in the coordinator, so comparing it does not show them",
  ]);
});

test("settings of a release that runs no transactions hide nothing", async (t) => {
  const auditor = { namespace: "scalar", name: "auditor" };
  const propertiesByRelease = { "scalar/auditor": "scalar.db.consensus_commit.one_phase_commit.enabled=true" };
  t.is((await reasons({ propertiesByRelease }, [auditor])).length, 1);
  t.deepEqual(await reasons({ propertiesByRelease }, [{ ...auditor, transactions: false }]), []);
});

test("properties without these settings hide nothing", async (t) => {
  t.deepEqual(await reasons({}), []);
  t.deepEqual(await reasons({ properties: "scalar.db.storage=dynamo" }), []);
});
