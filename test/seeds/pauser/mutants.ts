import type { Mutant } from "../mutant";

/** Each must be found by the schedules of the seeds (`pauser.test.ts`). */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "skips restarted pods",
    what: "takes a noted pod with another restart count for unpaused",
    file: "pauser/discover.ts",
    from: `if (now === undefined || (now.metadata.uid ?? "") !== pod.uid) return "gone";`,
    to: `if (now === undefined || (now.metadata.uid ?? "") !== pod.uid || restarts(now, pod.port) !== pod.restarts) return "gone";`,
    seed: 390,
  },
  {
    name: "checks only at the end",
    what: "asks pods only once, at the end of the hold",
    file: "pauser/watch.ts",
    from: `      if (failure === undefined) seen();
      await clock.sleep(`,
    to: `      if (failure === undefined) seen();
      if (failure === undefined) {
        this.confirmed.set(handle, Number.POSITIVE_INFINITY);
        return;
      }
      await clock.sleep(`,
    seed: 936,
  },
  {
    name: "reads windows before the note",
    what: "cannot clean up if the windows are damaged",
    file: "pauser/record.ts",
    from: "const text = noteOf(await this.kubernetes.get<ConfigMap>(this.path, deadline, stop));",
    to: `const configMap = await this.kubernetes.get<ConfigMap>(this.path, deadline, stop);
    windowsOf(configMap);
    const text = noteOf(configMap);`,
    seed: 131,
  },
  {
    name: "pauses after a killed try",
    what: "pauses again in the Job whose earlier try left pods paused",
    file: "pauser/run.ts",
    from: "if (recovered?.job === undefined || recovered.job !== jobName) return;",
    to: "if (recovered === undefined || recovered !== undefined) return;",
    seed: 46,
  },
  {
    name: "pauses with an old note",
    what: "pauses although it was suspended since it wrote the note",
    file: "pauser/run.ts",
    from: "if (passed <= allowed) return undefined;",
    to: "if (passed <= allowed || allowed > 0) return undefined;",
    seed: 2279,
  },
  {
    name: "takes the clocks' middle",
    what: "takes the middle of the clocks' possible differences for the greatest",
    file: "pauser/clock.ts",
    from: `    return Math.abs(lower - shift) > Math.abs(upper - shift) ? Math.floor(lower - shift) : Math.ceil(upper - shift);`,
    to: `    return Math.round((lower + upper) / 2 - shift);`,
    seed: 8,
  },
  {
    name: "forgets that clocks drift",
    what: "trusts an answer from before a long wait",
    file: "pauser/clock.ts",
    from: "const DRIFT = 500e-6;",
    to: "const DRIFT = 0;",
    seed: 1105,
  },
  {
    name: "measures on the wall clock",
    what: "compares the API server's clock with a clock that may be stepped",
    file: "pauser/kubernetes.ts",
    from: `      this.offset.observe(answer.date, sent, this.clock.monotonic());`,
    to: `      const shift = this.clock.now() - this.clock.monotonic();
      const moved = shift - (this.firstShift ??= shift);
      this.offset.observe(answer.date, sent + moved, this.clock.monotonic() + moved);`,
    seed: 1236,
  },
  {
    name: "believes old lists",
    what: "compares pods with lists that are older than what it has read",
    file: "pauser/list-versions.ts",
    from: "if (version < least)",
    to: "if (version < 0n * least)",
    seed: 120,
  },
  {
    name: "compares before the Leases",
    what: "reads the lists before it has written anything that they must contain",
    file: "pauser/verdict.ts",
    from: "const failure = await leases.release(context.apiDeadline());",
    to: "const failure = undefined as Error | undefined;\n  void leases;",
    seed: 120,
  },
  {
    name: "begins before all are seen",
    what: "begins the window before each pod has answered that it is paused",
    file: "pauser/hold.ts",
    from: "await watch.seen;",
    to: "void watch.seen;",
    seed: 2624,
  },
  {
    name: "has no last look",
    what: "does not ask pods at the end of the hold",
    file: "pauser/hold.ts",
    from: "const lastLook = held && ((handle: PodHandle) => watch?.lastLook(handle));",
    to: "const lastLook = held && ((_: PodHandle) => undefined);",
    seed: 393,
  },
  {
    name: "takes Pending for dead",
    what: "takes a run whose pod is not yet reported as running for dead",
    file: "pauser/recover.ts",
    from: `const runs = status?.phase === "Running" || status?.phase === "Pending";`,
    to: `const runs = status?.phase === "Running";`,
    seed: 1,
  },
  {
    name: "ignores active runs",
    what: "unpauses the pods of a run that is still active",
    file: "pauser/recover.ts",
    from: `if (atWork !== undefined) throw end("busy", \`\${who} is still running\${atWork}\`);`,
    to: `void atWork;`,
    seed: 1,
  },
  {
    name: "trusts a damaged note",
    what: "unpauses only the pods that it can read in a damaged note",
    file: "pauser/recover.ts",
    from: "const others = found.problems.length > 0 ? await otherPods(context, found.pods) : [];",
    to: "const others = found.problems.length > 1000 ? await otherPods(context, found.pods) : [];",
    seed: 50,
  },
  {
    name: "forgets silent pods",
    what: "takes pods that a damaged note may have named, and that do not answer, for unpaused",
    file: "pauser/recover.ts",
    from: "  return context.connect(others);",
    to: `  const answers = await Promise.all(
    context.connect(others).map(async (handle) => [handle, await handle.admin.isPaused(ANSWER_MILLIS).catch(() => false)] as const),
  );
  return answers.filter(([, paused]) => paused).map(([handle]) => handle);`,
    seed: 50,
  },
  {
    name: "asks damaged notes' pods once",
    what: "asks pods that a damaged note may have named only once",
    file: "pauser/recover.ts",
    from: "  return context.connect(others);",
    to: `  const answers = await Promise.all(
    context.connect(others).map(async (handle) => [handle, await handle.admin.isPaused(ANSWER_MILLIS).catch(() => true)] as const),
  );
  return answers.filter(([, paused]) => paused).map(([handle]) => handle);`,
    seed: 3088,
  },
  {
    name: "needs the record to unpause",
    what: "leaves a killed run's pods paused if the note cannot be taken over",
    file: "pauser/recover.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the source's text
    from: "    context.report.log(`the note cannot be taken over, its pods are unpaused all the same: ${error.message}`);\n    return error;",
    to: "    throw error;",
    seed: 1753,
  },
  {
    name: "forgets Pauses on their way",
    what: "does not ask a killed run's pods again, which a Pause of it may reach later",
    file: "pauser/recover.ts",
    from: "if (leftPaused.size === 0) leftPaused = await unpauseLate(context, handles, found, first.spared);",
    to: "leftPaused = leftPaused.size < 0 ? await unpauseLate(context, handles, found, []) : leftPaused;",
    seed: 1168,
  },
  {
    name: "does not take the note over",
    what: "unpauses another run's pods without taking its note",
    file: "pauser/recover.ts",
    from: "const notTaken = others instanceof RunEnded ? others : await takeOver(context, note, found);",
    to: "const notTaken = others instanceof RunEnded ? others : undefined;\n  void takeOver;",
    seed: 2,
  },
  {
    name: "holds by the wall clock",
    what: "holds pods for longer if its clock is set back",
    file: "pauser/hold.ts",
    from: "const left = until - this.clock.monotonic();",
    to: "const left = until - this.started.monotonic - (this.clock.now() - this.started.wall);",
    seed: 423,
  },
  {
    name: "pauses what is paused",
    what: "pauses pods that another caller has paused",
    file: "pauser/pods.ts",
    from: "if (await admin.isPaused(ANSWER_MILLIS)) complaints.set(podName(pod), pausedAlready(pod));",
    to: "await admin.isPaused(ANSWER_MILLIS);\n        void pausedAlready;",
    seed: 14,
  },
  {
    name: "unpauses once",
    what: "does not repeat an Unpause that has failed",
    file: "pauser/pods.ts",
    from: "      if (attempt > 1) await admin.unpause(ANSWER_MILLIS);",
    to: "      if (attempt > 1) return undefined;",
    seed: 4,
  },
  {
    name: "believes an Unpause",
    what: "does not ask whether a pod is unpaused",
    file: "pauser/pods.ts",
    from: "      if (!(await admin.isPaused(ANSWER_MILLIS))) return undefined;",
    to: "      await admin.isPaused(ANSWER_MILLIS);\n      return undefined;",
    seed: 4,
  },
  {
    name: "ignores conflicts",
    what: "writes without the version that it has read",
    file: "pauser/kubernetes.ts",
    from: `return this.requestObject<T>({ method: "PUT", path, body: JSON.stringify(body) });`,
    to: `return this.requestObject<T>({ method: "GET", path }).then((now) => this.requestObject<T>({ method: "PUT", path, body: JSON.stringify({ ...body, metadata: { ...body.metadata, resourceVersion: now.metadata?.resourceVersion } }) }));`,
    seed: 447,
  },
  {
    name: "knows no Leases",
    what: "pauses releases whose Lease another schedule holds",
    file: "pauser/leases.ts",
    from: "if (holds === undefined) return;",
    to: "if (holds !== null) return;",
    seed: 678,
  },
  {
    name: "ignores signals",
    what: "holds on after SIGTERM",
    file: "pauser/hold.ts",
    from: "const over = AbortSignal.any([stop, watch.lost, disowned.signal, ended.signal]);",
    to: "const over = AbortSignal.any([watch.lost, disowned.signal, ended.signal]);",
    seed: 839,
  },
  {
    name: "records late",
    what: "counts a window before its verdict: lists and clocks are not compared",
    file: "pauser/run.ts",
    from: "outcome.window = this.withoutUncertain(await judge(this.context, held, plan.workloads, plan.leases));",
    to: "outcome.window = held.window;\n        void judge;",
    seed: 0,
  },
  {
    name: "keeps its note",
    what: "leaves its note in the record after a void run",
    file: "pauser/record.ts",
    from: "unfinished: pods.length > 0 ? JSON.stringify({ ...note, pods }) : null,",
    to: "unfinished: pods.length > 0 || window === undefined ? JSON.stringify({ ...note, pods }) : null,",
    seed: 2,
  },
  {
    name: "drops a note with paused pods",
    what: "removes its note although pods may still be paused",
    file: "pauser/record.ts",
    from: "unfinished: pods.length > 0 ? JSON.stringify({ ...note, pods }) : null,",
    to: "unfinished: null,",
    seed: 62,
  },
  {
    name: "ignores restarts",
    what: "does not see that a pod has restarted between two looks",
    file: "pauser/discover.ts",
    from: "else if (restarts(is, was.port) !== was.restarts) {",
    to: "else if (was.restarts > 1e9) {",
    seed: 1577,
  },
  {
    name: "ignores new pods",
    what: "does not see a pod that has appeared",
    file: "pauser/discover.ts",
    from: ".filter((pod) => !before.pods.some((was) => was.name === pod.metadata.name))",
    to: ".filter((pod) => before.pods.length < 0 && pod.metadata.name === '')",
    seed: 73,
  },
  {
    name: "ignores Deployments",
    what: "does not see that pods were added and removed in between",
    file: "pauser/discover.ts",
    from: "if (deployments.join() !== before.deployments.join()) {",
    to: "if (deployments.length > 1000) {",
    seed: 555,
  },
  {
    name: "ends others' pauses",
    what: "unpauses pods whose Pause has answered that another caller has paused them",
    file: "pauser/pods.ts",
    from: "const isOurs = ({ pausedByOthers }: PodHandle) => !pausedByOthers;",
    to: "const isOurs = (_: PodHandle) => true;",
    seed: 290,
  },
  {
    name: "waits for the API server",
    what: "waits for the API server between two Unpauses of a pod",
    file: "pauser/pods.ts",
    from: "    if (deadline.passed) await asking;",
    to: "    await asking;",
    seed: 4562,
  },
  {
    name: "does not know its own note",
    what: "takes its own note for another run's, if the answer to its write is lost",
    file: "pauser/record.ts",
    from: "if (found === text) return undefined;",
    to: "if (found === text.concat('!')) return undefined;",
    seed: 7618,
  },
  {
    name: "keeps a killed run's Leases",
    what: "does not release the Leases of a killed run",
    file: "pauser/recover.ts",
    from: "await leases.releaseOfKilledRun(context.apiDeadline());",
    to: "void leases;",
    seed: 5764,
  },
];

/*
 * Two safeguards have no mutant, because no world can show that one is missing: another safeguard sees whatever it sees.
 * - The step of the wall clock during a hold (`hold.ts`, MAX_CLOCK_STEP_MILLIS): the clocks' difference is measured by the monotonic
 *   clock and taken at either end of the window, with the step in it, and the window is narrowed by the greater one (`verdict.ts`). A
 *   window that is left is true; one that is not long enough is void for its length. The check only says why.
 * - The note of another run during a hold (`hold.ts`, lostOwnership): the other run unpauses the pods, which the watch sees within a poll,
 *   and at the end the write of the window finds the other note (`record.ts`, NotOwnerError). The check only ends the hold earlier.
 */
