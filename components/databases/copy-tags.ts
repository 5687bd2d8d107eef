import { SWITCH_OVER_TAGS } from "../../restore-points/rules/tag-keys";
import { copyMarks, type RestoreContext } from "./kind";

/**
 * Tag keys that a service sets itself and refuses in requests. AWS: API references of DynamoDB and RDS, `Tag`. Azure: REST
 * reference, Tags - Create Or Update: "prefixes which are reserved for Azure use". Other tags that Azure's portal sets, such
 * as `hidden-link:`, anybody can set.
 */
const RESERVED = { dynamodb: /^aws:/i, rds: /^(aws|rds):/i, azure: /^(azure|microsoft|windows)/i };

export type TaggingService = keyof typeof RESERVED;
export type CopyTagContext = Pick<RestoreContext, "tags" | "tagsNotCopied" | "mode" | "instant">;

/** A copy's tags: the source's and the set's, without keys that copies must not have, and those that mark it as a copy. */
export function copyTags(
  service: TaggingService,
  source: Record<string, string> | undefined,
  context: CopyTagContext,
): Record<string, string> {
  const copied = Object.entries({ ...source, ...context.tags }).filter(
    ([key]) => !RESERVED[service].test(key) && !isLeftOut(service, key, context),
  );
  return { ...Object.fromEntries(copied), ...copyMarks(context) };
}

/** The keys that `tagsNotCopied` keeps from a copy: one made before they were left out still has them. */
export function leftOutTags(
  service: TaggingService,
  source: Record<string, string> | undefined,
  context: CopyTagContext,
): string[] {
  return Object.keys({ ...source, ...context.tags }).filter(
    // A service refuses requests that remove a key of its own.
    (key) => !RESERVED[service].test(key) && isLeftOut(service, key, context),
  );
}

/** Azure does not distinguish upper and lower case in tag keys, AWS does. */
function isLeftOut(service: TaggingService, key: string, { tagsNotCopied }: CopyTagContext): boolean {
  // A database that was itself a copy once says what it replaced; its copies have replaced nothing yet.
  if (SWITCH_OVER_TAGS.includes(key)) return true;
  if (service !== "azure") return tagsNotCopied.includes(key);
  return tagsNotCopied.some((each) => each.toLowerCase() === key.toLowerCase());
}
