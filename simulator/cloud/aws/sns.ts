import { ACCOUNT, arn } from "./account";
import { AwsError } from "./error";
import type { Identifiers } from "./identifiers";
import type { Kms } from "./kms";
import { checkDocument, verdictOf } from "./policy-document";

export interface Topic {
  name: string;
  arn: string;
  kmsKeyId: string | undefined;
  policy: string;
  tags: Record<string, string>;
}

export interface Message {
  subject: string;
  text: string;
  attributes: Record<string, string>;
}

export interface Subscription {
  arn: string;
  topicArn: string;
  protocol: string;
  endpoint: string;
  filterPolicy: string | undefined;
  /** The messages that passed the filter. */
  received: Message[];
}

/** SNS in all regions, as far as services of AWS publish to it. */
export class Sns {
  readonly #identifiers: Identifiers;
  readonly #kms: Kms;
  readonly #topics = new Map<string, Topic>();
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(identifiers: Identifiers, kms: Kms) {
    this.#identifiers = identifiers;
    this.#kms = kms;
  }

  /** "This action is idempotent". [botocore: sns/2010-03-31, CreateTopic, CreateTopicInput: Name; FIFO topics are not simulated] */
  createTopic(region: string, name: string, settings: { kmsKeyId?: string; tags?: Record<string, string> }): Topic {
    if (!/^[\w-]{1,256}$/.test(name)) throw new AwsError("InvalidParameter", `Invalid parameter: Topic Name ${name}`);
    const topicArn = arn("sns", region, name);
    const topic = this.#topics.get(topicArn) ?? {
      name,
      arn: topicArn,
      kmsKeyId: settings.kmsKeyId,
      policy: defaultPolicy(topicArn),
      tags: { ...settings.tags },
    };
    this.#topics.set(topicArn, topic);
    return topic;
  }

  findTopic(topicArn: string): Topic | undefined {
    return this.#topics.get(topicArn);
  }

  /** @throws NotFound [botocore: sns/2010-03-31, NotFoundException] */
  topic(topicArn: string): Topic {
    const topic = this.findTopic(topicArn);
    if (!topic) throw new AwsError("NotFound", "Topic does not exist", 404);
    return topic;
  }

  setTopicPolicy(topicArn: string, policy: string): void {
    this.topic(topicArn).policy = checkDocument(policy);
  }

  resetTopicPolicy(topicArn: string): void {
    this.topic(topicArn).policy = defaultPolicy(topicArn);
  }

  deleteTopic(topicArn: string): void {
    this.#topics.delete(topicArn);
    for (const { arn, topicArn: its } of this.#subscriptions.values())
      if (its === topicArn) this.#subscriptions.delete(arn);
  }

  subscribe(request: Pick<Subscription, "topicArn" | "protocol" | "endpoint" | "filterPolicy">): Subscription {
    const topic = this.topic(request.topicArn);
    const subscription = { ...request, arn: `${topic.arn}:${this.#identifiers.uuid()}`, received: [] };
    this.#subscriptions.set(subscription.arn, subscription);
    return subscription;
  }

  findSubscription(subscriptionArn: string): Subscription | undefined {
    return this.#subscriptions.get(subscriptionArn);
  }

  unsubscribe(subscriptionArn: string): void {
    this.#subscriptions.delete(subscriptionArn);
  }

  subscriptions(): Subscription[] {
    return [...this.#subscriptions.values()];
  }

  /** A service's message. It is lost, as at AWS, where the topic or its key lets the service do nothing. */
  publishFromService(service: string, topicArn: string, message: Message): void {
    const topic = this.findTopic(topicArn);
    const context = { "aws:SourceAccount": ACCOUNT };
    const asks = (action: string) => ({ action, principal: service, context });
    if (!topic || verdictOf(topic.policy, { ...asks("sns:Publish"), resource: topicArn }) !== "allowed") return;
    const key = topic.kmsKeyId;
    if (key !== undefined)
      for (const action of ["kms:GenerateDataKey", "kms:Decrypt"]) if (!this.#kms.allows(key, asks(action))) return;
    for (const subscription of this.#subscriptions.values())
      if (subscription.topicArn === topicArn && passes(subscription.filterPolicy, message))
        subscription.received.push(message);
  }
}

/** Attributes are matched by text, or by `{ "anything-but": text }`. */
function passes(filterPolicy: string | undefined, { attributes }: Message): boolean {
  if (filterPolicy === undefined) return true;
  const filter = JSON.parse(filterPolicy) as Record<string, (string | { "anything-but": string | string[] })[]>;
  return Object.entries(filter).every(([name, rules]) => {
    const value = attributes[name];
    if (value === undefined) return false;
    return rules.some((rule) =>
      typeof rule === "string" ? rule === value : ![rule["anything-but"]].flat().includes(value),
    );
  });
}

/** The account's own principals may do everything; services may not. */
function defaultPolicy(topicArn: string): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: arn("iam", "", "root") }, Action: "sns:*", Resource: topicArn }],
  });
}
