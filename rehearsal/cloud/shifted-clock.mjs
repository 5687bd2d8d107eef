// Preloaded into the child processes of a rehearsal (`NODE_OPTIONS=--import=...`): shifts what the process takes for now
// by SIMULATED_CLOCK_OFFSET_MILLIS, so that program, operations and pauser live at the simulated cloud's time.
// Timers keep real durations: nobody waits for simulated time.
const offset = Number(process.env.SIMULATED_CLOCK_OFFSET_MILLIS ?? 0);
if (!Number.isFinite(offset)) {
  throw new Error(
    `SIMULATED_CLOCK_OFFSET_MILLIS must be a number of milliseconds, got ${process.env.SIMULATED_CLOCK_OFFSET_MILLIS}`,
  );
}

const RealDate = globalThis.Date;
const realNow = RealDate.now.bind(RealDate);
const now = () => realNow() + offset;

const ShiftedDate = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, property, receiver) => (property === "now" ? now : Reflect.get(target, property, receiver)),
});
RealDate.prototype.constructor = ShiftedDate;
globalThis.Date = ShiftedDate;
