/** The tags that identify a copy. */
export interface ClusterMarks {
  /** Only this copy of this stack has them. */
  marks: Record<string, string>;
  /** Earlier versions of this program gave it only these. Absent if such a copy is not taken over. */
  earlierMarks?: Record<string, string>;
}

/** Why a cluster with these tags is not the copy with these marks, as the end of a sentence; undefined when it is. */
export function foreignBecause(
  tags: Record<string, string>,
  { marks, earlierMarks }: ClusterMarks,
): string | undefined {
  const differing = Object.entries(marks).filter(([key, value]) => tags[key] !== value);
  if (differing.length === 0) return undefined;
  const isEarlier =
    earlierMarks !== undefined &&
    Object.entries(earlierMarks).every(([key, value]) => tags[key] === value) &&
    differing.every(([key]) => tags[key] === undefined);
  if (isEarlier) return undefined;
  const what = differing.map(([key, value]) => `its tag ${key} is ${tags[key] ?? "missing"}, not ${value}`).join("; ");
  return `exists already, is not this copy, and is not changed (${what}): delete it if it is not needed, or restore to another instant`;
}
