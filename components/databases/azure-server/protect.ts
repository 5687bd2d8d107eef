import * as pulumi from "@pulumi/pulumi";
import type { AzureAccessSource } from "../../../operations/azure";
import { type FlexibleServer, findServer, serverShortfalls } from "../../../operations/azure-servers";
import { counted } from "../../../restore-points/counted";
import type { ReportedRange } from "../../../restore-points/ranges";
import { endProgram } from "../../problem";
import { declareRepair, noted } from "../drift-repair";
import { type ProtectContext, type ProtectedDatabase, plain } from "../kind";
import { warnOfReplacement } from "../replaced";
import type { AzureServerCreateArgs } from "./args";
import type { AzureServerProduct, ProductArgs } from "./product";
import { addressOf, lookedUpAt, refuseUnfitServer, serverStateProblem } from "./source";

/** Backups of both products hold what was written up to this long ago; Azure names no newest restorable instant. */
const LAG_MINUTES = 5;

/** Declares a server with its protection, or sees to that of one that exists. */
export function protectServerDatabase<Create extends AzureServerCreateArgs>(
  product: AzureServerProduct<Create>,
  name: string,
  args: ProductArgs<Create>,
  context: ProtectContext,
): ProtectedDatabase {
  const days = args.backupRetentionDays ?? product.period.maximum;
  const managed = args.manage !== false;
  const address = addressOf(name, product.product, args);
  const observed = lookedUpAt(name, address, async (at) => {
    const server = await findServer(at, context.azure.access);
    if (args.create === undefined) refuseUnfitServer(product.key, at, server);
    warnOfReplacement(name, { key: product.key, field: "serverName" }, server);
    return server;
  });
  const declared = args.create && declareServer(product, name, args.create.server, { days, after: observed }, context);
  const state = pulumi.all([address, observed]).apply(([at, server]) => server && serverStateProblem(at, server));
  const protection = pulumi.all([observed, state]).apply(([server, problem]) => {
    // No error: in a disaster, a server in such a state may be just what has to be restored.
    if (problem) pulumi.log.warn(`database ${name}: ${problem}`, context.parent);
    const problems = server === undefined || (managed && problem) ? [] : serverShortfalls(server, days);
    if (!managed) return server && problems.length > 0 ? endProgram(refusal(name, server, problems)) : undefined;
    const request = address.apply((at) => ({ ...at, backupRetentionDays: days, ...noted(problems) }));
    const { parent, azure } = context;
    return declareRepair(name, "protect-azure-server", { request, access: azure.access }, problems, {
      parent,
      after: declared,
    });
  });
  return {
    status: pulumi.all([state, protection, address]).apply(([problem, , { resourceGroupName }]) => ({
      name,
      kind: product.kind,
      protectedBy: `the server's own backups of at least ${counted(days, "day")} in ${resourceGroupName}${declared ? ", declared here" : managed ? "" : ", managed elsewhere"}`,
      notes: [
        ...(problem ? [problem] : []),
        `Azure names no newest restorable instant of a server: taken for it is ${LAG_MINUTES} minutes ago, the lag that Azure states`,
      ],
    })),
    range: pulumi.all([observed, state]).apply(([server, problem]) => rangeOf(name, server, problem)),
    azureResource: declared
      ? pulumi
          .all([declared.id, declared.name, declared.location])
          .apply(([id, own, location]) => ({ id, name: own, location }))
      : observed.apply((server) => {
          if (server === undefined) throw new Error(`database ${name}: its server does not exist`);
          return { id: server.id, name: server.name, location: server.location };
        }),
  };
}

function declareServer<Create extends AzureServerCreateArgs>(
  product: AzureServerProduct<Create>,
  name: string,
  server: Create & { backup?: object; tags?: object; administratorLoginPassword?: unknown },
  { days, after }: { days: number; after: pulumi.Output<unknown> },
  context: ProtectContext,
) {
  return product.declare(
    `${name}-server`,
    {
      ...server,
      serverName: server.serverName ?? name,
      ...(server.administratorLoginPassword === undefined
        ? {}
        : { administratorLoginPassword: pulumi.secret(server.administratorLoginPassword) }),
      // This runs after the look-up, which must see the state before this run.
      backup: pulumi.all([server.backup, after]).apply(([own]) => ({ ...own, backupRetentionDays: days })),
      tags: pulumi.output(server.tags).apply((own) => ({ ...context.tags, ...own })),
    },
    { parent: context.parent, protect: true, retainOnDelete: true },
  );
}

/** The server's restorable range, read outside of a program. */
export async function readServerRange<Create extends AzureServerCreateArgs>(
  { product, key }: AzureServerProduct<Create>,
  name: string,
  args: ProductArgs<Create>,
  access: AzureAccessSource,
): Promise<ReportedRange> {
  const { serverName = name, resourceGroupName } = args.existing ?? args.create?.server ?? {};
  if (resourceGroupName === undefined) throw new Error(`database ${name} names no resource group; give it one`);
  const at = {
    product,
    serverName: plain(name, serverName ?? name),
    resourceGroupName: plain(name, resourceGroupName),
  };
  const server = await findServer(at, access);
  if (args.create === undefined) refuseUnfitServer(key, at, server);
  return rangeOf(name, server, server && serverStateProblem(at, server));
}

/** The server's restorable range: from its earliest restore date to Azure's documented lag. */
function rangeOf(name: string, server: FlexibleServer | undefined, problem: string | undefined): ReportedRange {
  if (server === undefined) return { name, unknownBecause: "it is not created yet" };
  if (problem) return { name, unknownBecause: `Azure names no newest restorable instant of a server, and ${problem}` };
  const earliest = server.properties.backup?.earliestRestoreDate;
  if (earliest === undefined) return { name, unknownBecause: "its first backup is not finished yet" };
  return {
    name,
    earliest: new Date(earliest).toISOString(),
    latest: new Date(Date.now() - LAG_MINUTES * 60_000).toISOString(),
  };
}

function refusal(name: string, server: FlexibleServer, problems: string[]): string {
  return `database ${name}: server ${server.name} does not meet the configuration, and "manage: false" does not allow to fix it here: ${problems.join("; ")}. Fix it where it is managed, or remove "manage: false".`;
}
