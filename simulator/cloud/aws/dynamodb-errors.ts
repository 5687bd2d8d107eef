import { AwsError } from "./error";

export function invalid(message: string): AwsError {
  return new AwsError("ValidationException", message);
}

/** The same for a setting of a table or a backup. */
export function invalidParameter(problem: string): AwsError {
  return new AwsError("ValidationException", `One or more parameter values were invalid: ${problem}`);
}
