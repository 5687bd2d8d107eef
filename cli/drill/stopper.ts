/**
 * What ends a run of Pulumi in an orderly way when this process is asked to end: steps that run are ended, and the state is whole. A
 * terminal's Ctrl-C reaches Pulumi itself, too: a second one would end it at once.
 */
export function stopper(say: (line: string) => void): { stop: AbortSignal; interrupted: AbortSignal; done(): void } {
  const [stop, interrupted] = [new AbortController(), new AbortController()];
  const interrupt = () => {
    if (!interrupted.signal.aborted) say("interrupted: call the same command again to go on");
    interrupted.abort();
  };
  const terminate = () => {
    interrupt();
    stop.abort();
  };
  process.on("SIGINT", interrupt);
  process.on("SIGTERM", terminate);
  return {
    stop: stop.signal,
    interrupted: interrupted.signal,
    done() {
      process.off("SIGINT", interrupt);
      process.off("SIGTERM", terminate);
    },
  };
}
