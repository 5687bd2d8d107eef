import { readFileSync } from "node:fs";
import { styleText } from "node:util";
import { answer } from "./command";
import { messageOf } from "./error-message";
import { PLAIN } from "./paint";
import { askPulumi, readCoordinators } from "./processes";

const DEFAULT_COLUMNS = 80;
const MOST_COLUMNS = 120;

const { exitCode, stdout, stderr } = answer(process.argv.slice(2), {
  read: ({ outputs, stack }) => (outputs === undefined ? askPulumi(stack) : readOutputs(outputs)),
  quietGaps: readCoordinators,
  width: Math.min(process.stdout.columns ?? DEFAULT_COLUMNS, MOST_COLUMNS),
  paint: process.stdout.isTTY && !process.env.NO_COLOR ? styleText : PLAIN,
});
if (stdout !== undefined) console.log(stdout);
if (stderr !== undefined) console.error(stderr);
process.exitCode = exitCode;

function readOutputs(file: string): string {
  try {
    return readFileSync(file === "-" ? process.stdin.fd : file, "utf8");
  } catch (error) {
    throw new Error(`cannot read the outputs: ${messageOf(error)}`);
  }
}
