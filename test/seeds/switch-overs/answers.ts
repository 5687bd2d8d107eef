import type { Operator } from "./process";

/** Older than that, no answer is: inferred. */
const OLD_NEWS_MILLIS = 20_000;

/**
 * What was answered before, for those that hear old news: "DescribeTable uses an eventually consistent query" [Amazon DynamoDB API
 * Reference], and RDS documents nothing.
 */
export class Answers {
  private readonly last = new Map<string, { at: number; answer: () => unknown }>();

  constructor(private readonly now: () => number) {}

  to(operation: string, input: object, caller: Operator, run: () => unknown): unknown {
    if (!/^(Describe|List)/.test(operation)) return run();
    const question = `${operation} ${JSON.stringify(input)}`;
    const before = this.last.get(question);
    let answer: () => unknown;
    try {
      const answered = run();
      answer = () => answered;
    } catch (error) {
      answer = () => {
        throw error;
      };
    }
    if (caller.hearsOldNews) {
      caller.hearsOldNews = false;
      if (before !== undefined && this.now() - before.at <= OLD_NEWS_MILLIS) return before.answer();
    }
    this.last.set(question, { at: this.now(), answer });
    return answer();
  }
}
