import { parseCron } from "../../restore-points/rules/cron";
import { namesWithin } from "../problem-messages/names-within";

/** What is wrong with single values of a pause, as whole messages. */

export function scheduleProblem(schedule: string): string | undefined {
  const cron = parseCron(schedule);
  return "problem" in cron ? `${JSON.stringify(schedule)} is not a valid cron schedule: ${cron.problem}` : undefined;
}

/** Why Kubernetes does not take a text as the name of a namespace or a CronJob. */
export function labelProblem(name: string): string | undefined {
  if (/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) return undefined;
  return `${JSON.stringify(name)} is not a name that Kubernetes allows: up to 63 lower-case letters, digits and dashes${nameHint(name)}`;
}

/** Why Kubernetes does not take a text as the name of an object such as a priority class, which may have dots. */
export function subdomainProblem(name: string): string | undefined {
  if (name.length <= 253 && name.split(".").every((part) => /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(part)))
    return undefined;
  return `${JSON.stringify(name)} is not a name that Kubernetes allows: up to 253 lower-case letters, digits, dashes and dots${nameHint(name)}`;
}

/** Helm's rule; unlike Kubernetes' for namespaces, it allows dots. */
export function releaseNameProblem(name: string): string | undefined {
  return name.length <= 53 && name.split(".").every((part) => labelProblem(part) === undefined)
    ? undefined
    : `${JSON.stringify(name)} is not a name that Helm allows: up to 53 lower-case letters, digits, dashes and dots${nameHint(name)}`;
}

/** The first version of Node.js that runs the pauser. */
const LEAST_NODE = 20;

/** Why the pauser cannot run on an image, as far as its name says so. */
export function imageProblem(image: string): string | undefined {
  const expected = `expected an image of Node.js ${LEAST_NODE} or later, such as docker.io/library/node:24-alpine`;
  if (!/^[a-z0-9][\w./:@-]*$/i.test(image)) return `${JSON.stringify(image)} is not the name of an image; ${expected}`;
  const version = /(?:^|\/)node:v?(\d+)(?![\w])/.exec(image)?.[1];
  if (version === undefined || Number(version) >= LEAST_NODE) return undefined;
  return `${JSON.stringify(image)} is Node.js ${version}, on which the pauser does not run; ${expected}`;
}

/** Why an access to AWS makes no sense. */
export function awsAccessProblem({
  eksCluster,
  roleArn,
  region,
}: {
  eksCluster?: string;
  roleArn?: string;
  region?: string;
}): string | undefined {
  if ((eksCluster === undefined) === (roleArn === undefined))
    return "takes either eksCluster, the EKS cluster's name, or roleArn, a role of yours; give one of them";
  if (roleArn !== undefined && region !== undefined) return "takes region with eksCluster only; remove it";
  if (eksCluster !== undefined && !/^[0-9A-Za-z][\w-]{0,99}$/.test(eksCluster))
    return `eksCluster ${JSON.stringify(eksCluster)} is not a name that EKS allows: up to 100 letters, digits, dashes and underscores${nameHint(eksCluster)}`;
  if (roleArn !== undefined && !/^arn:[\w-]+:iam::\d{12}:role\/.+$/.test(roleArn))
    return `roleArn ${JSON.stringify(roleArn)} is not a role's ARN, such as arn:aws:iam::123456789012:role/pauser`;
  return undefined;
}

/** Why a text is not a certificate. */
export function certificateProblem(ca: string): string | undefined {
  if (ca.includes("-----BEGIN CERTIFICATE-----")) return undefined;
  const shownCa = ca.length > 60 ? "its value" : JSON.stringify(ca);
  return `${shownCa} is not a certificate; expected the text of the CA's certificate in PEM, which begins with -----BEGIN CERTIFICATE-----`;
}

/** The name that an ARN, or a name with its namespace, holds. */
function nameHint(text: string): string {
  const name = namesWithin(text).find((each) => /^[a-z0-9][\w.-]{0,99}$/i.test(each) && each !== text);
  return name === undefined ? "" : `; write the name in it: ${name}`;
}
