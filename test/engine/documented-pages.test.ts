import test from "ava";
import { WINDOWS_KEY } from "../../restore-points/window";
import { kindOf } from "../../simulator/cloud/kubernetes/kinds";
import { findPulumi, HOW_TO_GET_PULUMI } from "../../simulator/engine/pulumi-cli";
import { REGION } from "../programs/rehearsed";
import { commandLines } from "../unit/docs/documented-commands";
import { DrillStacks } from "./drill-stacks";

/**
 * A reader's way through the pages, on the real CLI: a first backup, a drill by hand, an upgrade, the end. Every line is run as it is on
 * the page, but for what `PLAYED` plays.
 */
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CONFIG_MAPS = kindOf({ apiVersion: "v1", kind: "ConfigMap" });
const CRON_JOBS = kindOf({ apiVersion: "batch/v1", kind: "CronJob" });
/** The instant that pages show. */
const INSTANT = "2026-11-22T03:00:00Z";

const withPulumi = findPulumi() ? test.serial : test.serial.skip;
if (!findPulumi()) console.error(`skipped: these tests need a Pulumi CLI: ${HOW_TO_GET_PULUMI}`);

/** What the simulated cluster has no kubectl for, and what a test has no right to do; the others of the page are run. */
type Played = [line: RegExp, play: (stacks: DrillStacks) => Promise<void> | void];

withPulumi("the pages lead from a first backup through a drill to the end, and back", async (t) => {
  t.timeout(40 * MINUTE);
  const stacks = await DrillStacks.start(t, 48 * HOUR);
  const { cloud } = stacks;
  let at = INSTANT;
  const outputs: string[] = [];
  /** Runs the lines of a page from one that begins with `from` up to one that begins with `to`. */
  const follow = async (page: string, played: Played[], [from, to]: [string?, string?] = []) => {
    const all = commandLines(page);
    const begin = from === undefined ? 0 : all.findIndex((line) => line.startsWith(from));
    const end = to === undefined ? all.length : all.findIndex((line, index) => index >= begin && line.startsWith(to));
    t.true(begin >= 0 && end > begin, `${page} has lines from "${from}" to "${to}"`);
    for (const line of all.slice(begin, end)) {
      const play = played.find(([pattern]) => pattern.test(line))?.[1];
      if (play) await play(stacks);
      else {
        const { code, stdout, stderr } = await stacks.shell(line.replaceAll(INSTANT, at));
        t.is(code, 0, `${page}: ${line}\n${stdout}${stderr}`);
        outputs.push(stdout);
      }
    }
  };
  const nothing = () => {};
  const windows = () => {
    // Cast: the record's texts.
    const record = cloud.kubernetes.store.find(CONFIG_MAPS, "scalar", "scalar-pause-windows")?.data as
      | Record<string, string>
      | undefined;
    return record?.[WINDOWS_KEY];
  };

  cloud.clock.advance(10 * MINUTE);
  await follow("docs/first-backup.md", [
    [/^npm ci$/, nothing],
    // It finds what the page says that it finds before the first `up`: it exits with 1.
    [
      /^npx scalar-backup doctor/,
      async () => {
        const { code, stdout } = await stacks.shell("scalar-backup doctor Pulumi.prod.yaml");
        t.is(code, 1, stdout);
        t.regex(stdout, /pause schedule/);
      },
    ],
    [
      /^kubectl .* create job/,
      async () => {
        cloud.clock.advance(26 * HOUR);
        const { attempts } = await cloud.kubernetes.runCronJob("scalar", "scalar-pause");
        t.regex(attempts.map(({ stderr }) => stderr).join(""), /recorded: window/);
        cloud.clock.advance(20 * MINUTE);
      },
    ],
    [/^kubectl .* logs/, nothing],
  ]);
  t.true(
    outputs.some((output) => output.includes("point-in-time recovery is off")),
    "the preview says what it would fix",
  );
  const listed = await stacks.shell("scalar-backup points Pulumi.prod.yaml --latest");
  at = listed.stdout.trim();
  t.regex(at, /^\d{4}-.*Z$/, listed.stderr);

  const copies = () => cloud.aws.rds.region(REGION).clusters().length - 1;
  await follow("docs/drill.md", [], ["pulumi up", "pulumi config rm"]);
  t.is(copies(), 1);
  t.true(outputs.some((output) => output.includes("pause proven, records not scanned")));
  await follow("docs/drill.md", [[/^pulumi config set --path restore.windows/, nothing]], ["pulumi config rm"]);
  t.is(copies(), 0);
  t.is(outputs.filter((output) => output.includes(at)).length > 0, true);

  await follow("docs/upgrade.md", [[/^npm ci$/, nothing]]);

  const recorded = windows();
  const kubectl: Played = [/^kubectl/, nothing];
  await follow("docs/uninstall.md", [kubectl], [undefined, "kubectl --context scalar-prod apply"]);
  t.deepEqual(cloud.kubernetes.store.list(CRON_JOBS, "scalar"), []);
  t.is(windows(), recorded);
  const left = JSON.parse(await stacks.pulumi("stack", "export", "--stack", "prod")) as {
    deployment: { resources: { type: string; protect?: boolean }[] };
  };
  t.true(left.deployment.resources.some(({ type, protect }) => type === "aws:backup/vault:Vault" && protect === true));
  await follow("docs/uninstall.md", [kubectl], ["kubectl --context scalar-prod apply"]);
  t.is((await stacks.shell("scalar-backup points Pulumi.prod.yaml --latest")).stdout.trim(), at);
});
