import type { SimulatedProvider } from "../../simulator/providers/provider";

/**
 * Lets creations of some types end as a killed engine leaves them: the cloud has what was asked for, and the state does not.
 * All of them are killed together, once there are as many as `count`. Answers how to let the next ones end well again.
 */
export function interruptCreations(
  providers: readonly SimulatedProvider[],
  types: readonly string[],
  count: number,
): () => void {
  let left = count;
  let kill: () => void = () => {};
  const killed = new Promise<void>((resolve) => {
    kill = resolve;
  });
  const undo = providers.map((provider) => {
    const create = provider.create.bind(provider);
    provider.create = async (request) => {
      const created = await create(request);
      if (request.preview || !types.includes(request.type)) return created;
      left -= 1;
      if (left === 0) kill();
      await killed;
      throw new Error("signal: killed");
    };
    return () => {
      provider.create = create;
    };
  });
  return () => {
    for (const each of undo) each();
  };
}

/** Lets updates of some types end as a killed engine leaves them: the cloud has changed, and the state has not. Answers how to end it. */
export function interruptUpdates(providers: readonly SimulatedProvider[], types: readonly string[]): () => void {
  const undo = providers.map((provider) => {
    const { update } = provider;
    provider.update = async (request) => {
      const updated = await update.call(provider, request);
      if (request.preview || !types.includes(request.type)) return updated;
      throw new Error("signal: killed");
    };
    return () => {
      provider.update = update;
    };
  });
  return () => {
    for (const each of undo) each();
  };
}
