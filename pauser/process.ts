import { realPorts } from "./adapters";
import { type Ended, endOfRun, endOfUnpauser, notify } from "./notify/notifier";
import { EXIT_CODES, type Outcome } from "./outcome";
import { consoleReport, resultLines } from "./report";
import { run } from "./run";
import { type Environment, readEnvironment, SettingsError } from "./settings";
import { TASK_VARIABLE, UNPAUSE_TASK } from "./task";
import { unpauser } from "./unpauser";
import type { BackupMaker } from "./window-backups/maker";

/** How the process ends. */
interface Ending {
  exitCode: number;
  /** Lines for programs. */
  results: string[];
  /** Lines for people. */
  said: string[];
  /** What is left to do once all of that is printed. */
  report?: () => Promise<void>;
}

async function main(backups: BackupMaker | undefined): Promise<Ending> {
  const task = process.env[TASK_VARIABLE];
  if (task !== undefined && task !== UNPAUSE_TASK)
    return endingOf({ end: "badSettings", reasons: [`${TASK_VARIABLE}: ${UNPAUSE_TASK} is expected, or nothing`] });
  let environment: Environment;
  try {
    environment = readEnvironment(process.env);
  } catch (error) {
    if (error instanceof SettingsError) return endingOf({ end: "badSettings", reasons: error.problems });
    throw error;
  }
  if (task === UNPAUSE_TASK) {
    const outcome = await unpauser(environment, stopSignal(), consoleReport);
    const { end, reasons } = outcome;
    return {
      exitCode: end === "nothingToUnpause" || end === "unpaused" ? 0 : EXIT_CODES[end],
      results: [],
      said: [...reasons, end],
      report: reporting(environment, endOfUnpauser(outcome)),
    };
  }
  if (environment.settings.windowBackups && backups === undefined) {
    return endingOf({
      end: "badSettings",
      reasons: ["windowBackups: this program makes no backups; `pulumi up` mounts the program that does"],
    });
  }
  const outcome = await run(environment, stopSignal(), consoleReport, backups);
  return { ...endingOf(outcome), report: reporting(environment, endOfRun(outcome)) };
}

const reporting = (environment: Environment, ended: Ended | undefined) => () =>
  notify(environment, ended, { ports: realPorts(environment), report: consoleReport, env: process.env });

function endingOf({ end, reasons, window }: Outcome): Ending {
  const ending = window ? `window ${window.pauseCompleted} to ${window.unpauseStarted}` : "no window";
  const unrecorded = window && end === "notRecorded" ? " is true but was not recorded" : "";
  return {
    exitCode: EXIT_CODES[end],
    results: window ? resultLines(window) : [],
    said: [...reasons, `${end}: ${ending}${unrecorded}`],
  };
}

/** Aborted by the signals that end a process, and by an uncaught error: the run then unpauses the pods and ends. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: string | Error) => {
    const what = typeof reason === "string" ? reason : `an error (${reason.message})`;
    if (!controller.signal.aborted) consoleReport.log(`${what}: unpausing`);
    controller.abort(reason);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  process.on("uncaughtException", stop);
  // The reader of our output may be gone; pods must be unpaused all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  return controller.signal;
}

/** Runs the pauser or the unpauser in this process, and exits with the code of its outcome. */
export function pauserProcess(backups?: BackupMaker): Promise<void> {
  return main(backups).then(
    async ({ exitCode, results, said, report }) => {
      for (const line of results) consoleReport.result(line);
      for (const line of said) consoleReport.log(line);
      try {
        await report?.();
      } catch (error) {
        // Uncaught, it would let the process end with 0: the Job would pass for one that has recorded a window.
        consoleReport.log(`reports could not be sent: ${error instanceof Error ? error.stack : error}`);
      }
      process.exit(exitCode);
    },
    (error) => {
      consoleReport.log(`internal error: ${error instanceof Error ? error.stack : error}`);
      process.exit(EXIT_CODES.broken);
    },
  );
}
