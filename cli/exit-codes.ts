/** The exit codes of every command. */
export const EXIT = {
  /** Done, and nothing found. */
  ok: 0,
  /** Done, and something found that needs a person. */
  findings: 1,
  /** Wrong options, arguments or files: calling it again the same way cannot help. */
  usage: 2,
  /** Not done, because a cloud, a cluster or another program failed: calling it again may help. */
  failed: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What the codes mean, in general. A command says what counts as a finding. */
export const EXIT_MEANINGS: readonly [ExitCode, string][] = [
  [EXIT.ok, "nothing was found that needs attention"],
  [EXIT.findings, "something was found; each command's help says what counts"],
  [EXIT.usage, "the options, arguments or files cannot be used"],
  [EXIT.failed, "a cloud, a cluster or another program failed, so the answer is not known"],
];

/** Ends a command with exit code 2. The message says what cannot be used, and what is expected in its place. */
export class UsageError extends Error {}

/** Ends a command with exit code 3. The message says what failed, and how to fix it. */
export class FailedError extends Error {}
