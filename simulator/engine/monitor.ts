/**
 * The two services that a Pulumi program talks to, `ResourceMonitor` and `Engine`, on loopback. What the embedded
 * engine doesn't support is refused with an error, never ignored.
 */
import { Server, ServerCredentials, type UntypedServiceImplementation } from "@grpc/grpc-js";
import type { Alias as AliasMessage } from "@pulumi/pulumi/proto/alias_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engine from "@pulumi/pulumi/proto/engine_pb";
import { InvokeResponse } from "@pulumi/pulumi/proto/provider_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PropertyMap, PropertyValue } from "../providers/provider";
import type { Deployment } from "./deployment";
import type { Alias, Goal } from "./goal";
import { answering, refusing, toStruct } from "./grpc-answers";
import type { Diagnostic } from "./stack";
import { received } from "./values";

const { ResourceMonitorFeature, Result } = messages;
/** Newer releases of the SDK have a message of another name for the answer, with the same fields. */
const { invoke } = ResourceMonitorService;

/** What this engine can do, by the names of the older probing call and of the newer one. */
const FEATURES: Record<string, messages.ResourceMonitorFeature> = {
  secrets: ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_SECRETS,
  resourceReferences: ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES,
  outputValues: ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES,
  aliasSpecs: ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_ALIAS_SPECS,
  deletedWith: ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_DELETED_WITH,
  replaceWith: ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_REPLACE_WITH,
  replacementTrigger: ResourceMonitorFeature.RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER,
};

export interface MonitorOptions {
  deployment: Deployment;
  report(diagnostic: Diagnostic): void;
  /** Called once, when the program has said all it has to say. The program ends after the answer. */
  programEnded(): Promise<void>;
}

export class Monitor {
  readonly #server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  /** What the two services do with each call. */
  readonly services: { monitor: UntypedServiceImplementation; engine: UntypedServiceImplementation };
  #rootUrn = "";

