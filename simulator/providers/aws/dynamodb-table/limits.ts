import { AwsError } from "../../../cloud/aws/error";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** [seen with the real provider 5.100.0] How long it was watched: it was still trying. */
const WATCHED = 80 * MINUTE;

/**
 * How the provider handles every LimitExceededException. The SDK below asks again after 2, 4, 8, ... s, at most
 * 300 s; each delay is random up to that, and half of it here. After 30 minutes the provider begins anew. Seen with the real
 * provider (5.100.0) on an endpoint that refused every restore for 80 minutes; here it gives up then. See also
 * [terraform-provider-aws: internal/service/dynamodb/table.go, createTableTimeout, and tfresource.RetryWhen].
 * @returns how long it has waited, in milliseconds.
 */
export function retriedWhileLimited(act: (waited: number) => void): number {
  const series = (began: number, until: number): number => {
    let waited = began;
    for (let attempt = 0; ; attempt++) {
      try {
        act(waited);
        return waited;
      } catch (error) {
        const delay = Math.min(2 ** attempt, 150) * SECOND;
        if (!isLimit(error) || waited + delay > until) throw error;
        waited += delay;
      }
    }
  };
  try {
    return series(0, 30 * MINUTE);
  } catch (error) {
    if (!isLimit(error)) throw error;
    return series(30 * MINUTE, WATCHED);
  }
}

function isLimit(error: unknown): boolean {
  return error instanceof AwsError && error.code === "LimitExceededException";
}
