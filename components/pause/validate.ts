import { ADMIN_PORT, BOUNDS, MIN_HOLD_SECONDS } from "../../pauser/settings";
import type { Fault } from "../faults";
import { longestIntervalMillis } from "../rules/schedule";
import type { PauseScheduleArgs } from "./pause-schedule";

/**
 * What is wrong with a schedule that can be said without a cluster; values that another resource gives are left out.
 * Used by the stack's configuration and by the component.
 */
export function pauseFaults(args: PauseScheduleArgs): Fault[] {
  const faults: Fault[] = [];
  const add = (path: string, message: string | undefined) => {
    if (message !== undefined) faults.push({ path, message });
  };
  add("schedule", scheduleFault(args.schedule));
  if (typeof args.timeZone === "string") add("timeZone", timeZoneFault(args.timeZone));
  if (args.namespace !== undefined) add("namespace", labelFault(args.namespace));
  if (args.releases.length === 0) add("releases", "is empty; name every release whose pods write to the databases");
  args.releases.forEach(({ namespace, name, adminPort, tls }, index) => {
    add(`releases[${index}].namespace`, labelFault(namespace));
    add(`releases[${index}].name`, releaseNameFault(name));
    const twin = args.releases.findIndex((other) => other.namespace === namespace && other.name === name);
    if (twin < index) add(`releases[${index}]`, `${namespace}/${name} is given twice, first as releases[${twin}]`);
    add(`releases[${index}].adminPort`, numberFault(adminPort, ADMIN_PORT.min, ADMIN_PORT.max));
    const ca = tls?.caCertificate;
    if (typeof ca === "string" && !ca.includes("-----BEGIN CERTIFICATE-----")) {
      add(`releases[${index}].tls.caCertificate`, "is no certificate; give the CA in PEM, -----BEGIN CERTIFICATE-----");
    }
  });
  // A shorter window would be no restore point, so the pauser would pause for nothing.
  add("holdSeconds", numberFault(args.holdSeconds, MIN_HOLD_SECONDS, BOUNDS.holdSeconds.max));
  for (const key of ["maxDrainSeconds", "retentionDays", "rendezvousSeconds"] as const) {
    add(key, numberFault(args[key], BOUNDS[key].min, BOUNDS[key].max));
  }
  // The CronJob controller looks every 10 seconds: with less it would miss runs.
  add("startingDeadlineSeconds", numberFault(args.startingDeadlineSeconds, 10, 86_400));
  for (const key of ["successfulJobsHistoryLimit", "failedJobsHistoryLimit"] as const) {
    add(key, numberFault(args[key], 0, 1000));
  }
  add("aws", awsFault(args.aws));
  if (args.windowBackups?.length) {
    add("windowBackups", args.aws ? undefined : "needs AWS credentials for the pauser: give aws");
    add(
      "windowBackups",
      args.rendezvousSeconds
        ? "holds pods for longer in some windows, and with rendezvousSeconds all clusters hold for the same time: remove one of them"
        : undefined,
    );
  }
  if (args.cluster === "") add("cluster", "is empty; leave it out, or give the cluster's name");
  return faults;
}

function awsFault(aws: PauseScheduleArgs["aws"]): string | undefined {
  if (aws === undefined) return undefined;
  const { eksCluster, roleArn, region } = aws;
  if ((eksCluster === undefined) === (roleArn === undefined))
    return "takes either eksCluster, the EKS cluster's name, or roleArn, a role of yours; give one of them";
  if (roleArn !== undefined && region !== undefined) return "takes region with eksCluster only; remove it";
  if (eksCluster !== undefined && !/^[0-9A-Za-z][\w-]{0,99}$/.test(eksCluster))
    return `eksCluster ${JSON.stringify(eksCluster)} is not a name that EKS allows: up to 100 letters, digits, dashes and underscores`;
  if (roleArn !== undefined && !/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(roleArn))
    return `roleArn ${JSON.stringify(roleArn)} is not a role's ARN, such as arn:aws:iam::123456789012:role/pauser`;
  return undefined;
}

/** The longest name of a CronJob: its controller adds a dash and ten digits, and 63 is the most for a Job. */
export const MAX_NAME = 52;

/** Why a component of this name cannot be made: it names Kubernetes objects too. */
export function scheduleNameFault(name: string): string | undefined {
  if (name.length > MAX_NAME) return `its name is ${name.length} characters long; a CronJob's may have ${MAX_NAME}`;
  return labelFault(name);
}

function scheduleFault(schedule: string): string | undefined {
  if (longestIntervalMillis(schedule) !== undefined) return undefined;
  return `${JSON.stringify(schedule)} is not a schedule that runs at least once a year; allowed is minute, hour, day of month, month and day of week, such as 0 3 * * *`;
}

/** Why this is no time zone; undefined when it is one. */
export function timeZoneFault(timeZone: string): string | undefined {
  try {
    // Kubernetes refuses "Local", and so does this; it takes names of the IANA database only, no offsets.
    new Intl.DateTimeFormat("en", { timeZone });
    if (!/^[+-]/.test(timeZone)) return undefined;
  } catch {
    // Told below.
  }
  return `${JSON.stringify(timeZone)} is not a time zone; allowed are names such as Etc/UTC and Asia/Tokyo`;
}

function labelFault(name: string): string | undefined {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return undefined;
  return `${JSON.stringify(name)} is not a name that Kubernetes allows: up to 63 lower-case letters, digits and dashes`;
}

/** Helm's rule; unlike Kubernetes' for namespaces, it allows dots. */
function releaseNameFault(name: string): string | undefined {
  return name.length <= 53 && name.split(".").every((part) => labelFault(part) === undefined)
    ? undefined
    : `${JSON.stringify(name)} is not a name that Helm allows: up to 53 lower-case letters, digits, dashes and dots`;
}

function numberFault(value: number | undefined, least: number, most: number): string | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return undefined;
  return `${JSON.stringify(value)} is not allowed; allowed is a whole number from ${least} to ${most}`;
}
