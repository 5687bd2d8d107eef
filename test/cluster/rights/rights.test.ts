import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { playExactly, removeEach } from "../../programs/permissions/one-by-one";
import { judged } from "../../programs/permissions/removals";
import { Api } from "../api";
import { controlPlaneBinaries, goIsThere } from "../binaries";
import { ControlPlane } from "../control-plane";
import { ApiProvider } from "./api-provider";
import { nameOf, prepare, rightsOf, startWorld } from "./world";

/** The whole program on a real API server, by an account that has the Roles of docs/permissions.md alone. */

const clusterTest = goIsThere() ? test.serial : test.serial.skip;
const AUDIT = join(tmpdir(), `audit-${process.pid}.log`);

let plane: ControlPlane;
let token: string;

test.before(async (t) => {
  t.timeout(20 * 60_000);
  if (!goIsThere()) return t.log("Go is not on this machine: the control plane cannot be built, nothing is tested");
  const binaries = controlPlaneBinaries((line) => process.stderr.write(`${line}\n`));
  plane = await ControlPlane.start(binaries, [], AUDIT);
  token = await prepare(plane);
});

test.after.always(async () => {
  await plane?.stop();
  rmSync(AUDIT, { force: true });
});

const world = (t: ExecutionContext) =>
  startWorld(t, plane, {
    token,
    audit: AUDIT,
    provider: async (cloud) => new ApiProvider(cloud.kubernetes, new Api(plane.api.url, plane.api.ca, token)),
  });

clusterTest(
  "the Roles suffice for every step, and each right is needed by a step that ends with its name",
  async (t) => {
    t.timeout(20 * 60_000);
    const needed = await playExactly(t, await world(t));
    const used = new Set([...needed.values()].flat());
    // Kubernetes asks for these without a request of their own: with the pauser's Roles, and with an apply that creates.
    const unseen = rightsOf("up")
      .map(nameOf)
      .filter((name) => !used.has(name));
    needed.get("the first up")?.push(...unseen);
    const removals = await removeEach(t, () => world(t), needed);
    t.deepEqual(removals.map(({ right }) => right).sort(), rightsOf("up").map(nameOf).sort());
    // A preview goes on without looking up pods and runs, and warns.
    judged(t, removals, {
      warns: (right) => right.startsWith("preview: "),
      documented: () => "docs/permissions.md of the package scalar-backup grants it",
    });
  },
);
