/** A part of a restore that consists of many restores, such as those of a database's tables. */
export interface Restores {
  count: number;
  /** How many of them the cloud runs in parallel. */
  atOnce: number;
}

/** The warning when the engine runs too few operations in parallel; undefined when it runs enough. */
export function parallelProblem(parallel: number, restores: readonly Restores[]): string | undefined {
  const count = restores.reduce((sum, part) => sum + part.count, 0);
  const useful = restores.reduce((sum, part) => sum + Math.min(part.count, part.atOnce), 0);
  const rounds = Math.ceil(count / parallel);
  const possible = Math.max(0, ...restores.map((part) => Math.ceil(part.count / part.atOnce)));
  if (rounds <= possible) return undefined;
  const advised = advisedParallel(useful);
  return `"--parallel" is ${parallel}, so the ${count} restores run in ${rounds} consecutive rounds; the cloud can run them in ${possible}: use "pulumi up --parallel ${advised}", or set PULUMI_PARALLEL=${advised} in the environment`;
}

/** As many operations as are useful, plus some for other operations: rounded to tens, 60 for 50. */
function advisedParallel(useful: number): number {
  return Math.ceil((useful + 5) / 10) * 10;
}
