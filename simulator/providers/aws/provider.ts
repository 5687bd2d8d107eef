import { isDeepStrictEqual } from "node:util";
import { ACCOUNT } from "../../cloud/aws/account";
import type { AwsCloud } from "../../cloud/aws/aws";
import { AwsError } from "../../cloud/aws/error";
import { reportDeclared } from "../../cloud/aws/observer";
import type {
  ChangeResponse,
  CheckRequest,
  CheckResponse,
  CreateRequest,
  CreateResponse,
  DeleteRequest,
  DiffRequest,
  DiffResponse,
  PropertyMap,
  PropertyValue,
  ReadRequest,
  ReadResponse,
  SimulatedProvider,
  UpdateRequest,
} from "../provider";
import { UNKNOWN } from "../provider";
import { isAbsent, isObject, type Properties, type Property, problemsOf, withDefaults } from "../schema";
import { sdkVersion } from "../sdk-version";
import { TypeCatalog } from "../type-catalog";
import { authorizeStep } from "./calls";
import { compare, isZero } from "./diff";
import { type Existing, object, type ResourceType, textMap } from "./resource-type";
import { RESOURCE_TYPES } from "./resource-types";

/** The provider's own settings that it takes; where the cloud is and who asks doesn't matter to a simulation. */
const CONFIGURATION = [
  "region",
  "defaultTags",
  "accessKey",
  "secretKey",
  "token",
  "profile",
  "endpoints",
  "version",
  "skipCredentialsValidation",
  "skipRegionValidation",
  "skipMetadataApiCheck",
  "skipRequestingAccountId",
  "assumeRoles",
];

/** How many random characters the bridge's automatic names end in. [pulumi-terraform-bridge: pkg/tfbridge/names.go, AutoName] */
const AUTO_NAME_DIGITS = 7;

const REGION: Properties = { region: { type: "string", computed: true, replaces: true } };

/**
 * The simulated `aws` package: what pulumi-aws (the bridged Terraform provider) does with inputs and state, on the
 * simulated cloud. Each type's rules are in a file of their own.
 */
export class AwsProvider implements SimulatedProvider {
  readonly name = "aws";
  readonly version = sdkVersion(this.name);
  readonly #cloud: AwsCloud;
  readonly #types = new TypeCatalog(this.name, new Map(RESOURCE_TYPES.map((type) => [type.token, type])));
  #region: string | undefined;
  #defaultTags: Record<string, string> = {};

  constructor(cloud: AwsCloud) {
    this.#cloud = cloud;
  }

  async configure(config: PropertyMap): Promise<void> {
    this.#types.configure(config, CONFIGURATION);
    this.#region = typeof config.region === "string" ? config.region : process.env.AWS_REGION;
    // Nested settings of a provider travel as JSON text.
    const { defaultTags } = config;
    const { tags } = object(typeof defaultTags === "string" ? JSON.parse(defaultTags) : defaultTags);
    this.#defaultTags = textMap(tags);
  }

