import { z } from "zod";
import { COPY_TAG, INSTANT_TAG, STACK_TAG } from "../restore-points/rules/tag-keys";
import { type DatabaseArgs, kindOf } from "./databases";
import type { Problem } from "./problem";
import { pathText } from "./problem-messages/value";

/** Describes the tags that every resource of a set gets. */
export const tagsSchema = z
  .record(z.string(), z.string())
  .meta({ examples: [{ service: "payments" }] })
  .describe("Tags for every resource that takes them");

/** Describes the keys of tags that copies do not get. */
export const tagsNotCopiedSchema = z
  .array(z.string())
  .meta({ examples: [["backup-plan"]] })
  .describe(
    "Keys of tags that copies do not get from their sources or from `tags`, such as those by which your organisation's backup plans select databases. The key of vault.aws.selectByTag is always one of them",
  );

/** The longest that AWS takes; Azure takes longer keys and as long values. */
const LONGEST = { key: 128, value: 256 };
/** What Azure does not take in the key of a tag. */
const NOT_ON_AZURE = /[<>%&\\?/]/;

/** What is wrong with tags that every resource of the set is given. */
export function tagProblems(tags: Record<string, string> | undefined, databases: readonly DatabaseArgs[]): Problem[] {
  const kinds = databases.map((database) => kindOf(database).kind);
  const services = {
    azure: kinds.some(({ azureBackup }) => azureBackup !== undefined),
    rds: kinds.some(isRds),
  };
  return Object.entries(tags ?? {}).flatMap(([key, value]) => {
    const message = tagProblem(key, value, services);
    return message === undefined ? [] : [{ path: pathText(["tags", key]), message }];
  });
}

/** What is wrong with the keys that copies are not to have. */
export function tagsNotCopiedProblems(
  keys: readonly string[] | undefined,
  databases: readonly DatabaseArgs[],
): Problem[] {
  const onlyRds = databases.length > 0 && databases.every((database) => isRds(kindOf(database).kind));
  return (keys ?? []).flatMap((key, index) => {
    const path = `tagsNotCopied[${index}]`;
    const service = /^aws:/i.test(key) ? "AWS" : onlyRds && /^rds:/i.test(key) ? "RDS" : undefined;
    if (service !== undefined)
      return [
        {
          path,
          message: `"${key}" has no effect: ${service} reserves keys that begin with "${service.toLowerCase()}:", and no copy gets them from its source; remove it from the list`,
        },
      ];
    if (key.trim() === "") return [{ path, message: "the key of a tag is empty; expected a key, such as backup-plan" }];
    if (key === COPY_TAG || key === INSTANT_TAG || key === STACK_TAG)
      return [
        { path, message: `"${key}" marks copies as what they are, so every copy has it; remove it from the list` },
      ];
    return [];
  });
}

/** Whether RDS manages it, Aurora included. */
function isRds({ key }: { key: string }): boolean {
  return /^(rds|aurora)/.test(key);
}

function tagProblem(key: string, value: string, services: { azure: boolean; rds: boolean }): string | undefined {
  if (key.trim() === "")
    return `the key of a tag is empty; expected 1 to ${LONGEST.key} characters: give it a name, or remove it`;
  if (/^aws:/i.test(key))
    return `AWS reserves keys that begin with "aws:"; give it another name, such as ${JSON.stringify(key.replace(/^aws:/i, "") || "owner")}`;
  if (services.rds && /^rds:/i.test(key))
    return `RDS reserves keys that begin with "rds:"; give it another name, such as ${JSON.stringify(key.replace(/^rds:/i, "") || "owner")}`;
  if (key.length > LONGEST.key)
    return `the key has ${key.length} characters; expected ${LONGEST.key} at most: shorten it`;
  if (typeof value === "string" && value.length > LONGEST.value)
    return `its value has ${value.length} characters; expected ${LONGEST.value} at most: shorten it`;
  if (services.azure && NOT_ON_AZURE.test(key))
    return "Azure does not accept <, >, %, &, \\, ? and / in the key of a tag; remove them";
  return undefined;
}
