import type { EventEmitter } from "node:events";
import { NightOfAddresses } from "./night-of-addresses";
import { NightOfNames } from "./night-of-names";
import type { Production } from "./production";
import { type RehearsalReport, summarize } from "./report";
import type { RehearsalSet } from "./sets/set";
import type { Terminal } from "./terminal";

/**
 * Prints the lines of a switch-over, as it writes them. A wait says every minute how it goes on, of which many pass here: only what
 * is new is printed. The line in JSON is for the program.
 * @param said Emits each line, for what is done when it is read.
 */
export function switchOverLog(terminal: Terminal, said: EventEmitter): (line: string, urn: string) => void {
  const printed = new Set<string>();
  return (line, urn) => {
    if (!urn.includes("-switch-over-") || line.startsWith("{")) return;
    said.emit("line", line);
    if (/^step 1\b/.test(line)) printed.clear();
    const text = line.replace(/[ ,(]*\d+ (min|s)\b.*$/, "");
    if (!printed.has(text)) terminal.note(`| ${line}`);
    printed.add(text);
  };
}

/**
 * Plays the night of a disaster: protect, pause, disaster, copies, and a switch-over that is killed in the middle and goes on, until
 * the pods serve on the restored databases. The cloud is simulated; the program is not.
 */
export async function recover(
  production: Production,
  { set, seed, said }: { set: RehearsalSet; seed: number; said: EventEmitter },
): Promise<RehearsalReport> {
  const began = Date.now();
  production.introduce("A recovery on simulated clouds");
  await production.open();
  const properties = production.set.properties();
  if (properties !== undefined) production.config["scalar-backup:properties"] = properties;
  const window = await production.transfer(await production.protect());
  const transfers = production.pauses.transferred.done;
  production.disaster();
  const at = await production.latestByCommand(await production.restorePoints());
  const night =
    properties === undefined ? new NightOfNames(production, at) : new NightOfAddresses(production, at, said);
  const restore = await night.restore();
  await night.perform(restore);
  return summarize(production, { set, seed, at, restore, window, began, transfers });
}
