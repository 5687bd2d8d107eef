import { PROJECT, stackConfigSchema } from "../../config/schema";
import { nearestWord } from "../../restore-points/rules/nearest-word";

/** Providers' keys that stacks of this program have. */
const PROVIDERS = [
  "aws:region",
  "aws:profile",
  "azure-native:subscriptionId",
  "azure-native:location",
  "kubernetes:context",
  "kubernetes:kubeconfig",
];

/** Why a key is a mistake: keys of other projects are theirs, and Pulumi would ignore one that is almost right. */
export function foreignKeyProblem(key: string): string | undefined {
  const colon = key.indexOf(":");
  if (colon < 0) return `has no namespace; ${repair(key)}`;
  const namespace = key.slice(0, colon);
  if (namespace === PROJECT || nearestWord(namespace, [PROJECT]) === undefined) return undefined;
  return `is no key of this project; did you mean "${PROJECT}:${key.slice(colon + 1)}"?`;
}

/** Whether a key of the configuration exists in the file as a user of its short name wrote it: `databases`. */
export function existsWithoutNamespace(key: string, config: Record<string, unknown>): boolean {
  const short = key.startsWith(`${PROJECT}:`) ? key.slice(PROJECT.length + 1) : key.slice(key.indexOf(":") + 1);
  return config[key] === undefined && config[short] !== undefined && foreignKeyProblem(short) !== undefined;
}

function repair(key: string): string {
  const own = nearestWord(key, Object.keys(stackConfigSchema.shape));
  const providers = PROVIDERS.find((each) => each.endsWith(`:${key}`)) ?? nearestWord(key, PROVIDERS);
  return own === undefined && providers !== undefined
    ? `did you mean "${providers}"?`
    : `write "${PROJECT}:${own ?? key}"`;
}
