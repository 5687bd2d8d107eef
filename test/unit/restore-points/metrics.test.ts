import test from "ava";
import { gauge, metricsText, secondsOf } from "../../../restore-points/metrics";

test("gauges are written in Prometheus' text format, those without samples not at all", (t) => {
  t.is(
    metricsText([
      gauge("points", "How many.", { labels: {}, value: 3 }),
      gauge("none", "Nothing."),
      gauge("age", "How old.", { labels: { stack: 'a"b\\c\n"', database: '""' }, value: 1.5 }),
    ]),
    [
      "# HELP scalar_backup_points How many.",
      "# TYPE scalar_backup_points gauge",
      "scalar_backup_points 3",
      "# HELP scalar_backup_age How old.",
      "# TYPE scalar_backup_age gauge",
      'scalar_backup_age{stack="a\\"b\\\\c\\n\\"",database="\\"\\""} 1.5',
      "",
    ].join("\n"),
  );
});

test("an instant is in seconds; what never happened is 1970", (t) => {
  t.is(secondsOf("2026-11-22T03:00:12.900Z"), Date.UTC(2026, 10, 22, 3, 0, 12) / 1000);
  t.is(secondsOf(undefined), 0);
});
