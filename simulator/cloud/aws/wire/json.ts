import { AwsError } from "../error";

/** One operation: the members of its request that are known, and what it does in a region. */
export interface Operation {
  members: readonly string[];
  // The members were checked; each operation gives them their SDK's type.
  // biome-ignore lint/suspicious/noExplicitAny: a request's type differs from operation to operation
  run(input: any, region: string): object;
}

export type Operations = Record<string, Operation>;

/** Finds the operation and checks its request; what comes back runs it in a region. */
export function readJson(operations: Operations, name: string, body: string): (region: string) => object {
  const operation = operations[name];
  if (!operation) throw new AwsError("UnknownOperationException", `The operation ${name} is not simulated`);
  let input: Record<string, unknown>;
  try {
    input = JSON.parse(body || "{}");
  } catch {
    throw new AwsError("SerializationException", "The request is not valid JSON");
  }
  const unknown = Object.keys(input).find((member) => !operation.members.includes(member));
  if (unknown)
    throw new AwsError("ValidationException", `The member ${unknown} of ${name} is unknown or not simulated`);
  return (region) => operation.run(input, region);
}

/** AWS's JSON writes a timestamp as seconds since the epoch, and leaves out what is undefined. */
export function jsonBody(output: object): string {
  return JSON.stringify(output, function replace(this: Record<string, unknown>, key, value) {
    const original = this[key];
    return original instanceof Date ? original.getTime() / 1000 : value;
  });
}

export function jsonError(error: AwsError, namespace: string): string {
  return JSON.stringify({ __type: `${namespace}${error.code}`, message: error.message });
}

/** A page of a list, and where the next one begins. */
export function page<Element>(
  elements: Element[],
  start: string | undefined,
  limit: number,
): { elements: Element[]; next: string | undefined } {
  const from = start === undefined ? 0 : Number(start);
  if (!Number.isInteger(from) || from < 0) throw new AwsError("InvalidNextTokenException", "The token is not valid");
  const end = from + limit;
  return { elements: elements.slice(from, end), next: end < elements.length ? String(end) : undefined };
}
