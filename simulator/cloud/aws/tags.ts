import { AwsError } from "./error";

interface Tag {
  Key?: string | undefined;
  Value?: string | undefined;
}

/**
 * A request's tags by their keys. Keys with the prefix `aws:` are AWS's own.
 * [DynamoDB API Reference, Tag: "the aws: prefix, which the user cannot assign"]
 */
export function dynamodbTags(tags: Tag[] | undefined): Record<string, string> {
  return tagMap(tags, ["aws:"], "ValidationException");
}

/** [RDS API Reference, Tag: a key "can't be prefixed with aws: or rds:"] */
export function rdsTags(tags: Tag[] | undefined): Record<string, string> {
  return tagMap(tags, ["aws:", "rds:"], "InvalidParameterValue");
}

/** [DynamoDB API Reference, Tag; RDS API Reference, Tag: the prefixes above are AWS's own] */
function tagMap(tags: Tag[] | undefined, reserved: string[], code: string): Record<string, string> {
  return Object.fromEntries(
    (tags ?? []).map(({ Key: key = "", Value: value = "" }) => {
      const prefix = reserved.find((each) => key.toLowerCase().startsWith(each));
      if (prefix !== undefined)
        throw new AwsError(code, `The tag key '${key}' is not valid: keys with the prefix ${prefix} are reserved`);
      return [key, value];
    }),
  );
}
