// Preloaded into the child processes of a rehearsal (`NODE_OPTIONS=--import=...`): shifts what the process takes for now
// by SIMULATED_CLOCK_OFFSET_MILLIS, so that program, operations and pauser live at the simulated cloud's time.
// Timers keep real durations. With SIMULATED_CLOCK_PACE, the process's time runs so many
// times as fast, monotonic clock and long timers too; short ones are how long others may take to answer, on a machine that is no
// faster than it was.
const offset = Number(process.env.SIMULATED_CLOCK_OFFSET_MILLIS ?? 0);
if (!Number.isFinite(offset)) {
  throw new Error(
    `SIMULATED_CLOCK_OFFSET_MILLIS must be a number of milliseconds, got ${process.env.SIMULATED_CLOCK_OFFSET_MILLIS}`,
  );
}

// Loaded once more where a thread goes on with another shift: from then on, without a moment at real time.
const REAL = Symbol.for("scalar-backup.real-time");
const { performance } = globalThis;
globalThis[REAL] ??= {
  Date: globalThis.Date,
  setTimeout: globalThis.setTimeout,
  monotonic: performance.now.bind(performance),
};
const { Date: RealDate, setTimeout: realSetTimeout, monotonic } = globalThis[REAL];
const realNow = RealDate.now.bind(RealDate);
const pace = Number(process.env.SIMULATED_CLOCK_PACE ?? 1);
const since = Number(process.env.SIMULATED_CLOCK_SINCE ?? 0);
const now = () => {
  const real = realNow();
  return real + offset + Math.round((real - since) * (pace - 1));
};

const ShiftedDate = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, property, receiver) => (property === "now" ? now : Reflect.get(target, property, receiver)),
});
RealDate.prototype.constructor = ShiftedDate;
globalThis.Date = ShiftedDate;

const LONG_TIMER_MILLIS = Number(process.env.SIMULATED_CLOCK_LONG_TIMER_MILLIS ?? 10_000);
// It goes on from where it is, and is never set back.
const [elapsed, loadedAt] = [performance.now(), monotonic()];
performance.now = () => elapsed + (monotonic() - loadedAt) * pace;
globalThis.setTimeout =
  pace === 1
    ? realSetTimeout
    : (work, millis, ...given) => realSetTimeout(work, millis >= LONG_TIMER_MILLIS ? millis / pace : millis, ...given);
