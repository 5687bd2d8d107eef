import * as pulumi from "@pulumi/pulumi";
import { findServer, type ServerAddress } from "../../../operations/azure-servers";
import { isTakingAName } from "../../../operations/taking-name";
import { isCopyOf } from "../azure/copies";
import { copyName } from "../azure/names";
import { OWNED } from "../create";
import { type DatabaseKind, DECLARED_HERE_BY_NAME } from "../kind";
import { isBeingReplaced } from "../replaced";
import { type AzureServerArgs, type AzureServerCreateArgs, azureServerSchema } from "./args";
import type { AzureServerProduct, ProductArgs } from "./product";
import { protectServerDatabase, readServerRange } from "./protect";
import { jdbcUrl, restoreServer, SERVER_NAME_LENGTH } from "./restore";

/** Everything the flexible servers have in common, which is all but what `AzureServerProduct` holds. */
export function azureServer<Create extends AzureServerCreateArgs>(
  product: AzureServerProduct<Create>,
): DatabaseKind<ProductArgs<Create>> {
  return {
    key: product.key,
    id: product.kind,
    label: product.label,
    relational: true,
    schema: azureServerSchema(product.period, product.label, product.resource),
    recoveryDays: (args) => args.backupRetentionDays ?? product.period.maximum,
    created: ({ create }) =>
      create === undefined
        ? []
        : [
            {
              path: ["create", "server"],
              resource: product.resource.replace("azure-native.", "azure-native/").replace(".Server", "/server"),
              args: create.server,
              owned: { "backup.backupRetentionDays": OWNED.next("backupRetentionDays") },
            },
          ],
    identities(args) {
      const { serverName, resourceGroupName } = args.existing ?? args.create?.server ?? {};
      return typeof serverName === "string" && typeof resourceGroupName === "string"
        ? // Azure ignores the case of a resource group's name.
          [`${product.label} server ${serverName} in ${resourceGroupName.toLowerCase()}`]
        : [];
    },
    protect: (name, args, context) => protectServerDatabase(product, name, args, context),
    readRange: (name, args, { azure }) => readServerRange(product, name, args, azure.access),
    azureBackup: (args) => ({
      ...product.backup(args),
      resourceGroupName: (args.existing ?? args.create?.server)?.resourceGroupName,
    }),
    async copiesExist(name, args, { azure, instant }) {
      const { serverName = name, resourceGroupName } = args.existing ?? args.create?.server ?? {};
      const group = args.restoreTo?.resourceGroupName ?? resourceGroupName;
      // A name that another resource gives is known too late to look for copies by it.
      if (pulumi.Output.isInstance(serverName) || typeof group !== "string") return false;
      const copy = await findServer(
        {
          product: product.product,
          serverName: copyName(String(await serverName), instant, SERVER_NAME_LENGTH),
          resourceGroupName: group,
        },
        azure.access,
      );
      return isCopyOf(copy, instant);
    },
    restore: (name, args, context) => restoreServer(product, name, args, context),
    async namesTaken(_name, args, { azure }) {
      const source = existingServer(product, args);
      return source && isBeingReplaced(await findServer(source, azure.access)) ? [source.serverName] : [];
    },
    async namesMarked(_name, args, { azure, instant }) {
      const source = existingServer(product, args);
      if (source === undefined) return [];
      const copy = await findServer({ ...source, ...copyOf(source, args, instant) }, azure.access);
      return isTakingAName(copy?.tags ?? {}) ? [source.serverName] : [];
    },
    switchOver(name, args, { instant }) {
      const source = existingServer(product, args);
      if (source === undefined) return { because: DECLARED_HERE_BY_NAME };
      return {
        service: "azure",
        name,
        source: { what: "server", ...source },
        copy: { what: "server", ...copyOf(source, args, instant) },
      };
    },
    async addressOfCopy(_name, args, { azure, instant }): Promise<Record<string, string>> {
      const source = existingServer(product, args);
      const copy = source && (await findServer(copyOf(source, args, instant), azure.access));
      const host = copy?.properties.fullyQualifiedDomainName;
      return host === undefined ? {} : { contact_points: jdbcUrl(product, host, args) };
    },
  };
}

/** The server of `existing`, where its names are known before the deployment. */
function existingServer<Create extends AzureServerCreateArgs>(
  { product }: AzureServerProduct<Create>,
  { existing }: ProductArgs<Create>,
): ServerAddress | undefined {
  const { serverName, resourceGroupName } = existing ?? {};
  if (typeof serverName !== "string" || typeof resourceGroupName !== "string") return undefined;
  return { product, serverName, resourceGroupName };
}

/** Where the copy of a server is. */
function copyOf(source: ServerAddress, { restoreTo }: AzureServerArgs, instant: string): ServerAddress {
  return {
    product: source.product,
    serverName: copyName(source.serverName, instant, SERVER_NAME_LENGTH),
    resourceGroupName: restoreTo?.resourceGroupName ?? source.resourceGroupName,
  };
}
