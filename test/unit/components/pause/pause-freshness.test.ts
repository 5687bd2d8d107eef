import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { parse } from "yaml";

interface Rule {
  alert: string;
  expr: string;
}

const root = join(__dirname, "../../../..");
const { spec } = parse(readFileSync(join(root, "docs/pause-freshness.yaml"), "utf8")) as {
  spec: { groups: { rules: Rule[] }[] };
};
const rules = spec.groups.flatMap((group) => group.rules);

test("the alerts ask for the stack program's CronJob and the Jobs that its schedule makes", (t) => {
  const [, name] = /new ScalarBackup\("([^"]+)"/.exec(readFileSync(join(root, "index.ts"), "utf8")) ?? [];
  for (const { alert, expr } of rules) {
    for (const [, cronJob] of expr.matchAll(/cronjob="([^"]*)"/g)) t.is(cronJob, `${name}-pause`, alert);
    for (const [, jobName] of expr.matchAll(/job_name=~"([^"]*)"/g)) {
      const jobs = new RegExp(`^(?:${jobName})$`);
      t.regex(`${name}-pause-29400000`, jobs, alert);
      t.notRegex(`${name}-pause-by-hand`, jobs, alert);
    }
  }
});

test("the alerts use metrics that kube-state-metrics has, each with its own labels", (t) => {
  const labels: Record<string, string[]> = {
    kube_cronjob_status_last_successful_time: ["namespace", "cronjob"],
    kube_job_failed: ["namespace", "job_name", "condition"],
    kube_job_created: ["namespace", "job_name"],
  };
  for (const { alert, expr } of rules) {
    const selectors = [...expr.matchAll(/\b(kube_\w+)\{([^}]*)\}/g)];
    t.true(selectors.length > 0, alert);
    for (const [, metric, matchers] of selectors) {
      const used = (matchers as string).split(",").map((matcher) => matcher.trim().split(/[=!~]/)[0] as string);
      t.deepEqual(used, labels[metric as string] as string[], `${alert}: ${metric}`);
    }
  }
});
