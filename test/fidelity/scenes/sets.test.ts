/**
 * Each set on AWS with its vaults on the embedded engine, from the protection to a recovery from backups, for the judges to see its
 * messages and resources. That pods are really paused and copies balance is for `npm start` to show: here a window is written
 * into the pauser's record, and nothing depends on how fast the machine is.
 */
import test from "ava";
import { sets } from "../../../rehearsal/sets";
import { TABLES } from "../../../rehearsal/sets/dynamodb";
import type { RehearsalSet } from "../../../rehearsal/sets/set";
import { backupsOf, keptOf, onAws, recoveryPoints } from "../../../rehearsal/vaults/aws";
import { withVaults } from "../../../rehearsal/vaults/config";
import { formatInstant } from "../../../restore-points/instant";
import type { WindowBackups } from "../../../restore-points/window";
import { backupName } from "../../../restore-points/window-backups";
import type { SimulatedCloud } from "../../../simulator/cloud/cloud";
import { changes, errors, REGION, recordWindow, rehearsed } from "../../programs/rehearsed";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const RELEASE = { namespace: "scalar", name: "scalardb-cluster" };
const DAYS_KEPT = 400;

for (const set of sets.filter(({ config }) => onAws(config).length > 0))
  test(`${set.name}: protected, restored, recovered and restored from backups`, async (t) => {
    t.timeout(600_000);
    const { cloud, stack } = await rehearsed(t, {});
    const running = set.build(cloud);
    stack.config = { "aws:region": REGION, ...withVaults(set.config, cloud) };
    await cloud.kubernetes.installRelease({ ...RELEASE, product: "scalardb-cluster", replicas: 1 });
    running.bank.open();
    const up = async (restore?: object) => {
      stack.config["scalar-backup:restore"] = restore;
      const result = await stack.up();
      t.true(result.succeeded, errors(result));
      cloud.clock.advance(result.simulatedMillis);
    };

    await up();
    // AWS Backup has run; Azure locks a vault in the second run.
    cloud.clock.advance(DAY + 60 * MINUTE);
    await up();
    cloud.clock.advance(30 * MINUTE);
    const at = instantOf(cloud, set);
    cloud.clock.advance(30 * MINUTE);
    await up({ at });
    t.deepEqual(changes(await stack.preview()), [], "a preview right after changes nothing");
    cloud.clock.advance(60 * MINUTE);
    await up();

    const regions = onAws(set.config).flatMap(({ dynamodb }) => dynamodb?.restoreTo?.region ?? []);
    const points = recoveryPoints(cloud.aws, [REGION, ...regions]);
    const from = backupsOf(set.config, keptOf(points, at));
    if (from) cloud.clock.advance(100 * DAY);
    if (from) await up({ at, from });
    await up();
    await up({ at, ...(from && { from }), mode: "recovery" });
  });

/** An instant to which the set can be restored: of a pause window, with backups where the set has some in DynamoDB. */
function instantOf(cloud: SimulatedCloud, { config }: RehearsalSet): string {
  if (!config["scalar-backup:pause"]) return formatInstant(cloud.clock.now() - MINUTE);
  const end = () => cloud.clock.now();
  if (!onAws(config).some(({ dynamodb }) => dynamodb)) return recordWindow(cloud, RELEASE.namespace, [RELEASE.name]);
  const began = end();
  const text = () => formatInstant(end(), { millis: true });
  const name = backupName("scalar-backup-rehearsal-scalar-pause", text());
  cloud.clock.advance(MINUTE + 2000);
  const requested = text();
  const dynamodb = cloud.aws.dynamodb.region(REGION);
  for (const TableName of TABLES) dynamodb.createBackup({ TableName, BackupName: name });
  const accepted = text();
  cloud.clock.advance(MINUTE + 2000);
  const databases = [{ name: "ledger", region: REGION, tables: TABLES.length, deleteAfter: DAYS_KEPT }];
  const backups: WindowBackups = { name, requested, accepted, databases };
  return recordWindow(cloud, RELEASE.namespace, [RELEASE.name], (end() - began) / 1000, end(), backups);
}
