import { arn } from "./account";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import { checkDocument, type Request, verdictOf } from "./policy-document";

export interface Key {
  id: string;
  arn: string;
  description: string;
  policy: string;
  rotation: boolean;
  enabled: boolean;
  /** Days until a deletion that was asked for; absent while none was. */
  deletedIn?: number;
  tags: Record<string, string>;
}

/** Customer managed keys of all regions. */
export class Kms {
  readonly #identifiers: Identifiers;
  readonly #keys = new Map<string, Key>();

  constructor(identifiers: Identifiers) {
    this.#identifiers = identifiers;
  }

  createKey(region: string, settings: Partial<Pick<Key, "description" | "policy" | "rotation" | "tags">>): Key {
    const id = this.#identifiers.uuid();
    const key: Key = {
      id,
      arn: arn("kms", region, `key/${id}`),
      description: settings.description ?? "",
      policy: checkDocument(settings.policy ?? defaultPolicy()),
      rotation: settings.rotation ?? false,
      enabled: true,
      tags: { ...settings.tags },
    };
    this.#keys.set(key.arn, key);
    return key;
  }

  find(idOrArn: string): Key | undefined {
    const key = this.#keys.get(idOrArn) ?? [...this.#keys.values()].find(({ id }) => id === idOrArn);
    return key?.deletedIn === undefined ? key : undefined;
  }

  /** A key is never gone at once. */
  scheduleKeyDeletion(idOrArn: string, days: number): void {
    const key = this.find(idOrArn);
    if (!key) throw new AwsError("NotFoundException", `Key '${idOrArn}' does not exist`);
    if (days < 7 || days > 30) throw new AwsError("ValidationException", "PendingWindowInDays must be 7 to 30");
    key.deletedIn = days;
  }

  /** Whether a key can be used for a request; AWS's own keys (`alias/aws/...`) serve their own services only. */
  allows(idOrArn: string, request: Request): boolean {
    const key = this.find(idOrArn);
    return key?.enabled === true && verdictOf(key.policy, request) === "allowed";
  }
}

/** What AWS gives a key without a policy: the account decides by IAM. */
function defaultPolicy(): string {
  const root = arn("iam", "", "root");
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: root }, Action: "kms:*", Resource: "*" }],
  });
}