  constructor(private readonly options: MonitorOptions) {
    const monitor: UntypedServiceImplementation = {
      getDeploymentInfo: answering(() => this.#deploymentInfo()),
      supportsFeature: answering((request: messages.SupportsFeatureRequest) =>
        new messages.SupportsFeatureResponse().setHassupport(request.getId() in FEATURES),
      ),
      registerResource: answering((request: messages.RegisterResourceRequest) => this.#registerResource(request)),
      readResource: answering((request: messages.ReadResourceRequest) => this.#readResource(request)),
      registerResourceOutputs: answering((request: messages.RegisterResourceOutputsRequest) => {
        options.deployment.registerOutputs(request.getUrn(), fromStruct(request.getOutputs()));
        return new Empty();
      }),
      invoke: answering((request: messages.ResourceInvokeRequest) => this.#invoke(request)),
      signalAndWaitForShutdown: answering(async () => {
        await options.programEnded();
        return new Empty();
      }),
      call: refusing(notSupported("methods of remote components")),
      existsResource: refusing(notSupported("existence checks")),
      registerStackTransform: refusing(notSupported("transforms")),
      registerStackInvokeTransform: refusing(notSupported("invoke transforms")),
      registerResourceHook: refusing(notSupported("resource hooks")),
      registerErrorHook: refusing(notSupported("error hooks")),
      registerPackage: refusing(notSupported("parameterized packages")),
    };
    const ofEngine: UntypedServiceImplementation = {
      log: answering((request: engine.LogRequest) => {
        this.#log(request);
        return new Empty();
      }),
      getRootResource: answering(() => new engine.GetRootResourceResponse().setUrn(this.#rootUrn)),
      setRootResource: answering((request: engine.SetRootResourceRequest) => {
        this.#rootUrn = request.getUrn();
        return new engine.SetRootResourceResponse();
      }),
      startDebugging: refusing(notSupported("debugging")),
      requirePulumiVersion: refusing(notSupported("requirements for the version of the Pulumi CLI")),
    };
    this.services = { monitor, engine: ofEngine };
  }

  /** @returns the address of both services. */
  async start(): Promise<string> {
    this.#server.addService(ResourceMonitorService, this.services.monitor);
    this.#server.addService(EngineService, this.services.engine);
    const port = await new Promise<number>((resolve, reject) => {
      this.#server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    return `127.0.0.1:${port}`;
  }

  stop(): void {
    this.#server.forceShutdown();
  }

  #deploymentInfo(): messages.DeploymentInfo {
    return new messages.DeploymentInfo().setSupportedfeaturesList(Object.values(FEATURES));
  }

  async #registerResource(request: messages.RegisterResourceRequest): Promise<messages.RegisterResourceResponse> {
    refuseUnsupported(request);
    const resource = await this.options.deployment.register(goalOf(request));
    return (
      new messages.RegisterResourceResponse()
        .setUrn(resource.urn)
        .setId(resource.id)
        .setResult(Result.SUCCESS)
        // A component registers its outputs itself, after its children.
        .setObject(toStruct(resource.custom ? resource.outputs : {}))
    );
  }

  async #readResource(request: messages.ReadResourceRequest): Promise<messages.ReadResourceResponse> {
    const resource = await this.options.deployment.read({
      type: request.getType(),
      name: request.getName(),
      id: request.getId(),
      parent: request.getParent(),
      properties: fromStruct(request.getProperties()),
      provider: request.getProvider(),
      version: request.getVersion(),
      dependencies: request.getDependenciesList(),
      additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    });
    return new messages.ReadResourceResponse().setUrn(resource.urn).setProperties(toStruct(resource.outputs));
  }

  async #invoke(request: messages.ResourceInvokeRequest): Promise<ReturnType<typeof invoke.responseDeserialize>> {
    const token = request.getTok();
    const args = fromStruct(request.getArgs());
    const answer = await this.#answerOf(token, args, request);
    return invoke.responseDeserialize(Buffer.from(new InvokeResponse().setReturn(toStruct(answer)).serializeBinary()));
  }

  async #answerOf(token: string, args: PropertyMap, request: messages.ResourceInvokeRequest): Promise<PropertyMap> {
    const { deployment } = this.options;
    if (token === "pulumi:pulumi:getResource") return this.#getResource(String(args.urn));
    if (token === "pulumi:pulumi:readStackResourceOutputs") {
      const { stackName = "" } = args;
      return { name: stackName, outputs: deployment.outputsInState(String(stackName)) };
    }
    return await deployment.invoke(token, args, request.getProvider(), request.getVersion());
  }

  #getResource(urn: string): PropertyMap {
    const resource = this.options.deployment.registered(urn);
    if (!resource) throw new Error(`unknown resource ${urn}`);
    return { urn, id: resource.id, state: resource.outputs };
  }

  #log(request: engine.LogRequest): void {
    const severity = request.getSeverity();
    if (severity === engine.LogSeverity.DEBUG) return;
    const urn = request.getUrn();
    this.options.report({
      severity:
        severity === engine.LogSeverity.ERROR ? "error" : severity === engine.LogSeverity.WARNING ? "warning" : "info",
      message: request.getMessage(),
      ...(urn && { urn }),
    });
  }
}

/** @throws naming the first thing in the request that this engine doesn't do. */
function refuseUnsupported(request: messages.RegisterResourceRequest): void {
  const asked: [string, boolean][] = [
    ["remote components", request.getRemote()],
    ["transforms", request.getTransformsList().length > 0],
    ["resource hooks", request.hasHooks()],
    ["parameterized packages", request.getPackageref() !== ""],
    ["environment variable mappings", request.getEnvvarmappingsMap().getLength() > 0],
    ["the server of a plugin", request.getPlugindownloadurl() !== ""],
    ["plain alias URNs", request.getAliasurnsList().length > 0],
  ];
  const unsupported = asked.find(([, present]) => present);
  if (unsupported) throw new Error(notSupported(unsupported[0]));
}

function goalOf(request: messages.RegisterResourceRequest): Goal {
  const timeouts = request.getCustomtimeouts();
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent(),
    properties: {
      ...fromStruct(request.getObject()),
      // The version of a provider resource is one of its inputs.
      ...(request.getType().startsWith("pulumi:providers:") &&
        request.getVersion() && { version: request.getVersion() }),
    },
    provider: request.getProvider(),
    providers: Object.fromEntries(request.getProvidersMap().toArray()),
    version: request.getVersion(),
    dependencies: request.getDependenciesList(),
    propertyDependencies: Object.fromEntries(
      request
        .getPropertydependenciesMap()
        .toArray()
        .map(([key, dependencies]) => [key, dependenciesOf(dependencies)]),
    ),
    aliases: request.getAliasesList().map(aliasOf),
    ignoreChanges: request.getIgnorechangesList(),
    replaceOnChanges: request.getReplaceonchangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    customTimeouts: timeouts
      ? withoutEmpty({ create: timeouts.getCreate(), update: timeouts.getUpdate(), delete: timeouts.getDelete() })
      : {},
    replaceWith: request.getReplaceWithList(),
    replacementTrigger: received((request.getReplacementTrigger()?.toJavaScript() ?? null) as PropertyValue),
    ...(request.hasProtect() && { protect: request.getProtect() }),
    ...(request.hasRetainondelete() && { retainOnDelete: request.getRetainondelete() }),
    ...(request.getDeletedwith() && { deletedWith: request.getDeletedwith() }),
    ...(request.getDeletebeforereplacedefined() && { deleteBeforeReplace: request.getDeletebeforereplace() }),
    ...(request.getImportid() && { importId: request.getImportid() }),
  };
}

/** Protobuf's `toArray()` gives the raw list of fields in place of a message; the list of URNs is its first. */
function dependenciesOf(dependencies: unknown): string[] {
  return dependencies instanceof messages.RegisterResourceRequest.PropertyDependencies
    ? dependencies.getUrnsList()
    : ((dependencies as string[][])[0] ?? []);
}

function aliasOf(message: AliasMessage): Alias {
  const spec = message.getSpec();
  if (!spec) return { urn: message.getUrn() };
  return {
    name: spec.getName(),
    type: spec.getType(),
    stack: spec.getStack(),
    project: spec.getProject(),
    parent: spec.getParenturn(),
    noParent: spec.getNoparent(),
  };
}

function withoutEmpty<T extends Record<string, string>>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "")) as Partial<T>;
}

function fromStruct(struct: Struct | undefined): PropertyMap {
  return received((struct?.toJavaScript() ?? {}) as PropertyMap) as PropertyMap;
}

function notSupported(what: string): string {
  return `the embedded engine does not support ${what}; use the real one`;
}
