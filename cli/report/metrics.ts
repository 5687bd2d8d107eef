import { type Gauge, gauge, secondsOf, metricsText as textOf } from "../../restore-points/metrics";
import { type Evidence, isKnown, secondsBetween } from "./evidence";

/** What metrics are made of: a stack, and the newest evidence of it if there is one. */
export interface MetricFacts {
  /** `<organization>/<project>/<stack>`, as far as it is known. */
  stack: string;
  /** When copies last proved to fit together. RFC 3339; absent if they never did. */
  lastVerified?: string;
  /** The newest instant that could be restored, and when that was read; absent if the stack lists no restore points. */
  restorePoints?: { latest?: string; asOf: string };
  evidence?: Evidence;
}

interface Sample {
  labels?: Record<string, string>;
  value: number;
}

/**
 * Metrics in Prometheus' text format, for node_exporter's textfile collector or a Pushgateway. What never happened is 0 seconds after
 * 1970, so that an alert on its age fires: silence must not look like success.
 */
export function metricsText({ stack, lastVerified, restorePoints, evidence }: MetricFacts): string {
  const gauges: Gauge[] = [];
  // As in the pauser's metrics, so that an alert or a panel of one stack has both.
  const label = stack.slice(stack.lastIndexOf("/") + 1);
  const add = (name: string, help: string, ...samples: Sample[]) =>
    gauges.push(
      gauge(name, help, ...samples.map(({ labels, value }) => ({ labels: { stack: label, ...labels }, value }))),
    );
  add("last_verified_timestamp_seconds", "When restored copies last proved to fit together; 0 if never.", {
    value: secondsOf(lastVerified),
  });
  if (restorePoints) {
    add("restore_point_timestamp_seconds", "The newest instant that could be restored; 0 if none.", {
      value: secondsOf(restorePoints.latest),
    });
    add("restore_points_read_timestamp_seconds", "When pulumi last read the restore points.", {
      value: secondsOf(restorePoints.asOf),
    });
  }
  if (evidence) {
    const { passed, instant, begun, recoveryTime, recoveryPoint, databases } = evidence;
    add("drill_passed", "Whether the newest drill's copies proved to fit together.", { value: passed ? 1 : 0 });
    add("drill_restored_timestamp_seconds", "The instant that the newest drill restored.", {
      value: secondsOf(instant),
    });
    const objectives = [
      { labels: { objective: "recovery_time" }, ...recoveryTime },
      { labels: { objective: "recovery_point" }, ...recoveryPoint },
    ];
    add(
      "drill_seconds",
      "What the newest drill measured, by objective.",
      ...objectives.flatMap(({ labels, measuredSeconds: value }) => (value === undefined ? [] : [{ labels, value }])),
    );
    add(
      "objective_seconds",
      "The objectives in the configuration.",
      ...objectives.flatMap(({ labels, targetMinutes }) =>
        targetMinutes === undefined ? [] : [{ labels, value: targetMinutes * 60 }],
      ),
    );
    const stages = databases.flatMap((database) =>
      (["available", "completed"] as const).flatMap((stage) => {
        const value = secondsBetween(begun, database[stage]);
        return value === undefined || !isKnown(begun) ? [] : [{ labels: { database: database.name, stage }, value }];
      }),
    );
    add("drill_database_seconds", "Seconds from the newest drill's beginning, by database and stage.", ...stages);
  }
  return textOf(gauges);
}
