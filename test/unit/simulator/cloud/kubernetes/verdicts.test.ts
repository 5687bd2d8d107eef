import test from "ava";
import { SimulatedClock } from "../../../../../simulator/cloud/clock";
import type { ObjectManifest } from "../../../../../simulator/cloud/kubernetes/objects";
import { StatusError } from "../../../../../simulator/cloud/kubernetes/status";
import { ObjectStore } from "../../../../../simulator/cloud/kubernetes/store";
import { VERDICTS } from "./verdicts";

const store = new ObjectStore(new SimulatedClock());
store.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: "scalar" } });

for (const [what, manifest, field] of VERDICTS) {
  test(`${field === undefined ? "accepted" : "refused"}: ${what}`, (t) => {
    const create = () => store.create(structuredClone(manifest) as ObjectManifest, { dryRun: true });
    if (field === undefined) return void t.notThrows(create);
    const error = t.throws(create, { instanceOf: StatusError });
    t.is(error?.reason, "Invalid", error?.message);
    t.true(
      error?.details.causes?.some((cause) => cause.field === field),
      error?.message,
    );
  });
}
