import { AdaptiveRetryStrategy, isClockSkewError, isTransientError } from "@smithy/core/retry";

/** The SDK's own variable wins, which a value of ours would hide. */
const ATTEMPTS_VARIABLE = "AWS_MAX_ATTEMPTS";
/** DescribeContinuousBackups is limited to 10 calls a second: a set of many tables must wait its turn, not fail. */
const ATTEMPTS = 12;

type Refresh = AdaptiveRetryStrategy["refreshRetryTokenForRetry"];
type Token = Parameters<Refresh>[0];
type ErrorInfo = Parameters<Refresh>[1];

/** How often a call is tried, the first time included. */
export async function maxAttempts(): Promise<number> {
  const given = Number(process.env[ATTEMPTS_VARIABLE]);
  return Number.isInteger(given) && given > 0 ? given : ATTEMPTS;
}

/**
 * The SDK's adaptive retries, which also slow down where a service throttles. On a machine whose clock is 4 minutes or more off, the
 * SDK (@aws-sdk/core 3.981) measures the difference anew with each answer, and repeats every call that fails: a database that does not
 * exist would be asked for twelve times, in 10 to 45 s. Here, what may have been refused for the clock is repeated once.
 */
export class AwsRetries extends AdaptiveRetryStrategy {
  constructor() {
    super(maxAttempts);
  }

  override async refreshRetryTokenForRetry(token: Token, info: ErrorInfo): ReturnType<Refresh> {
    try {
      return await super.refreshRetryTokenForRetry(
        token,
        isForClockAlone(token, info) ? { ...info, errorType: "CLIENT_ERROR" } : info,
      );
    } catch (refused) {
      // The SDK throws this error, whatever is thrown here: a hint that is added to it reaches every caller.
      const { error } = info;
      if (error instanceof Error && /denied|authoriz/i.test(error.name))
        error.message += missingRight().awsHint(error.name, error.message);
      throw refused;
    }
  }
}

// Loaded with the first such error, because it reads all documents.
function missingRight(): typeof import("./missing-right") {
  return require("./missing-right");
}

/** Whether a call would be repeated for no other reason than the clock, though that cannot help. */
function isForClockAlone(token: Token, { error, errorType }: ErrorInfo): boolean {
  if (errorType !== "TRANSIENT" || !error?.$metadata?.clockSkewCorrected) return false;
  // The first answer has shown the service's time, by which the second call was signed.
  if (isClockSkewError(error) && token.getRetryCount() === 0) return false;
  const { clockSkewCorrected: _, ...$metadata } = error.$metadata;
  return !isTransientError(Object.create(error, { $metadata: { value: $metadata } }));
}
