import { createHash } from "node:crypto";
import { RoleAssignment } from "@pulumi/azure-native/authorization/roleAssignment";
import * as pulumi from "@pulumi/pulumi";
import type { VaultedServer } from "./rules";
import type { AzureResource } from "./source";

/** The built-in role Reader. */
const READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7";

/** Lets a vault's identity do what Azure Backup needs: its own role on each server, and Reader on the servers' resource groups. */
export class VaultPermissions {
  readonly #name: string;
  readonly #principalId: pulumi.Output<string>;
  readonly #options: pulumi.CustomResourceOptions;
  readonly #readers = new Map<string, RoleAssignment>();

  constructor(name: string, principalId: pulumi.Output<string>, options: pulumi.CustomResourceOptions) {
    this.#name = name;
    this.#principalId = principalId;
    this.#options = options;
  }

  /** What has to be in effect before the vault can back up the server. */
  on(server: VaultedServer, resource: pulumi.Output<AzureResource>): RoleAssignment[] {
    const id = resource.apply((found) => found.id);
    const backup = this.#assign(`${this.#name}-backup-${server.name}`, id, server.datasource.role);
    const group = id.apply(groupOf);
    const key = typeof server.resourceGroupName === "string" ? server.resourceGroupName.toLowerCase() : undefined;
    const known = key === undefined ? undefined : this.#readers.get(key);
    // A group is read once, however many servers are in it: Azure refuses the same assignment twice.
    const reader = known ?? this.#assign(`${this.#name}-reader-${key ?? server.name}`, group, READER);
    if (key !== undefined) this.#readers.set(key, reader);
    return [backup, reader];
  }

  #assign(logical: string, scope: pulumi.Output<string>, role: string): RoleAssignment {
    return new RoleAssignment(
      logical,
      {
        // Depends on vault, role and scope alone: the same for every program that declares it, different for another vault.
        roleAssignmentName: pulumi
          .all([scope, this.#principalId])
          .apply(([on, whose]) => guid(`${on.toLowerCase()} ${role} ${whose}`)),
        scope,
        roleDefinitionId: scope.apply(
          (on) => `/subscriptions/${on.split("/")[2]}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
        ),
        principalId: this.#principalId,
        // Without it, Azure looks for an identity that it may not have spread yet.
        principalType: "ServicePrincipal",
      },
      this.#options,
    );
  }
}

/** The resource group in an id. */
function groupOf(id: string): string {
  return id.split("/").slice(0, 5).join("/");
}

/** A GUID (RFC 9562, version 8) that a text stands for. */
function guid(text: string): string {
  const hex = createHash("sha256").update(text).digest("hex");
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join("-");
}
