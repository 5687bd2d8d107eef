import type { PauseScheduleArgs } from "../../components/pause/args";
import { notPinned } from "../../components/pause/cluster";
import { declaresSecret } from "../../components/pause/notify";
import type { OtherWindows } from "../../components/pause/other-clusters";
import { releaseProblems, transactionDoubts } from "../../components/pause/release-problems";
import { pausedReleases } from "../../components/release-databases";
import { ClusterClient } from "../../operations/kubernetes/client";
import { type ApiConnection, connect } from "../../operations/kubernetes/connection";
import { selectCluster } from "../../operations/kubernetes/kubeconfig";
import { readData, readPauseRuns } from "../../operations/kubernetes/pause-runs";
import { ClusterReader } from "../../operations/kubernetes/reader";
import { lookUpReleases, missingNamespaces } from "../../operations/kubernetes/releases";
import { missingRights } from "../../operations/switch-over/rights";
import { KUBERNETES_USERS, kubernetesRights } from "../../permissions/kubernetes";
import { durationText } from "../../restore-points/duration";
import { formatInstant } from "../../restore-points/instant";
import { LAST_RUN_KEY, readLastRun } from "../../restore-points/last-run";
import { runProblems, suspendedByOthers } from "../../restore-points/pause-runs";
import { readWindowRecord } from "../../restore-points/record";
import { longestIntervalMillis, nextRun } from "../../restore-points/rules/schedule";
import { WINDOWS_KEY } from "../../restore-points/window";
import { commonWindows } from "../../restore-points/windows";
import { skewFinding } from "./clock";
import { type Ask, checked, type Finding, ok, problem, split, warning } from "./finding";
import { otherClusterFindings, readOtherClusters } from "./other-clusters";
import { recoveryRightFindings } from "./recovery-rights";
import { answering } from "./release-pods";
import { reportFindings } from "./reports";
import { RECORD_NAME, SCHEDULE_NAME, type Situation, scheduleNamespace } from "./situation";

const HOUR_MILLIS = 3_600_000;

