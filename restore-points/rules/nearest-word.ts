/** The word of the list that was probably meant, if one is similar enough. */
export function nearestWord(word: string, words: readonly string[]): string | undefined {
  const most = Math.max(2, Math.floor(word.length / 3));
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of words) {
    if (Math.abs(candidate.length - word.length) > most) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= most && distance < (best?.distance ?? Number.POSITIVE_INFINITY)) best = { candidate, distance };
  }
  return best?.candidate;
}

function editDistance(a: string, b: string): number {
  // The distances of what was read of `a` to each beginning of `b`; `distance` is the one to the beginning before the next.
  let row = Array.from(b, (_, index) => index + 1);
  for (let i = 1; i <= a.length; i++) {
    let distance = i;
    let shorter = i - 1;
    row = row.map((above, j) => {
      const replaced = shorter + (a[i - 1] === b[j] ? 0 : 1);
      distance = Math.min(replaced, above + 1, distance + 1);
      shorter = above;
      return distance;
    });
  }
  return row.at(-1) ?? a.length;
}
