import * as pulumi from "@pulumi/pulumi";
import type { FlexibleServer, ServerAddress, ServerProduct } from "../../../operations/azure-servers";
import { orEnd } from "../../faults";
import type { AzureServerCreateArgs } from "./args";
import type { ProductArgs } from "./product";

/** What names the server, whether it exists or is created. */
export function addressOf(
  name: string,
  product: ServerProduct,
  args: ProductArgs<AzureServerCreateArgs>,
): pulumi.Output<ServerAddress> {
  const server = args.existing ?? args.create?.server;
  return pulumi.all([server?.serverName, server?.resourceGroupName]).apply(([serverName, resourceGroupName]) => ({
    product,
    serverName: serverName ?? name,
    resourceGroupName: resourceGroupName as string,
  }));
}

/** A look-up of the server at its address. The program ends when it fails. */
export function lookedUpAt<Found>(
  name: string,
  address: pulumi.Output<ServerAddress>,
  lookUp: (address: ServerAddress) => Promise<Found>,
): pulumi.Output<Found> {
  return address.apply((at) => orEnd(`database ${name}`, () => lookUp(at)));
}

/** The fault of a server that isn't there. */
export function missing(key: string, { serverName, resourceGroupName }: ServerAddress): Error {
  return new Error(
    `there is no server ${serverName} in resource group ${resourceGroupName}; correct databases[].${key}`,
  );
}

/** @throws {Error} for a server that isn't there, or that has no backups of its own. */
export function refuseUnfitServer(key: string, at: ServerAddress, server: FlexibleServer | undefined): void {
  if (server === undefined) throw missing(key, at);
  const { replicationRole, state } = server.properties;
  if (/replica$/i.test(replicationRole ?? ""))
    throw new Error(`server ${at.serverName} is a read replica, which has no backups; name the server it follows`);
  if (state !== undefined && state !== "Ready" && state !== "Updating")
    throw new Error(
      `server ${at.serverName} is in the state ${state}, in which it makes no backups and takes no changes; start it first`,
    );
}