/** Everything that a pause needs of the cluster. */
export async function clusterFindings(
  situation: Situation,
  now: () => number,
  env: NodeJS.ProcessEnv,
  ask: Ask,
): Promise<Finding[]> {
  const { pause, cluster } = situation;
  if (pause === undefined) return [{ check: "cluster", ...ok("no pods are paused: the set needs no pause windows") }];
  let connection: ApiConnection;
  let reader: ClusterReader;
  const head: Finding[] = [];
  let context: string | undefined;
  try {
    const endpoint = selectCluster(cluster, env);
    context = endpoint.context;
    const pinned = cluster.context !== undefined || cluster.kubeconfig !== undefined;
    connection = await ask(`the cluster of context ${endpoint.context ?? "of this pod"}`, () => connect(endpoint, env));
    reader = await ClusterReader.open(endpoint, env);
    const version = await reader.get("/version");
    head.push({
      check: "cluster",
      ...(pinned || endpoint.context === undefined
        ? ok(`pods are paused in the cluster of ${connection.name} (Kubernetes ${String(version?.gitVersion ?? "?")})`)
        : split("warning", notPinned(endpoint.context))),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [
      {
        check: "cluster",
        ...problem(
          `the cluster in which pods would be paused cannot be reached: ${message}`,
          'name its context: pulumi config set kubernetes:context <context>; "kubectl config get-contexts" lists them',
        ),
      },
    ];
  }
  const namespace = scheduleNamespace(pause);
  const releases = pause.releases.map(({ namespace, name, adminPort }) => ({ namespace, name, adminPort }));
  const client = new ClusterClient(async () => connection, 0);
  const records = readOtherClusters(pause);
  const own = await Promise.all([
    checked("releases", ask, "the releases", async () => {
      const wanted = [...new Set([...releases.map((release) => release.namespace), namespace])];
      const { missing } = await missingNamespaces(reader, wanted);
      if (missing.length > 0)
        return missing.map((name) =>
          problem(
            `namespace ${name} does not exist in the cluster of ${reader.name}`,
            `kubectl create namespace ${name}`,
          ),
        );
      const found = await lookUpReleases(reader, releases);
      const doubts = transactionDoubts(found, pause.releases).map((text) => split("warning", text));
      const problems = releaseProblems(found);
      if (problems.length > 0) return [...problems.map((text) => split("problem", text)), ...doubts];
      return [...(await answering(reader, releases)), ...doubts];
    }),
    checked("pause schedule", ask, "the pause schedule", () => scheduleFindings(reader, pause, namespace, now)),
    pause.notify === undefined
      ? []
      : checked("reports", ask, "what the pauser has reported", () => reportFindings(reader, pause, namespace)),
    checked("restore points", ask, "the recorded windows", () =>
      windowFindings(reader, pause, records, namespace, now),
    ),
    checked("Kubernetes rights", ask, "what this account may do in the cluster", async () => {
      const where = {
        schedule: namespace,
        releases: releases.map((release) => release.namespace),
        declaresSecret: declaresSecret(pause.notify),
      };
      const rights = KUBERNETES_USERS.flatMap((who) => kubernetesRights(who, where));
      const missing = await missingRights(client, rights);
      if (missing.length === 0) return [ok(`this account has the ${rights.length} rights that an up needs`)];
      return [
        problem(
          `this account may not ${missing.map(({ verb, resource, namespace }) => `${verb} ${resource} in ${namespace}`).join(", ")}`,
          "bind the Roles of docs/permissions.md to it",
        ),
      ];
    }),
    checked("clock", ask, "the API server's clock", async () => {
      await client.get("/version");
      return [skewFinding("the Kubernetes API server", client.serverNow() - now())];
    }),
  ]);
  const others = await Promise.all([
    otherClusterFindings(pause, records, ask),
    recoveryRightFindings(situation, env, ask),
  ]);
  return [...head, ...own.flat().map((finding) => inContext(finding, context)), ...others.flat()];
}

/** Commands that work in this cluster, whatever context is current. */
function inContext({ fix, ...finding }: Finding, context: string | undefined): Finding {
  if (fix === undefined) return finding;
  return {
    ...finding,
    fix: context === undefined ? fix : fix.replaceAll(/\bkubectl (?=-n |create )/g, `kubectl --context ${context} `),
  };
}

async function scheduleFindings(
  reader: ClusterReader,
  { schedule, timeZone = "Etc/UTC", suspend }: PauseScheduleArgs,
  namespace: string,
  now: () => number,
): Promise<Omit<Finding, "check">[]> {
  const [runs, record] = await Promise.all([
    readPauseRuns(reader, namespace, SCHEDULE_NAME),
    readData(reader, namespace, RECORD_NAME),
  ]);
  if (runs === undefined)
    return [
      problem(`there is no CronJob ${namespace}/${SCHEDULE_NAME}, so nothing is paused`, 'create it with "pulumi up"'),
    ];
  const findings: Omit<Finding, "check">[] = [];
  const others = suspend === true ? undefined : suspendedByOthers(runs, { namespace, name: SCHEDULE_NAME });
  if (others !== undefined) findings.push(split("problem", others));
  else if (runs.suspended)
    findings.push(
      problem(
        `the CronJob ${namespace}/${SCHEDULE_NAME} is suspended, so that no window is recorded`,
        `${suspend === true ? "remove pause.suspend from the configuration, and " : ""}run "pulumi up"`,
      ),
    );
  const longest = longestIntervalMillis(schedule);
  if (longest !== undefined)
    for (const text of runProblems(runs, readLastRun(record[LAST_RUN_KEY]), {
      now: now(),
      longestIntervalMillis: longest,
    }))
      findings.push(split("problem", text));
  // Cast: a stack's file has plain texts only.
  const next = nextRun(schedule, timeZone as string, now());
  const text = next === undefined ? "never" : `at ${formatInstant(next)} (in ${durationText(next - now())})`;
  const last =
    runs.lastSucceeded === undefined ? "no run has succeeded yet" : `the last success was at ${runs.lastSucceeded}`;
  findings.push(
    findings.length > 0
      ? warning(`the next window is due ${text}; ${last}`)
      : ok(`the next window is due ${text}; ${last}`),
  );
  return findings;
}

async function windowFindings(
  reader: ClusterReader,
  pause: PauseScheduleArgs,
  records: readonly Promise<OtherWindows>[],
  namespace: string,
  now: () => number,
): Promise<Omit<Finding, "check">[]> {
  const record = await readData(reader, namespace, RECORD_NAME);
  const { windows, malformed } = readWindowRecord(record[WINDOWS_KEY]);
  const others = (await Promise.all(records)).flatMap((other) => other.windows);
  const [newest] = commonWindows([...windows, ...others], pausedReleases(pause));
  const left = malformed.map((text) => warning(`an entry of the record cannot be used: ${text}`));
  const [own] = commonWindows(windows, pausedReleases({ ...pause, otherClusters: [] }));
  if (newest === undefined && own !== undefined)
    return [
      ...left,
      problem(
        `no window is common to all clusters, so there is no restore point; the newest of this cluster alone is ${formatInstant(own.instant)}`,
        "give the schedules of all clusters the same time, and pause.rendezvousSeconds; their records are under other clusters",
      ),
    ];
  if (newest === undefined)
    return [
      ...left,
      problem(
        `no window that is common to all releases is recorded in ${namespace}/${RECORD_NAME}`,
        pause.rendezvousSeconds
          ? `have one made now, in all clusters in the same minute, by Jobs whose names end with it: run job=${SCHEDULE_NAME}-$(( $(date +%s) / 60 + 1 )) once, and then, for the context of each cluster, kubectl --context <context> -n ${namespace} create job --from=cronjob/${SCHEDULE_NAME} $job`
          : `have one made now: kubectl -n ${namespace} create job --from=cronjob/${SCHEDULE_NAME} ${SCHEDULE_NAME}-now`,
      ),
    ];
  const age = now() - newest.instant;
  const longest = longestIntervalMillis(pause.schedule) ?? Number.POSITIVE_INFINITY;
  const text = `the newest restore point is ${formatInstant(newest.instant)}, ${durationText(age)} ago`;
  if (age <= longest + HOUR_MILLIS) return [...left, ok(text)];
  return [
    ...left,
    problem(
      `${text}: older than the schedule's longest interval of ${durationText(longest)}`,
      `find out why later runs have recorded none: kubectl -n ${namespace} get jobs, then kubectl -n ${namespace} logs job/<the newest ${SCHEDULE_NAME}-...>`,
    ),
  ];
}
