import type { SimulatedClock } from "../clock";
import { ArmError, unknownMember } from "./error";
import { type JsonObject, object, text } from "./json";
import type { ArmResourceType, ResourceName } from "./resource-type";

const MINUTE = 60_000;

/** Azure's built-in roles that are known here, by what they are called in ids. */
export const ROLES = {
  reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  postgresqlLongTermRetention: "c088a766-074b-43ba-90d4-1fb21feae531",
} as const;

/** An assignment takes up to ten minutes to be in effect. [Microsoft Learn, "Troubleshoot Azure RBAC"] */
const PROPAGATION_MILLIS = 10 * MINUTE;
/** A new identity is not found everywhere at once; who says what it is needs no search. For how long is inferred. */
const REPLICATION_MILLIS = 2 * MINUTE;

interface RoleAssignment {
  id: string;
  scope: string;
  role: string;
  properties: JsonObject;
  createdAt: number;
  /** Looked at before it is surely in effect, it is not yet: the first time. */
  looked: boolean;
}

/** Who may do what: role assignments on anything. */
export class RoleAssignments {
  readonly #clock: SimulatedClock;
  readonly #assignments = new Map<string, RoleAssignment>();
  /** Identities that services have made, with when. */
  readonly #principals = new Map<string, number>();
  readonly #exists: (id: string) => boolean;

  /** @param exists Whether there is a resource, group or subscription of that id. */
  constructor(clock: SimulatedClock, exists: (id: string) => boolean) {
    this.#clock = clock;
    this.#exists = exists;
  }

  addPrincipal(id: string): void {
    this.#principals.set(id, this.#clock.now());
  }

  all(): readonly Pick<RoleAssignment, "id" | "scope" | "role" | "properties">[] {
    return [...this.#assignments.values()];
  }

  /** Whether a principal has a role on a resource, by an assignment on it or on what it is in, and the assignment is in effect. */
  inEffect(principalId: string, role: string, resourceId: string): boolean {
    const id = `${resourceId.toLowerCase()}/`;
    return [...this.#assignments.values()]
      .filter(
        (each) =>
          each.role === role &&
          each.properties.principalId === principalId &&
          id.startsWith(`${each.scope.toLowerCase()}/`),
      )
      .some((each) => {
        const inEffect = each.looked || this.#clock.now() - each.createdAt >= PROPAGATION_MILLIS;
        each.looked = true;
        return inEffect;
      });
  }

  resourceTypes(): ArmResourceType[] {
    return [
      {
        type: "Microsoft.Authorization/roleAssignments",
        apiVersions: ["2022-04-01"],
        get: (name) => ({ body: describe(this.#in(name)) }),
        put: (name, body) => this.#put(name, body),
        delete: (name) => {
          this.#assignments.delete(idOf(name).toLowerCase());
          return {};
        },
      },
    ];
  }

  /** Inferred how Azure names it: a GET of an assignment that there is not would decide it. */
  #in(name: ResourceName): RoleAssignment {
    const found = this.#assignments.get(idOf(name).toLowerCase());
    if (found) return found;
    throw new ArmError("RoleAssignmentNotFound", `The role assignment '${name.names[0]}' is not found.`, 404);
  }

  #put(name: ResourceName, body: JsonObject) {
    const scope = name.scope;
    const guid = name.names[0] as string;
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(guid))
      throw new ArmError(
        "InvalidRoleAssignmentId",
        `The role assignment ID '${guid}' is not valid. The role assignment ID must be a GUID.`,
      );
    const { principalId, principalType, roleDefinitionId, ...rest } = object(body.properties);
    const unknown = Object.keys(rest)[0] ?? Object.keys(body).find((key) => key !== "properties");
    if (unknown) throw unknownMember(unknown, "RoleAssignment");
    if (!this.#exists(scope)) throw new ArmError("ResourceNotFound", `The Resource '${scope}' was not found.`, 404);
    const role = text(roleDefinitionId)?.split("/").at(-1);
    if (!(Object.values(ROLES) as (string | undefined)[]).includes(role))
      throw new ArmError(
        "RoleDefinitionDoesNotExist",
        `The specified role definition with ID '${role}' does not exist.`,
      );
    if (principalType === undefined) this.#refuseUnseen(String(principalId));
    const id = idOf(name);
    const present = this.#assignments.get(id.toLowerCase());
    if (present && (present.properties.principalId !== principalId || present.role !== role))
      throw new ArmError(
        "RoleAssignmentUpdateNotPermitted",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
      );
    const twin = [...this.#assignments.values()].find(
      (each) =>
        each !== present &&
        each.scope.toLowerCase() === scope.toLowerCase() &&
        each.role === role &&
        each.properties.principalId === principalId,
    );
    if (twin) throw new ArmError("RoleAssignmentExists", "The role assignment already exists.", 409);
    const assignment: RoleAssignment = {
      id,
      scope,
      role: role as string,
      properties: {
        principalId: principalId ?? null,
        principalType: principalType ?? "ServicePrincipal",
        roleDefinitionId: roleDefinitionId ?? null,
      },
      createdAt: present?.createdAt ?? this.#clock.now(),
      looked: present?.looked ?? false,
    };
    this.#assignments.set(id.toLowerCase(), assignment);
    return { body: describe(assignment) };
  }

  /** [Microsoft Learn, "Troubleshoot Azure RBAC", PrincipalNotFound] */
  #refuseUnseen(principalId: string): void {
    const madeAt = this.#principals.get(principalId);
    if (madeAt !== undefined && this.#clock.now() - madeAt >= REPLICATION_MILLIS) return;
    throw new ArmError(
      "PrincipalNotFound",
      `Principal ${principalId} does not exist in the directory. Check that you have the correct principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, or Group.`,
    );
  }
}

function idOf({ scope, names }: ResourceName): string {
  return `${scope}/providers/Microsoft.Authorization/roleAssignments/${names[0]}`;
}

function describe({ id, scope, properties, createdAt }: RoleAssignment): JsonObject {
  return {
    id,
    name: id.split("/").at(-1) as string,
    type: "Microsoft.Authorization/roleAssignments",
    properties: { ...properties, scope, createdOn: new Date(createdAt).toISOString() },
  };
}
