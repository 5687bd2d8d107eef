/**
 * Hosts a simulated provider for the real engine: Pulumi's provider protocol over gRPC on loopback, to be named in
 * PULUMI_DEBUG_PROVIDERS. Secrets never get here: the engine keeps them to itself for providers that don't ask for them.
 */
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PropertyDiffKind, PropertyMap, SimulatedProvider } from "../providers/provider";
import type { EngineLog } from "./engine-log";
import { answering, refusing, toStruct } from "./grpc-answers";
import { parsePath } from "./property-path";
import { typeOf } from "./urn";
import { plainMap } from "./values";

const { Kind } = messages.PropertyDiff;
const KINDS: Record<PropertyDiffKind, messages.PropertyDiff.Kind> = {
  add: Kind.ADD,
  "add-replace": Kind.ADD_REPLACE,
  delete: Kind.DELETE,
  "delete-replace": Kind.DELETE_REPLACE,
  update: Kind.UPDATE,
  "update-replace": Kind.UPDATE_REPLACE,
};

const refused = refusing("simulated providers don't do this");

/** Called with the time that an operation would have taken in the cloud. */
export type Duration = (urn: string, what: "create" | "update" | "delete", simulatedMillis: number) => void;

export class ProviderServer {
  readonly #server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });

  constructor(
    private readonly provider: SimulatedProvider,
    private readonly onDuration: Duration = () => {},
    log?: EngineLog,
  ) {
    this.#server.addService(ResourceProviderService, {
      handshake: answering(() => new messages.ProviderHandshakeResponse()),
      getPluginInfo: answering(() => new PluginInfo().setVersion(provider.version)),
      attach: answering((request: PluginAttach) => {
        log?.attach(request.getAddress());
        return new Empty();
      }),
      getSchema: answering(() =>
        new messages.GetSchemaResponse().setSchema(JSON.stringify({ name: provider.name, version: provider.version })),
      ),
      checkConfig: answering((request: messages.CheckRequest) =>
        new messages.CheckResponse().setInputs(request.getNews()),
      ),
      diffConfig: answering((request: messages.DiffRequest) => {
        const before = fromStruct(request.getOldInputs());
        const after = fromStruct(request.getNews());
        const changed = Object.keys({ ...before, ...after }).filter(
          (key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]),
        );
        return diffResponse(Object.fromEntries(changed.map((key) => [key, "update"])), false);
      }),
      configure: answering((request: messages.ConfigureRequest) => this.#configure(request)),
      check: answering((request: messages.CheckRequest) => this.#check(request)),
      diff: answering((request: messages.DiffRequest) => this.#diff(request)),
      create: answering((request: messages.CreateRequest) => this.#create(request)),
      read: answering((request: messages.ReadRequest) => this.#read(request)),
      update: answering((request: messages.UpdateRequest) => this.#update(request)),
      delete: answering((request: messages.DeleteRequest) => this.#delete(request)),
      invoke: answering((request: messages.InvokeRequest) => this.#invoke(request)),
      cancel: answering(async () => {
        await provider.cancel();
        return new Empty();
      }),
      parameterize: refused,
      call: refused,
      construct: refused,
      getMapping: refused,
      getMappings: refused,
      list: refused,
    });
  }

  /** @returns the port it listens on. */
  start(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  async #configure(request: messages.ConfigureRequest): Promise<messages.ConfigureResponse> {
    const { version, ...config } = fromStruct(request.getArgs());
    await this.provider.configure(config);
    return new messages.ConfigureResponse().setSupportspreview(true);
  }

  async #check(request: messages.CheckRequest): Promise<messages.CheckResponse> {
    const urn = request.getUrn();
    const { inputs, failures } = await this.provider.check({
      urn,
      type: typeOf(urn),
      oldInputs: knownStruct(request.getOlds()),
      newInputs: fromStruct(request.getNews()),
    });
    return new messages.CheckResponse()
      .setInputs(toStruct(inputs))
      .setFailuresList(
        failures.map(({ property, reason }) => new messages.CheckFailure().setProperty(property).setReason(reason)),
      );
  }

  async #diff(request: messages.DiffRequest): Promise<messages.DiffResponse> {
    const urn = request.getUrn();
    const { detailedDiff, deleteBeforeReplace } = await this.provider.diff({
      urn,
      type: typeOf(urn),
      id: request.getId(),
      oldInputs: fromStruct(request.getOldInputs()),
      oldOutputs: fromStruct(request.getOlds()),
      newInputs: fromStruct(request.getNews()),
      ignoreChanges: request.getIgnorechangesList(),
    });
    return diffResponse(detailedDiff, deleteBeforeReplace);
  }

  async #create(request: messages.CreateRequest): Promise<messages.CreateResponse> {
    const urn = request.getUrn();
    const preview = request.getPreview();
    const inputs = fromStruct(request.getProperties());
    const { id, outputs, simulatedMillis } = await this.provider.create({ urn, type: typeOf(urn), inputs, preview });
    if (!preview) this.onDuration(urn, "create", simulatedMillis);
    return new messages.CreateResponse().setId(id).setProperties(toStruct(outputs));
  }

  async #read(request: messages.ReadRequest): Promise<messages.ReadResponse> {
    const urn = request.getUrn();
    const found = await this.provider.read({
      urn,
      type: typeOf(urn),
      id: request.getId(),
      inputs: knownStruct(request.getInputs()),
      outputs: knownStruct(request.getProperties()),
    });
    if (!found) return new messages.ReadResponse();
    return new messages.ReadResponse()
      .setId(found.id)
      .setInputs(toStruct(found.inputs))
      .setProperties(toStruct(found.outputs));
  }

  async #update(request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
    const urn = request.getUrn();
    const preview = request.getPreview();
    const { outputs, simulatedMillis } = await this.provider.update({
      urn,
      type: typeOf(urn),
      id: request.getId(),
      oldInputs: fromStruct(request.getOldInputs()),
      oldOutputs: fromStruct(request.getOlds()),
      newInputs: fromStruct(request.getNews()),
      preview,
    });
    if (!preview) this.onDuration(urn, "update", simulatedMillis);
    return new messages.UpdateResponse().setProperties(toStruct(outputs));
  }

