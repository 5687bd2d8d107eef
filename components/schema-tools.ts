import { z } from "zod";

/**
 * A schema for each key of an args interface. `{ ... } satisfies Shape<Args>` does not compile where a key is missing or
 * unknown, or where its schema accepts what the interface does not.
 */
export type Shape<Args> = { [Key in keyof Args]-?: z.ZodType<Args[Key]> };

/** A whole number between two bounds, which are part of the JSON Schema as well. `why` says where they come from. */
export function wholeNumber({ min, max, why }: { min: number; max: number; why?: string }, what = "a whole number") {
  const error = `${what} from ${min} to ${max}${why === undefined ? "" : ` (${why})`}`;
  return z
    .number({ error })
    .refine((value) => Number.isInteger(value) && value >= min && value <= max, { error })
    .meta({ type: "integer", minimum: min, maximum: max });
}

/** A whole number without an upper bound. `what` says what is expected, with the bound. */
export function wholeNumberFrom(min: number, what: string) {
  return z
    .number({ error: what })
    .refine((value) => Number.isInteger(value) && value >= min, { error: what })
    .meta({ type: "integer", minimum: min });
}

/** Marks a value of a JSON Schema as one that is not to be shown: messages leave it out, and editors accept it encrypted. */
export const SECRET = { writeOnly: true };

/** Marks an issue whose message is a whole sentence; of other issues, messages say only what is expected. */
const WHOLE_MESSAGE = { wholeMessage: true };

/** A check for `superRefine` by a function that returns what is wrong with the value, as a whole message. */
export function refusedBy<Value>(problemWith: (value: Value) => string | undefined) {
  return (value: Value, context: z.RefinementCtx): void => {
    const message = problemWith(value);
    if (message !== undefined) context.addIssue({ code: "custom", message, params: WHOLE_MESSAGE });
  };
}

/** Whether a value is of the schema's type; it is left as it is, with its keys in their order. */
export function matches<Schema extends z.ZodType>(schema: Schema, value: unknown): value is z.output<Schema> {
  return schema.safeParse(value).success;
}
