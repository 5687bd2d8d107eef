/**
 * The calls of a process at which a test kills it, one process for each: every `step`-th. `KILLS=all` kills at each, and `KILLS=2/4` at
 * the second and every fourth after it, so that several processes can share the work.
 */
export function killedCalls(calls: number, step: number): number[] {
  const given = /^(\d+)\/(\d+)$/.exec(process.env.KILLS ?? "");
  const first = Number(given?.[1] ?? 1);
  const every = Number(given?.[2] ?? (process.env.KILLS === "all" ? 1 : step));
  if (!(first >= 1 && every >= 1))
    throw new RangeError(`KILLS: expected "all" or two numbers such as 2/4, got ${process.env.KILLS}`);
  return Array.from(
    { length: Math.max(0, Math.ceil((calls - first + 1) / every)) },
    (_, index) => first + index * every,
  );
}
