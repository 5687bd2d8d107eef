/** The message of what was thrown: JavaScript lets a library throw anything. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
