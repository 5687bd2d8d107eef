/**
 * What must not outlive this process: child processes, and folders of theirs. One listener serves all; it runs at
 * `process.exit`, too, which is how a signal ends a rehearsal.
 */
const cleanUps = new Set<() => void>();

/** @returns what to call when there is nothing to clean up any more. */
export function onExit(cleanUp: () => void): () => void {
  if (cleanUps.size === 0) process.on("exit", runAll);
  cleanUps.add(cleanUp);
  return () => {
    cleanUps.delete(cleanUp);
    if (cleanUps.size === 0) process.off("exit", runAll);
  };
}

function runAll(): void {
  for (const cleanUp of cleanUps) {
    try {
      cleanUp();
    } catch {
      // The others still have to be cleaned up.
    }
  }
}
