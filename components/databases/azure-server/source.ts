import * as pulumi from "@pulumi/pulumi";
import type { FlexibleServer, ServerAddress, ServerProduct } from "../../../operations/azure-servers";
import { orEnd } from "../../problem";
import type { AzureServerCreateArgs } from "./args";
import type { ProductArgs } from "./product";

/** What names the server, whether it exists or is created. */
export function addressOf(
  name: string,
  product: ServerProduct,
  args: ProductArgs<AzureServerCreateArgs>,
): pulumi.Output<ServerAddress> {
  const server = args.existing ?? args.create?.server;
  return pulumi.all([server?.serverName, server?.resourceGroupName]).apply(([serverName, resourceGroupName]) => {
    if (resourceGroupName === undefined) throw new Error(`database ${name} names no resource group; give it one`);
    return { product, serverName: serverName ?? name, resourceGroupName };
  });
}

/** A look-up of the server at its address. The program ends when it fails. */
export function lookedUpAt<Found>(
  name: string,
  address: pulumi.Output<ServerAddress>,
  lookUp: (address: ServerAddress) => Promise<Found>,
): pulumi.Output<Found> {
  return address.apply((at) => orEnd(`database ${name}`, () => lookUp(at)));
}

/** Where Azure says of each product what becomes of a deleted server. */
const REVIVAL = {
  mysql: "https://learn.microsoft.com/azure/mysql/flexible-server/concepts-business-continuity",
  postgresql: "https://learn.microsoft.com/azure/postgresql/backup-restore/how-to-restore-deleted-server",
};

/**
 * The problem of a server that does not exist. Azure neither lists deleted servers nor says what they can be restored to, and
 * promises nothing: a person has to bring one back.
 */
export function missing(key: string, { product, serverName, resourceGroupName }: ServerAddress): Error {
  return new Error(
    `there is no server ${serverName} in resource group ${resourceGroupName}; correct databases[].${key}, or the subscription that is asked (azure-native:subscriptionId). If it was deleted, Azure keeps its backups for 5 days and promises nothing: have it brought back at once (${REVIVAL[product]}), and name what comes of it as existing`,
  );
}

/** Why a server makes no backups and takes no changes in its state, with the fix; absent while it does. */
export function serverStateProblem(at: ServerAddress, { properties: { state } }: FlexibleServer): string | undefined {
  if (state === undefined || state === "Ready" || state === "Updating") return undefined;
  return `server ${at.serverName} is in the state ${state}, in which it makes no backups and takes no changes: start it, then "pulumi up" again`;
}

/** @throws {Error} for a server that isn't there, or that has no backups of its own. */
export function refuseUnfitServer(key: string, at: ServerAddress, server: FlexibleServer | undefined): void {
  if (server === undefined) throw missing(key, at);
  const { replicationRole } = server.properties;
  if (/replica$/i.test(replicationRole ?? ""))
    throw new Error(`server ${at.serverName} is a read replica, which has no backups; name the server it follows`);
}