  async check(request: CheckRequest): Promise<CheckResponse> {
    const type = this.#types.type(request.type);
    const { __defaults: _, ...given } = request.newInputs;
    const inputs = withDefaults(known(type), this.#named(type, request, given));
    // An automatic name is held to what the type takes, as one that is given.
    const named = type.autoName ? { [type.autoName.property]: inputs[type.autoName.property] ?? null } : {};
    const failures = problemsOf(known(type), { ...given, ...named }, type.token);
    if (!type.global) {
      inputs.region ??= this.#region ?? null;
      if (isAbsent(inputs.region))
        failures.push({
          property: "region",
          reason: "missing region configuration: set aws:region or the region input",
        });
    }
    if (failures.length === 0) failures.push(...(type.check?.(inputs) ?? []));
    inputs.__defaults = Object.keys(inputs)
      .filter((name) => isAbsent(given[name]))
      .sort();
    return { inputs, failures };
  }

  async diff(request: DiffRequest): Promise<DiffResponse> {
    const type = this.#types.type(request.type);
    const wanted = { ...request.newInputs };
    const changes = compare(known(type), request.oldOutputs, wanted, request.ignoreChanges);
    if ("tags" in type.inputs && !request.ignoreChanges.includes("tags")) {
      const tagsAll = compare(
        { tagsAll: { type: "map", of: { type: "string" } } },
        request.oldOutputs,
        this.#tagged(wanted),
        [],
      );
      const tagsDiffer = Object.keys(changes).some((path) => path.startsWith("tags"));
      if (!tagsDiffer) Object.assign(changes, tagsAll);
    }
    type.refine?.(changes, request.oldOutputs, wanted);
    return { detailedDiff: changes, deleteBeforeReplace: false };
  }

  async create(request: CreateRequest): Promise<CreateResponse> {
    const type = this.#types.type(request.type);
    const inputs = this.#tagged(plain(request.inputs));
    if (request.preview) return { id: "", outputs: planned(type, inputs), simulatedMillis: 0 };
    const { id, simulatedMillis } = this.#attempt(type, "creating", request.urn, () => {
      authorizeStep(this.#cloud, type, "create", inputs);
      return type.create(this.#cloud, inputs, request.startMillis);
    });
    reportDeclared({ urn: request.urn, type: request.type, inputs: plain(request.inputs) });
    return { id, outputs: this.#state(type, { id, state: inputs }) as PropertyMap, simulatedMillis };
  }

  async read(request: ReadRequest): Promise<ReadResponse | undefined> {
    const type = this.#types.type(request.type);
    const imported = request.inputs === undefined;
    const { id, region } = imported && !type.global ? importIdOf(request.id) : { id: request.id };
    const before = plain({ ...(imported && type.imported), ...request.inputs, ...request.outputs });
    if (!type.global) before.region ??= region ?? this.#region ?? null;
    const outputs = this.#attempt(type, "reading", request.urn, () => {
      authorizeStep(this.#cloud, type, "read", { ...before, id });
      return this.#state(type, { id, state: before });
    });
    if (!outputs) return undefined;
    const inputs = request.inputs
      ? projected(known(type), plain(request.inputs), outputs)
      : Object.fromEntries(Object.entries(outputs).filter(([name, value]) => isSaid(known(type)[name], value)));
    if (request.inputs?.__defaults) inputs.__defaults = request.inputs.__defaults;
    if (type.idOutput) outputs.id = outputs[type.idOutput] ?? id;
    return { id: outputs.id as string, inputs, outputs };
  }

  async update(request: UpdateRequest): Promise<ChangeResponse> {
    const type = this.#types.type(request.type);
    const inputs = this.#tagged(plain(request.newInputs));
    if (request.preview) return { outputs: { ...request.oldOutputs, ...inputs }, simulatedMillis: 0 };
    const existing: Existing = { id: request.id, state: request.oldOutputs };
    const differing = new Set(
      Object.keys(compare(known(type), request.oldOutputs, inputs, [])).map((path) => path.replace(/[.[].*/, "")),
    );
    if (!isDeepStrictEqual(textMap(inputs.tagsAll), textMap(request.oldOutputs.tagsAll))) differing.add("tagsAll");
    const simulatedMillis = this.#attempt(type, "updating", request.urn, () => {
      authorizeStep(this.#cloud, type, "update", { ...request.oldOutputs, ...inputs }, request.oldOutputs);
      return type.update(this.#cloud, existing, inputs, (input) => differing.has(input));
    });
    reportDeclared({ urn: request.urn, type: request.type, inputs: plain(request.newInputs) });
    // Like the bridge: what was computed stays in the state until the cloud returns another value.
    const computed = Object.entries(request.oldOutputs).filter(([name]) => type.inputs[name]?.computed);
    const state = { ...Object.fromEntries(computed), ...inputs };
    return { outputs: this.#state(type, { id: request.id, state }) as PropertyMap, simulatedMillis };
  }

  async delete(request: DeleteRequest): Promise<{ simulatedMillis: number }> {
    const type = this.#types.type(request.type);
    const existing: Existing = { id: request.id, state: request.outputs };
    // A resource that no longer exists counts as deleted.
    if (!type.read(this.#cloud, existing)) return { simulatedMillis: 0 };
    return {
      simulatedMillis: this.#attempt(type, "deleting", request.urn, () => {
        authorizeStep(this.#cloud, type, "delete", existing.state);
        return type.delete(this.#cloud, existing);
      }),
    };
  }

  async invoke(token: string): Promise<PropertyMap> {
    if (token === "aws:index/getCallerIdentity:getCallerIdentity")
      return {
        id: ACCOUNT,
        accountId: ACCOUNT,
        arn: `arn:aws:iam::${ACCOUNT}:user/rehearsal`,
        userId: "AIDAREHEARSAL",
      };
    throw new Error(`the function ${token} is not simulated`);
  }

  async cancel(): Promise<void> {
    this.#types.cancel();
  }

  #attempt<Result>(type: ResourceType, verb: string, urn: string, run: () => Result): Result {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const name = urn.split("::").at(-1);
      throw new Error(`${verb} ${urn} (${type.token} ${name}): ${error.code}: ${error.message}`, { cause: error });
    }
  }

  /** An automatic name is kept until another is given. */
  #named(type: ResourceType, request: CheckRequest, given: PropertyMap): PropertyMap {
    const { autoName } = type;
    if (!autoName || !isAbsent(given[autoName.property])) return { ...given };
    const old = request.oldInputs?.[autoName.property];
    const wasAutomatic = (request.oldInputs?.__defaults as string[] | undefined)?.includes(autoName.property);
    if (wasAutomatic && !isAbsent(old)) return { ...given, [autoName.property]: old };
    const prefix = `${request.urn.split("::").at(-1) ?? ""}-`;
    // The bridge shortens nothing [pulumi SDK, resource.NewUniqueName, which the bridge's FromName calls].
    if (prefix.length + AUTO_NAME_DIGITS > autoName.maxLength)
      throw new Error(
        `could not make instance of '${type.token}': name '${prefix}' plus ${AUTO_NAME_DIGITS} random chars is longer than maximum length ${autoName.maxLength}`,
      );
    return { ...given, [autoName.property]: prefix + this.#cloud.identifiers.hex(AUTO_NAME_DIGITS) };
  }

  #tagged(inputs: PropertyMap): PropertyMap {
    if (inputs.tags === UNKNOWN) return { ...inputs, tagsAll: UNKNOWN };
    return { ...inputs, tagsAll: { ...this.#defaultTags, ...textMap(inputs.tags) } };
  }

  /** What was known of a resource, overlaid with what the cloud returns; undefined when it is gone. */
  #state(type: ResourceType, existing: Existing): PropertyMap | undefined {
    const live = type.read(this.#cloud, existing);
    if (!live) return undefined;
    const state: Record<string, PropertyValue | undefined> = { ...existing.state, ...live, id: existing.id };
    if ("tags" in type.inputs) {
      const tags = Object.entries(textMap(live.tagsAll)).filter(([key, value]) => this.#defaultTags[key] !== value);
      state.tags = Object.fromEntries(tags);
    } else delete state.tagsAll;
    return Object.fromEntries(
      Object.entries(state).filter((entry): entry is [string, PropertyValue] => !isAbsent(entry[1])),
    );
  }
}

/**
 * An ID to import by may name the region: `<id>@<region>`; without it, the provider's own region counts, also if the program names another.
 * [Terraform AWS provider, guide "Enhanced Region Support"; pulumi-aws #5523, #5697]
 */
function importIdOf(text: string): { id: string; region?: string } {
  const [, id, region] = /^(.+)@([a-z]{2}(?:-[a-z]+)+-\d)$/.exec(text) ?? [];
  return id === undefined ? { id: text } : { id, region };
}

function known(type: ResourceType): Properties {
  return type.global ? type.inputs : { ...type.inputs, ...REGION };
}

function plain({ __defaults: _, ...inputs }: PropertyMap): PropertyMap {
  return inputs;
}

/** What is an input of something imported: values that are the default, or none, are left out. [pulumi-terraform-bridge, pkg/tfbridge/schema.go, isDefaultOrZeroValue] */
function isSaid(property: Property | undefined, value: PropertyValue): boolean {
  return property !== undefined && value !== property.default && !isZero(value);
}

/** What a preview can say of a resource that isn't there yet. */
function planned(type: ResourceType, inputs: PropertyMap): PropertyMap {
  const computed = Object.entries(type.inputs).filter(([, property]) => property.computed);
  const unknown = [...type.outputs, ...computed.map(([name]) => name)].filter((name) => isAbsent(inputs[name]));
  return { ...inputs, ...Object.fromEntries(unknown.map((name) => [name, UNKNOWN])) };
}

/** The inputs that were given, with the values they have now; what isn't there any more only if it said "none". */
function projected(properties: Properties, inputs: PropertyMap, outputs: PropertyMap): PropertyMap {
  const live: PropertyMap = {};
  for (const [name, value] of Object.entries(inputs)) {
    const property = properties[name];
    const now = outputs[name];
    if (now === undefined) {
      if (value === false || value === 0 || value === "") live[name] = value;
    } else if (property?.type === "object" && isObject(value) && isObject(now))
      live[name] = projected(property.properties ?? {}, value, now);
    else live[name] = now;
  }
  return live;
}
