import { awsPartition } from "../../restore-points/rules/aws-partition";
import { type Finding, ok, unknown, warning } from "./finding";

/** A restore is to the second, and a pause run's own limit for its clock is of this order. */
const MOST_MILLIS = 5_000;
const LIMIT_MILLIS = 10_000;

/** A server's clock against this machine's. @param millis How far the server's clock is ahead. */
export function skewFinding(server: string, millis: number): Omit<Finding, "check"> {
  const seconds = Math.round(Math.abs(millis) / 1000);
  if (Math.abs(millis) <= MOST_MILLIS) return ok(`this machine's clock agrees with that of ${server}`);
  return warning(
    `this machine's clock is ${seconds} s ${millis > 0 ? "behind" : "ahead of"} that of ${server}; instants that are checked here are wrong by as much`,
    "synchronise it (NTP): timedatectl set-ntp true",
  );
}

/** A server of AWS in a region, which says what time it is. */
export function awsClockUrl(region: string, env: NodeJS.ProcessEnv): string {
  return env.AWS_ENDPOINT_URL ?? `https://sts.${region}.${awsPartition(region).dnsSuffix}`;
}

/** The clock of a web server, by the Date header of any answer. */
export async function webClock(url: string, name: string, now: () => number): Promise<Omit<Finding, "check">> {
  const answer = await fetch(url, { method: "GET", redirect: "manual", signal: AbortSignal.timeout(LIMIT_MILLIS) });
  const date = Date.parse(answer.headers.get("date") ?? "");
  // Whole seconds, cut off.
  return Number.isNaN(date) ? unknown(`${name} does not say what time it is`) : skewFinding(name, date + 500 - now());
}
