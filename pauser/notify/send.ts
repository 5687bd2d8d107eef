import { messageOf } from "../../restore-points/error-message";
import { MAX_PROBLEM_CHARACTERS } from "../../restore-points/notifications";
import type { Clock, WebAnswer, WebRequest, WebTransport } from "../ports";
import { Deadline } from "../time";
import { partialFailure } from "./otlp";
import type { Target } from "./targets";

/** How long a server may take for an answer. */
const ANSWER_MILLIS = 5000;
const ATTEMPTS = 3;
/** Before the second attempt; the third waits twice as long. */
const WAIT_MILLIS = 1000;

/** Statuses after which the same request may succeed a moment later. */
const isTransient = (status: number) => status === 408 || status === 429 || status >= 500;

/**
 * Sends a request, with a few attempts, within the time. Never throws, and never takes longer.
 * @returns why it was not accepted, without secrets; undefined if it was
 */
export async function send(
  target: Target,
  request: WebRequest,
  { clock, web, millis }: { clock: Clock; web: WebTransport; millis: number },
): Promise<string | undefined> {
  const deadline = new Deadline(clock, millis);
  let problem = "there was no time to send it";
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const wait = attempt === 0 ? 0 : WAIT_MILLIS * 2 ** (attempt - 1) * (0.5 + clock.random() / 2);
    // The time that is left has to be worth another attempt.
    if (attempt > 0 && deadline.remainingMillis < wait + WAIT_MILLIS) break;
    if (wait > 0) await clock.sleep(wait);
    const { failure, again } = await attemptOnce(target, request, {
      clock,
      web,
      millis: Math.min(ANSWER_MILLIS, deadline.remainingMillis),
    });
    if (failure === undefined) return undefined;
    problem = failure;
    if (!again) break;
  }
  return lineOf(target.redact(problem));
}

interface Attempt {
  failure?: string;
  again?: boolean;
}

async function attemptOnce(
  { channel, url }: Target,
  request: WebRequest,
  { clock, web, millis }: { clock: Clock; web: WebTransport; millis: number },
): Promise<Attempt> {
  const over = new AbortController();
  const late = clock.sleep(millis, over.signal).then(() => "late" as const);
  try {
    const answer = await Promise.race([web.send(request, over.signal), late]);
    if (answer === "late")
      return {
        failure: `${url.host} does not answer within ${Math.max(0.1, Math.round(millis / 100) / 10)} s`,
        again: true,
      };
    return judged(channel, url, answer);
  } catch (error) {
    return { failure: `${url.host} cannot be reached: ${messageOf(error)}`, again: true };
  } finally {
    over.abort();
  }
}

function judged(channel: Target["channel"], url: URL, { status, text, location }: WebAnswer): Attempt {
  if (status >= 200 && status < 300) {
    const partial = channel === "otlp" ? partialFailure(text) : undefined;
    return partial === undefined ? {} : { failure: `${url.host} did not accept everything: ${partial}` };
  }
  if (status >= 300 && status < 400) {
    const to =
      location !== undefined && URL.canParse(location, url.href) ? ` to ${new URL(location, url.href).host}` : "";
    return {
      failure: `${url.host} redirects${to} (HTTP ${status}), and redirects are not followed: set the final address`,
    };
  }
  const said = text.trim() === "" ? "" : `: ${text.trim()}`;
  return { failure: `${url.host} refuses it with HTTP ${status}${said}`, again: isTransient(status) };
}

/** One line, not too long: it goes into the log, the record and messages. */
function lineOf(text: string): string {
  const line = text.replace(/[\p{Cc}\s]+/gu, " ").trim();
  return line.length > MAX_PROBLEM_CHARACTERS ? `${line.slice(0, MAX_PROBLEM_CHARACTERS - 3)}...` : line;
}
