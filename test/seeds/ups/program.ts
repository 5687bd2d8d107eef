import { runOperation } from "../../../operations/operations";
import type { Written } from "../../../simulator/providers/command";

const OPERATION = /require\('scalar-backup\/operations'\)" (\S+)$/;

/** Runs a command that is one of our operations in this process; undefined for others. */
export function operationHere(command: string, stdin: string, environment: Record<string, string>) {
  const name = OPERATION.exec(command)?.[1];
  return name === undefined ? undefined : operation(name, stdin, environment);
}

async function operation(name: string, request: string, environment: Record<string, string>): Promise<Written> {
  const lines: string[] = [];
  try {
    await runOperation(name, request, { ...process.env, ...environment }, (line) => lines.push(line));
    return { stdout: lines.join("\n"), stderr: "" };
  } catch (error) {
    const { name: kind, message } = error as Error;
    // What a process would print of an error that no user should see.
    const shown = /^(Type|Reference|Range|Syntax)Error$/.test(kind)
      ? `${kind}: ${message}\n    at an operation`
      : message;
    throw new Error(`exit status 1: ${[...lines, shown].join("\n")}`);
  }
}
