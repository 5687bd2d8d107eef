import { arn } from "./account";
import { AwsError } from "./error";
import type { Sns } from "./sns";

export interface EventRule {
  name: string;
  region: string;
  arn: string;
  description: string;
  /** JSON text. */
  pattern: string;
  tags: Record<string, string>;
  targets: Map<string, { id: string; arn: string }>;
}

/** An event of a service, such as `{ source: "aws.backup", "detail-type": ..., detail: {...} }`. */
export interface Event {
  source: string;
  "detail-type": string;
  detail: Record<string, string>;
}

/** EventBridge's default bus in all regions, with topics as targets. */
export class Events {
  readonly #sns: Sns;
  readonly #rules = new Map<string, EventRule>();

  constructor(sns: Sns) {
    this.#sns = sns;
  }

  putRule(
    region: string,
    name: string,
    settings: { pattern: string; description?: string; tags?: Record<string, string> },
  ): EventRule {
    checkPattern(settings.pattern);
    const key = `${region}/${name}`;
    const rule: EventRule = {
      name,
      region,
      arn: arn("events", region, `rule/${name}`),
      targets: this.#rules.get(key)?.targets ?? new Map(),
      tags: { ...settings.tags },
      description: settings.description ?? "",
      pattern: settings.pattern,
    };
    this.#rules.set(key, rule);
    return rule;
  }

  findRule(region: string, name: string): EventRule | undefined {
    return this.#rules.get(`${region}/${name}`);
  }

  deleteRule(region: string, name: string): void {
    if (this.findRule(region, name)?.targets.size)
      throw new AwsError("ValidationException", "Rule can't be deleted since it has targets.");
    this.#rules.delete(`${region}/${name}`);
  }

  putTarget(region: string, name: string, target: { id: string; arn: string }): void {
    const rule = this.findRule(region, name);
    if (!rule) throw new AwsError("ResourceNotFoundException", `Rule ${name} does not exist on EventBus default.`);
    rule.targets.set(target.id, target);
  }

  removeTarget(region: string, name: string, id: string): void {
    this.findRule(region, name)?.targets.delete(id);
  }

  put(region: string, event: Event): void {
    for (const rule of this.#rules.values()) {
      if (rule.region !== region || !matches(JSON.parse(rule.pattern), event)) continue;
      for (const target of rule.targets.values())
        this.#sns.publishFromService("events.amazonaws.com", target.arn, {
          subject: event["detail-type"],
          text: JSON.stringify(event),
          attributes: {},
        });
    }
  }
}

type Pattern = { [key: string]: Pattern | (string | { exists: boolean })[] };

/** Every key of a pattern has to fit; of the alternatives under `$or`, one. */
function matches(pattern: Pattern, value: unknown): boolean {
  return Object.entries(pattern).every(([key, wanted]) => {
    if (key === "$or") return (wanted as unknown as Pattern[]).some((each) => matches(each, value));
    const found = (value as Record<string, unknown> | undefined)?.[key];
    if (!Array.isArray(wanted)) return matches(wanted, found);
    return wanted.some((one) => (typeof one === "object" ? one.exists === (found !== undefined) : one === found));
  });
}

/** "The event pattern is not valid." [botocore: events/2015-10-07, InvalidEventPatternException; moto: events/exceptions.py] */
function checkPattern(text: string): void {
  try {
    if (Object.keys(JSON.parse(text)).length > 0) return;
  } catch {
    // The same answer.
  }
  throw new AwsError("InvalidEventPatternException", "Event pattern is not valid.");
}
