/**
 * What a simulated provider offers to the host that runs it: the provider protocol's methods in plain values.
 * Two hosts call it: the embedded engine (in process) and the gRPC server that a real engine attaches to.
 */

/** A property as it travels: JSON, with `UNKNOWN` in place of a value that a preview cannot know yet. */
export type PropertyValue = null | boolean | number | string | PropertyValue[] | { [key: string]: PropertyValue };
export type PropertyMap = { [key: string]: PropertyValue };

/** Pulumi's own sentinel for a value that is not known during a preview. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export interface CheckRequest {
  urn: string;
  type: string;
  /** The inputs of the resource as last deployed; absent when it is new. */
  oldInputs?: PropertyMap;
  newInputs: PropertyMap;
}

export interface CheckResponse {
  /** The inputs with defaults (auto-names among them) filled in. */
  inputs: PropertyMap;
  failures: { property: string; reason: string }[];
}

export interface DiffRequest {
  urn: string;
  type: string;
  id: string;
  oldInputs: PropertyMap;
  oldOutputs: PropertyMap;
  /** Checked inputs, after the host has applied `ignoreChanges`. */
  newInputs: PropertyMap;
  ignoreChanges: string[];
}

export type PropertyDiffKind = "add" | "add-replace" | "delete" | "delete-replace" | "update" | "update-replace";

export interface DiffResponse {
  /** Every changed property path with what it asks for; empty means no change. */
  detailedDiff: Record<string, PropertyDiffKind>;
  deleteBeforeReplace: boolean;
}

export interface CreateRequest {
  urn: string;
  type: string;
  inputs: PropertyMap;
  preview: boolean;
  /**
   * When it begins, in simulated milliseconds from now, so that quotas of what goes on at once are counted in simulated time.
   * Absent where the host does not know it: the real engine does everything now.
   */
  startMillis?: number;
}

export interface CreateResponse {
  /** Empty in a preview where the real provider does not know it yet. The real engine hands over what the provider answers. */
  id: string;
  outputs: PropertyMap;
  /** How long the cloud takes for this, in milliseconds of simulated time. It passes on the simulated clock only. */
  simulatedMillis: number;
}

export interface ReadRequest {
  urn: string;
  type: string;
  id: string;
  /** The last known ones; absent for an import. */
  inputs?: PropertyMap;
  outputs?: PropertyMap;
}

export interface ReadResponse {
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

export interface UpdateRequest {
  urn: string;
  type: string;
  id: string;
  oldInputs: PropertyMap;
  oldOutputs: PropertyMap;
  newInputs: PropertyMap;
  preview: boolean;
}

export interface DeleteRequest {
  urn: string;
  type: string;
  id: string;
  inputs: PropertyMap;
  outputs: PropertyMap;
}

export interface ChangeResponse {
  outputs: PropertyMap;
  simulatedMillis: number;
}

export interface SimulatedProvider {
  /** The package that it simulates, such as `aws`. */
  readonly name: string;
  /** The version of the package that it simulates, such as `7.48.0`. */
  readonly version: string;

  /** Takes the provider's own configuration (`region` and so on). Called once for each provider resource. */
  configure(config: PropertyMap): Promise<void>;
  /** @throws when the type is not simulated: a simulation that accepts anything proves nothing. */
  check(request: CheckRequest): Promise<CheckResponse>;
  diff(request: DiffRequest): Promise<DiffResponse>;
  create(request: CreateRequest): Promise<CreateResponse>;
  /** The resource as it is now, or undefined when it does not exist. */
  read(request: ReadRequest): Promise<ReadResponse | undefined>;
  update(request: UpdateRequest): Promise<ChangeResponse>;
  delete(request: DeleteRequest): Promise<{ simulatedMillis: number }>;
  /** A function of the provider, such as `aws:index/getRegion:getRegion`. */
  invoke(token: string, args: PropertyMap): Promise<PropertyMap>;
  /** Ends what is under way; later calls fail, until it is configured again: an engine cancels a provider at the end of each run. */
  cancel(): Promise<void>;
}
