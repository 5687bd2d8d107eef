/** A number with its noun: `1 pod`, `2 pods`, `3 tries`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
