import { EXIT_CODES, type Outcome } from "./outcome";
import { consoleReport, resultLines } from "./report";
import { run } from "./run";
import { type Environment, readEnvironment, SettingsError } from "./settings";
import type { BackupMaker } from "./window-backups/maker";

async function main(backups: BackupMaker | undefined): Promise<Outcome> {
  let environment: Environment;
  try {
    environment = readEnvironment(process.env);
  } catch (error) {
    if (error instanceof SettingsError) return { end: "badSettings", reasons: error.faults };
    throw error;
  }
  if (environment.settings.windowBackups && backups === undefined) {
    return {
      end: "badSettings",
      reasons: ["windowBackups: this program makes none; `pulumi up` mounts the one that does"],
    };
  }
  return run(environment, stopSignal(), consoleReport, backups);
}

/** Aborted by the signals that end a process, and by a fault nobody caught: the run then unpauses and ends by itself. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (reason: string | Error) => {
    const what = typeof reason === "string" ? reason : `a fault (${reason.message})`;
    if (!controller.signal.aborted) consoleReport.log(`${what}: unpausing`);
    controller.abort(reason);
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) process.on(signal, () => stop(signal));
  process.on("uncaughtException", stop);
  // Nobody may read our lines any more; pods must be unpaused all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  return controller.signal;
}

/** Runs the pauser in this process, and ends it with the exit code of what came of it. */
export function pauserProcess(backups?: BackupMaker): Promise<void> {
  return main(backups).then(
    ({ end, reasons, window }) => {
      if (window) for (const line of resultLines(window)) consoleReport.result(line);
      for (const reason of reasons) consoleReport.log(reason);
      const ending = window ? `window ${window.pauseCompleted} to ${window.unpauseStarted}` : "no window";
      consoleReport.log(`${end}: ${ending}${window && end === "notRecorded" ? " is true but was not recorded" : ""}`);
      process.exit(EXIT_CODES[end]);
    },
    (error) => {
      consoleReport.log(`broken: ${error instanceof Error ? error.stack : error}`);
      process.exit(EXIT_CODES.broken);
    },
  );
}
