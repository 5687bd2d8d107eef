/** A part of a restore that is made of many restores, such as those of a database's tables. */
export interface Restores {
  count: number;
  /** How many of them the cloud runs at a time. */
  atOnce: number;
}

/** What a restore loses when the engine runs so few operations at a time; undefined when it loses nothing. */
export function parallelProblem(parallel: number, restores: readonly Restores[]): string | undefined {
  const count = restores.reduce((sum, part) => sum + part.count, 0);
  const useful = restores.reduce((sum, part) => sum + Math.min(part.count, part.atOnce), 0);
  const rounds = Math.ceil(count / parallel);
  const possible = Math.max(0, ...restores.map((part) => Math.ceil(part.count / part.atOnce)));
  if (rounds <= possible) return undefined;
  const advised = advisedParallel(useful);
  return `"--parallel" is ${parallel}, so the ${count} restores run in ${rounds} rounds, one after the other; the cloud can run them in ${possible}: use "pulumi up --parallel ${advised}", or set PULUMI_PARALLEL=${advised} in the environment`;
}

/** As many operations as are useful, and some for what is to be done beside them: in tens, 60 for 50. */
function advisedParallel(useful: number): number {
  return Math.ceil((useful + 5) / 10) * 10;
}
