/** A stretch of time, in milliseconds since the epoch. It is not empty: `start` is before `end`. */
export interface Interval {
  start: number;
  end: number;
}

/** The intersection of two intervals; undefined when it is empty or only one instant. */
export function intersection(a: Interval, b: Interval): Interval | undefined {
  const start = Math.max(a.start, b.start);
  const end = Math.min(a.end, b.end);
  return start < end ? { start, end } : undefined;
}

/** The intersection of two lists of intervals. Each list, and the result, is in order and without overlaps. */
export function intersections(a: readonly Interval[], b: readonly Interval[]): Interval[] {
  const shared: Interval[] = [];
  let i = 0;
  let j = 0;
  for (let [x, y] = [a[i], b[j]]; x !== undefined && y !== undefined; [x, y] = [a[i], b[j]]) {
    const both = intersection(x, y);
    if (both) shared.push(both);
    if (x.end < y.end) i++;
    else j++;
  }
  return shared;
}

/** The union in order and without overlaps. Intervals that only touch stay separate: a pause ended there. */
export function union(intervals: readonly Interval[]): Interval[] {
  const joined: Interval[] = [];
  for (const next of [...intervals].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last && next.start < last.end) last.end = Math.max(last.end, next.end);
    else joined.push({ ...next });
  }
  return joined;
}
