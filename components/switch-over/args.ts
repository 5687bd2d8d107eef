import { z } from "zod";
import type { Shape } from "../schema-tools";

/** How the copies of a recovery take the production names. */
export interface SwitchOverArgs {
  /**
   * Repeats the sentence that a preview prints, such as `replace ledger, customers as of 2026-11-22T03:00:00Z`: the next `up` then
   * stops the pods, and the copies replace the databases. Without it, nothing is changed.
   */
  confirm?: string;
  /**
   * True, in place of `confirm`: ends a switch-over that has taken no production name yet. The next `up` starts the pods again.
   */
  abort?: boolean;
  /** True: the readers of DynamoDB's streams have been stopped; a restored table's stream has another ARN. Defaults to false. */
  newStreams?: boolean;
  /** Says that Argo CD or Flux, which would start the pods again, has been suspended for the releases. */
  gitOps?: "suspended";
}

/** Describes `SwitchOverArgs`. */
export const switchOverSchema = z
  .strictObject({
    confirm: z
      .string()
      .optional()
      .meta({ examples: ["replace ledger, customers as of 2026-11-22T03:00:12Z"] })
      .describe(
        "The sentence that pulumi preview prints once the copies of a recovery are there: the next pulumi up then stops the pods, and the copies take the production names.",
      ),
    abort: z
      .boolean()
      .optional()
      .describe(
        "True, in place of confirm: ends a switch-over that has taken no production name yet; the next pulumi up starts the pods again.",
      ),
    newStreams: z
      .boolean()
      .optional()
      .describe(
        "True: the readers of DynamoDB's streams are stopped; a restored table's stream has another ARN. Defaults to false.",
      ),
    gitOps: z
      .literal("suspended", { error: '"suspended", once Argo CD or Flux no longer changes the releases' })
      .optional()
      .describe("Says that Argo CD or Flux is suspended for the releases, so that it starts no pods in the meantime"),
  } satisfies Shape<SwitchOverArgs>)
  .meta({ examples: [{ confirm: "replace ledger, customers as of 2026-11-22T03:00:12Z" }] })
  .describe("Gives the production names to the copies of a recovery");

/** The sentence that confirms a switch-over. */
export function confirmation(databases: readonly { name: string }[], instant: string): string {
  return `replace ${databases.map(({ name }) => name).join(", ")} as of ${instant}`;
}
