import * as pulumi from "@pulumi/pulumi";
import type {
  CheckResult,
  ConstructResult,
  CreateResult,
  DiffResult,
  Provider,
  UpdateResult,
} from "@pulumi/pulumi/provider";
import { unknownInputs } from "./known";
import { createOperation, deleteOperation, operationDiffers, updateOperation } from "./operations";
import schema from "./schema.json";

/** A component as the provider makes it: its args are checked by `unknownInputs` and by the component itself. */
type Component = new (name: string, args: never, options: pulumi.ComponentResourceOptions) => pulumi.ComponentResource;

/** By their types. Loaded when the first is made: the schema alone must be there in a moment. */
function components(): Record<string, Component | undefined> {
  const { PauseSchedule, ScalarBackup, ScalarRestore }: typeof import("../components") = require("../components");
  return {
    "scalar-backup:index:PauseSchedule": PauseSchedule,
    "scalar-backup:index:ScalarBackup": ScalarBackup,
    "scalar-backup:index:ScalarRestore": ScalarRestore,
  };
}

const RESOURCES: Record<string, { properties: object } | undefined> = schema.resources;

/** The components for every Pulumi language, with the operations that they declare. */
export class ScalarBackupProvider implements Provider {
  readonly version = schema.version;

  async getSchema(): Promise<string> {
    return JSON.stringify(schema);
  }

  async construct(
    name: string,
    type: string,
    inputs: pulumi.Inputs,
    options: pulumi.ComponentResourceOptions,
  ): Promise<ConstructResult> {
    const known = components();
    const Component = known[type];
    if (!Component)
      throw new Error(`${type} is not a component of ${schema.name}; expected one of ${Object.keys(known).join(", ")}`);
    const errors = unknownInputs(type, inputs);
    if (errors.length > 0) throw new pulumi.InputPropertiesError({ message: `${type} ${name}`, errors });
    // Cast: a component checks its args itself, and `unknownInputs` has refused what it does not know.
    const component = made(() => new Component(name, inputs as never, options));
    const state = Object.keys(RESOURCES[type]?.properties ?? {}).map((key) => [key, Reflect.get(component, key)]);
    return { urn: component.urn, state: Object.fromEntries(state) };
  }

  async check(_urn: string, _olds: unknown, news: unknown): Promise<CheckResult> {
    return { inputs: news };
  }

  async diff(
    _id: string,
    _urn: string,
    olds: Record<string, unknown>,
    news: Record<string, unknown>,
  ): Promise<DiffResult> {
    return { changes: operationDiffers(olds, news) };
  }

  create(urn: string, inputs: Record<string, unknown>): Promise<CreateResult> {
    return createOperation(urn, inputs);
  }

  update(
    _id: string,
    urn: string,
    olds: Record<string, unknown>,
    news: Record<string, unknown>,
  ): Promise<UpdateResult> {
    return updateOperation(urn, olds, news);
  }

  delete(_id: string, urn: string, inputs: Record<string, unknown>): Promise<void> {
    return deleteOperation(urn, inputs);
  }
}

/** Makes a component. The engine lists the problems of an InputPropertiesError itself: its message need not repeat them. */
function made<Made>(make: () => Made): Made {
  try {
    return make();
  } catch (error) {
    if (!pulumi.InputPropertiesError.isInstance(error)) throw error;
    const [message = ""] = error.message.split("\n");
    throw new pulumi.InputPropertiesError({ message, errors: error.errors ?? [] });
  }
}
