import { UsageError } from "../exit-codes";
import type { StackValues } from "../pulumi/stack";
import type { EventLog } from "./events";
import { RESTORE_KEY } from "./phase";
import { DATABASES_KEY } from "./renewals";

const HOW = `A program of your own restores by a ScalarRestore, and this command cannot drive it: docs/library.md, "A drill in a stack of its own"`;

/** @throws {UsageError} for a stack whose set is not in its configuration: its program is a user's own, and reads no key that a drill writes */
export function checkHasSet(name: string, values: StackValues): void {
  if (values[DATABASES_KEY] !== undefined) return;
  throw new UsageError(
    `${DATABASES_KEY}: is missing in the configuration of the stack ${name}, so its program is not that of scalar-backup. ${HOW}`,
  );
}

/** @throws {UsageError} for a preview of a restore in which the program declares none */
export function checkRestores(name: string, { resources, runs }: EventLog): void {
  const declared = [...resources.values()].some(
    ({ type, urn }) =>
      type === "scalar-backup:index:ScalarRestore" && runs.get(urn)?.some(({ op }) => !op.startsWith("delete")),
  );
  if (declared) return;
  throw new UsageError(
    `the program of the stack ${name} does not read ${RESTORE_KEY}: nothing would be restored. ${HOW}`,
  );
}
