import { formatInstant, instantMillis } from "../restore-points/instant";
import { readWindowRecord, writeWindowRecord } from "../restore-points/record";
import { type PauseWindow, WINDOWS_KEY } from "../restore-points/window";
import type { KubernetesCluster } from "../simulator/cloud/kubernetes/cluster";
import { kindOf } from "../simulator/cloud/kubernetes/cluster";

const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const MINUTE = 60_000;

/**
 * Records the newest window once more, whole minutes earlier, within a time in which transactions ran: the record of a
 * pause that a pod has missed looks like this.
 * @param during epoch milliseconds
 * @throws {Error} when no such window fits
 */
export function plantWindow(
  { store }: KubernetesCluster,
  namespace: string,
  during: { from: number; to: number },
): PauseWindow {
  const record = store.list(CONFIG_MAPS, namespace).find(({ data }) => WINDOWS_KEY in ((data ?? {}) as object));
  const data = (record?.data ?? {}) as Record<string, string>;
  const { windows } = readWindowRecord(data[WINDOWS_KEY]);
  const newest = windows.at(-1);
  if (record === undefined || newest === undefined) throw new Error("no window is recorded");
  const [start, end] = [newest.pauseCompleted, newest.unpauseStarted].map(instantMillis) as [number, number];
  const shift = Math.floor((start - during.from) / MINUTE) * MINUTE;
  if (shift <= 0 || end - shift > during.to) throw new Error(`the window from ${newest.pauseCompleted} fits nowhere`);
  const shifted = (at: number) => formatInstant(at - shift, { millis: true });
  const planted = { ...newest, pauseCompleted: shifted(start), unpauseStarted: shifted(end) };
  store.update({ ...record, data: { ...data, [WINDOWS_KEY]: writeWindowRecord([...windows, planted]) } });
  return planted;
}
