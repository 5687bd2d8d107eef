/** One result of a check. */
export interface Finding {
  /** The check, such as `releases`. */
  check: string;
  state: State;
  /** What the check has found. */
  message: string;
  /** What to do about it: a command where there is one. */
  fix?: string;
}

/**
 * `problem`: the next window or a restore would fail. `warning`: it may. `unknown`: it could not be asked. `ok` otherwise.
 */
export type State = "ok" | "warning" | "problem" | "unknown";

/** Says what is being asked, for as long as it takes. */
export type Ask = <Result>(what: string, work: () => Promise<Result>) => Promise<Result>;

/** The findings of one check; what cannot be asked is one, too. */
export async function checked(
  check: string,
  ask: Ask,
  what: string,
  work: () => Promise<Omit<Finding, "check">[]>,
  fix?: string,
): Promise<Finding[]> {
  try {
    const findings = await ask(what, work);
    return findings.map((finding) => ({ check, ...finding }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return [
      { check, state: "unknown", message: `could not ask ${what}: ${message}`, ...(fix !== undefined && { fix }) },
    ];
  }
}

export const ok = (message: string): Omit<Finding, "check"> => ({ state: "ok", message });
export const warning = (message: string, fix?: string): Omit<Finding, "check"> => found("warning", message, fix);
export const problem = (message: string, fix?: string): Omit<Finding, "check"> => found("problem", message, fix);
export const unknown = (message: string, fix?: string): Omit<Finding, "check"> => found("unknown", message, fix);

/** A finding in one of the states. */
export function found(state: State, message: string, fix: string | undefined): Omit<Finding, "check"> {
  return { state, message, ...(fix !== undefined && { fix }) };
}

/** A message that ends in its fix, as components write them: "what is wrong; how to fix it". */
export function split(state: State, text: string): Omit<Finding, "check"> {
  const at = text.lastIndexOf("; ");
  if (at < 0) return { state, message: text };
  return { state, message: text.slice(0, at), fix: text.slice(at + 2) };
}
