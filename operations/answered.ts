/**
 * A member of an answer that its service always sends, though the types of the SDK say of each that it may be missing.
 * @throws {Error} when it is missing all the same.
 */
export function answered<Answer extends object, Key extends keyof Answer & string>(
  answer: Answer,
  key: Key,
): NonNullable<Answer[Key]> {
  const value = answer[key];
  if (value === undefined || value === null)
    throw new Error(
      `an answer of AWS has no ${key}, which the service's reference says that it has; it has ${Object.keys(answer).join(", ") || "no members"}. Run this again; if it stays so, report it with the version of this package`,
    );
  return value;
}
