/** Args whose name without `Args` is that of an output's type or of a component. */
const RENAMED: Record<string, string> = { PausedReleaseArgs: "ReleaseOfSet", PauseScheduleArgs: "Pause" };

/** A type's name in every language: without `Args`, which the SDKs append themselves; else by the place where it is used. */
export function typeName(declared: string | undefined, owner: string, property: string): string {
  if (declared !== undefined) return RENAMED[declared] ?? declared.replace(/Args$/, "");
  return `${owner}${property.replace(/^./, (first) => first.toUpperCase())}`;
}

/** A description as a sentence: most of the configuration's descriptions have no full stop. */
export function sentence(description: string): string {
  return description === "" || /[.:!?]$/.test(description) ? description : `${description}.`;
}
