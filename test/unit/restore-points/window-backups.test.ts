import test from "ava";
import { instantOfBackup, keptBackups } from "../../../restore-points/window-backups";
import { commonWindows } from "../../../restore-points/windows";
import { backedUp, HOUR_START, RELEASES, windowOf } from "./arbitraries";

const DAY = 86_400_000;
const plain = windowOf(HOUR_START, HOUR_START + 130_000);
const window = backedUp(plain, HOUR_START + 61_000, HOUR_START + 64_000);

test("backups are kept for so many days after their window began, to the millisecond", (t) => {
  const [common] = commonWindows([window], [RELEASES[0]]);
  t.deepEqual(common?.backups, [
    {
      name: "ledger",
      region: "ap-northeast-1",
      tables: 4,
      backup: "backup",
      began: HOUR_START,
      accepted: HOUR_START + 64_000,
      until: HOUR_START + 400 * DAY,
    },
  ]);
  t.deepEqual(keptBackups(window, HOUR_START + 400 * DAY - 1), window.backups?.databases);
  t.deepEqual(keptBackups(window, HOUR_START + 400 * DAY), []);
  t.deepEqual(keptBackups(plain, HOUR_START), []);
});

test("a backup of another schedule is none of this one, whatever its name's length", (t) => {
  t.is(instantOfBackup("prod-pause", "test-pause-20261122t030007120z"), undefined);
  t.is(instantOfBackup("prod-pause", "prod-pause20261122t030007120z"), undefined);
});
