/**
 * What ends a run of Pulumi in an orderly way when this process is asked to end: steps that run are ended, and the state is whole. A
 * terminal's Ctrl-C reaches Pulumi itself, too.
 */
export function stopper(say: (line: string) => void): { stop: AbortSignal; done(): void } {
  const controller = new AbortController();
  const interrupted = () => say("interrupted: Pulumi ends the steps that run; call the same command again to go on");
  const terminated = () => {
    interrupted();
    controller.abort();
  };
  process.on("SIGINT", interrupted);
  process.on("SIGTERM", terminated);
  return {
    stop: controller.signal,
    done() {
      process.off("SIGINT", interrupted);
      process.off("SIGTERM", terminated);
    },
  };
}