  async #delete(request: messages.DeleteRequest): Promise<Empty> {
    const urn = request.getUrn();
    const { simulatedMillis } = await this.provider.delete({
      urn,
      type: typeOf(urn),
      id: request.getId(),
      inputs: fromStruct(request.getOldInputs()),
      outputs: fromStruct(request.getProperties()),
    });
    this.onDuration(urn, "delete", simulatedMillis);
    return new Empty();
  }

  async #invoke(request: messages.InvokeRequest): Promise<messages.InvokeResponse> {
    const answer = await this.provider.invoke(request.getTok(), fromStruct(request.getArgs()));
    return new messages.InvokeResponse().setReturn(toStruct(answer));
  }
}

function diffResponse(detailedDiff: Record<string, PropertyDiffKind>, deleteBeforeReplace: boolean) {
  const paths = Object.keys(detailedDiff);
  const keys = (some: string[]) => [...new Set(some.map((path) => String(parsePath(path)[0])))];
  const response = new messages.DiffResponse()
    .setChanges(
      paths.length > 0 ? messages.DiffResponse.DiffChanges.DIFF_SOME : messages.DiffResponse.DiffChanges.DIFF_NONE,
    )
    .setDiffsList(keys(paths))
    .setReplacesList(keys(paths.filter((path) => detailedDiff[path]?.endsWith("-replace"))))
    .setDeletebeforereplace(deleteBeforeReplace)
    .setHasdetaileddiff(true);
  for (const [path, kind] of Object.entries(detailedDiff)) {
    response.getDetaileddiffMap().set(path, new messages.PropertyDiff().setKind(KINDS[kind]).setInputdiff(true));
  }
  return response;
}

function fromStruct(struct: Struct | undefined): PropertyMap {
  return plainMap((struct?.toJavaScript() ?? {}) as PropertyMap);
}

/** The properties, or undefined where the engine sends none. */
function knownStruct(struct: Struct | undefined): PropertyMap | undefined {
  return struct && fromStruct(struct);
}
