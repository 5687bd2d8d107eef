import type { PropertyMap, ReadRequest, ReadResponse, SimulatedProvider } from "../../simulator/providers/provider";

const TYPE = "pulumi:pulumi:StackReference";

/** The engine's own provider, as far as stack references go: they read the outputs of other stacks' last `up`. */
export class StackReferences implements SimulatedProvider {
  readonly name = "pulumi";
  readonly version = "";

  /** @param outputs Those of a stack by its name as a program gives it; undefined if there is no such stack. */
  constructor(private readonly outputs: (stack: string) => PropertyMap | undefined) {}

  async configure(): Promise<void> {}

  async read({ type, id }: ReadRequest): Promise<ReadResponse> {
    const outputs = this.outputs(id);
    if (type !== TYPE || outputs === undefined) throw new Error(`there is no ${type} ${id}`);
    return { id, inputs: { name: id }, outputs: { name: id, outputs, secretOutputNames: [] } };
  }

  check = unexpected;
  diff = unexpected;
  create = unexpected;
  update = unexpected;
  delete = unexpected;
  invoke = unexpected;

  async cancel(): Promise<void> {}
}

async function unexpected(): Promise<never> {
  throw new Error("stack references are only read");
}
