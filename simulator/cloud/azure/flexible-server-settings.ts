import * as durations from "./durations";
import { ArmError, invalidParameter, unknownMember } from "./error";
import type { FlexibleServer, ParameterRule } from "./flexible-server";
import type { FlexibleServerRules } from "./flexible-server-rules";
import { type JsonObject, object } from "./json";
import type { ArmResourceType, LateFailure, ResourceName } from "./resource-type";

interface Servers {
  rules: FlexibleServerRules;
  /** @throws {ArmError} if there is no such server */
  server(name: ResourceName): FlexibleServer;
  /** How the next change of a parameter ends after Azure has accepted it; undefined if it succeeds. */
  takeFailure(): LateFailure | undefined;
}

/** The resource types of servers' parameters ("configurations") and firewall rules. */
export function settingsOfServers(servers: Servers): ArmResourceType[] {
  return new ServerSettings(servers).resourceTypes();
}

class ServerSettings {
  readonly #rules: FlexibleServerRules;
  readonly #server: (name: ResourceName) => FlexibleServer;
  readonly #takeFailure: () => LateFailure | undefined;

  constructor({ rules, server, takeFailure }: Servers) {
    this.#rules = rules;
    this.#server = server;
    this.#takeFailure = takeFailure;
  }

  /** [azure-mgmt-postgresqlflexibleservers, FirewallRule, Configuration] */
  resourceTypes(): ArmResourceType[] {
    const { type, apiVersions } = this.#rules;
    return [
      {
        type: `${type}/configurations`,
        apiVersions,
        get: (name) => ({ body: this.#parameter(this.#server(name), name.names[1] as string) }),
        list: (parent) =>
          Object.keys(this.#rules.parameters).map((parameter) => this.#parameter(this.#server(parent), parameter)),
        put: (name, body) => this.#setParameter(this.#server(name), name.names[1] as string, body),
        patch: (name, body) => this.#setParameter(this.#server(name), name.names[1] as string, body),
      },
      {
        type: `${type}/firewallRules`,
        apiVersions,
        get: (name) => ({ body: this.#firewallRule(this.#server(name), name.names[1] as string) }),
        list: (parent) => {
          const server = this.#server(parent);
          return [...server.firewallRules.keys()].map((rule) => this.#firewallRule(server, rule));
        },
        put: (name, body) => {
          const server = this.#server(name);
          const { startIpAddress, endIpAddress, ...rest } = object(body.properties);
          const unknown = Object.keys(rest)[0];
          if (unknown) throw unknownMember(unknown, "FirewallRule");
          if (!isAddress(startIpAddress)) throw invalidParameter("startIpAddress");
          if (!isAddress(endIpAddress)) throw invalidParameter("endIpAddress");
          server.lock.refuse();
          server.firewallRules.set(name.names[1] as string, { startIpAddress, endIpAddress } as JsonObject);
          return {
            body: this.#firewallRule(server, name.names[1] as string),
            simulatedMillis: durations.SET_FIREWALL_RULE,
            busy: [server.lock],
          };
        },
        delete: (name) => {
          const there = this.#server(name).firewallRules.delete(name.names[1] as string);
          return there ? { simulatedMillis: durations.SET_FIREWALL_RULE } : {};
        },
      },
    ];
  }

  #parameter(server: FlexibleServer, parameter: string): JsonObject {
    const rule = this.#rule(parameter);
    const { flag } = this.#rules;
    const value = server.parameter(parameter) as string;
    return {
      id: `${server.id}/configurations/${parameter}`,
      name: parameter,
      type: `${this.#rules.type}/configurations`,
      properties: {
        value,
        defaultValue: rule.default,
        source: server.parameters.has(parameter) ? "user-override" : "system-default",
        isReadOnly: flag(rule.readOnly ?? false),
        isDynamicConfig: flag(rule.dynamic ?? false),
        isConfigPendingRestart: flag(server.pendingRestart.has(parameter)),
      },
    };
  }

  /**
   * [azure-mgmt-postgresqlflexibleservers, Configuration.is_read_only, is_dynamic_config, is_config_pending_restart] The
   * code is inferred.
   */
  #setParameter(server: FlexibleServer, parameter: string, body: JsonObject) {
    const rule = this.#rule(parameter);
    if (rule.readOnly)
      throw new ArmError("ConfigurationNotModifiable", `The configuration '${parameter}' is read-only.`);
    const { value } = object(body.properties);
    if (typeof value !== "string") throw invalidParameter("Value");
    server.lock.refuse();
    const failure = this.#takeFailure();
    if (failure) return { simulatedMillis: durations.SET_PARAMETER, failure };
    if (server.parameter(parameter) !== value && !rule.dynamic) server.pendingRestart.add(parameter);
    if (value === rule.default) server.parameters.delete(parameter);
    else server.parameters.set(parameter, value);
    return {
      body: this.#parameter(server, parameter),
      simulatedMillis: durations.SET_PARAMETER,
      busy: [server.lock],
      ...(rule.dynamic
        ? {}
        : {
            afterwards() {
              server.settling = 1;
            },
          }),
    };
  }

  /** Inferred how Azure names it: a PUT of a parameter that no server has would decide it. */
  #rule(parameter: string): ParameterRule {
    const rule = this.#rules.parameters[parameter];
    if (rule) return rule;
    throw new ArmError("ConfigurationNotExists", `The configuration '${parameter}' does not exist.`, 404);
  }

  #firewallRule(server: FlexibleServer, rule: string): JsonObject {
    const properties = server.firewallRules.get(rule);
    if (!properties)
      throw new ArmError(
        "ResourceNotFound",
        `The Resource '${this.#rules.type}/${server.name}/firewallRules/${rule}' was not found.`,
        404,
      );
    return {
      id: `${server.id}/firewallRules/${rule}`,
      name: rule,
      type: `${this.#rules.type}/firewallRules`,
      properties,
    };
  }
}

function isAddress(value: unknown): boolean {
  return typeof value === "string" && /^\d{1,3}(\.\d{1,3}){3}$/.test(value);
}
