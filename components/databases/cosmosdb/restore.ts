import * as pulumi from "@pulumi/pulumi";
import { type CosmosAccount, continuousDays, primaryKey } from "../../../operations/cosmosdb";
import type { AccountCompletion } from "../../../operations/cosmosdb-changes";
import { findRestoreSource, restoreSourceOf } from "../../../operations/cosmosdb-restorable";
import { RECOVERY_PERIODS } from "../../../restore-points/rules/recovery-period";
import { declareCompletion } from "../../operation";
import { orEnd } from "../../problem";
import { isInState } from "../../state";
import { adoptCopy } from "../azure/adopted";
import { numbered } from "../azure/copies";
import { copyName } from "../azure/names";
import { declarePrivateEndpoints, lookUpEndpoints, stepsForEndpoints } from "../azure/private-endpoints";
import { copyTags } from "../copy-tags";
import { type DatabaseCopy, type DataCopies, instantSuffix, lookUpFor, type RestoreContext } from "../kind";
import type { CosmosdbArgs } from "./args";
import { type Coordinator, declareCoordinatorCopies, readCoordinator } from "./coordinator-copies";
import { declareCopy, findCopy, networkOf } from "./copy-account";
import { declareSchemaLoader } from "./schema-loader";
import { ACCOUNT_NAME_LENGTH, accountOf, keyOf, keyProblem, lookUpDeleted, lookUpSource } from "./source";

/** Declares an account as of the instant, and what a restore drops. */
export function restoreCosmosdb(name: string, args: CosmosdbArgs, context: RestoreContext): DatabaseCopy {
  const { azure, instant } = context;
  const prefix = `${name}-copy-${instantSuffix(instant)}`;
  const source = args.existing?.deleted
    ? lookUpDeleted(name, args, azure).apply(({ at, deleted }) =>
        orEnd(`database ${name}`, async () => ({
          at,
          account: accountOf(deleted),
          from: restoreSourceOf(deleted, [], instant),
          endpoints: [],
          outOfReach: [],
        })),
      )
    : lookUpSource(name, args, azure, async (account) => {
        const problem = keyProblem(account);
        if (problem) throw new Error(problem);
        return {
          from: await findRestoreSource(account, instant, azure.access),
          ...(await lookUpEndpoints(name, account, context)),
        };
      });
  const read = source.apply((found) =>
    lookUpFor(name, async () => {
      const address = {
        resourceGroupName: args.restoreTo?.resourceGroupName ?? found.at.resourceGroupName,
        accountName: copyName(found.account.name, instant, ACCOUNT_NAME_LENGTH),
      };
      const declared = { type: "azure-native:cosmosdb:DatabaseAccount", logical: prefix };
      const copy = await findCopy(address, azure.access);
      const existing = { copy: address, copyInState: await isInState(declared, context) };
      return {
        ...found,
        ...existing,
        address,
        adopted: await adoptCopy(declared, copy, found.endpoints, context),
        coordinator: args.existing?.deleted
          ? ofDeleted(found.account)
          : await readCoordinator(name, args, { account: found.account, ...existing }, context),
      };
    }),
  );
  const restored = read.apply((found) => {
    const { address, adopted, account, from, endpoints, outOfReach } = found;
    const tags = copyTags("azure", account.tags, context);
    const keyIdentity = args.restoreTo?.keyIdentity;
    const key = keyOf(account, keyIdentity, args.existing?.deleted === true);
    const days = Math.max(continuousDays(account), args.recoveryPeriodInDays ?? RECOVERY_PERIODS.cosmosdb.maximum);
    const { importId } = adopted;
    const copy = declareCopy(
      account,
      { ...address, logical: prefix, from, at: context.checkedInstant, tags, days, key, importId },
      context,
    );
    const completion: AccountCompletion = {
      ...address,
      tags,
      consistencyPolicy: { defaultConsistencyLevel: "Strong" },
      network: networkOf(account, args.restoreTo?.network),
    };
    const completed = declareCompletion(
      `${prefix}-completion`,
      "complete-cosmosdb-copy",
      { request: completion, access: azure.access },
      { parent: context.parent, dependsOn: [copy] },
    );
    const reachable = declarePrivateEndpoints(prefix, endpoints, copy.id, completed, tags, adopted.endpoints, context);
    // Before its completion the copy reads with a weaker consistency than ScalarDB needs. In a preview only the copy's own output is
    // unknown: the command provider gives an ID there, too.
    const endpoint = pulumi.all([copy.documentEndpoint, completed.id]).apply(([uri]) => uri);
    const readKey = () => orEnd(`database ${name}`, () => primaryKey(address, azure.access));
    const accountKey = pulumi.secret(endpoint.apply(readKey));
    const loader = args.restoreTo?.schemaLoader;
    const repaired: pulumi.Output<unknown>[] = loader
      ? [declareSchemaLoader(name, prefix, loader, { endpoint, key: accountKey }, [completed, ...reachable], context)]
      : [];
    return {
      coordinator: declareCoordinatorCopies(name, args, found.coordinator, found, context),
      data: endpoint.apply(
        (): DataCopies => ({
          account: { database: name, ...address },
          requested: { name, instant, requested: true },
        }),
      ),
      endpoint: pulumi.all([endpoint, pulumi.all(repaired)]).apply(([uri]) => uri),
      key: accountKey,
      notes: [
        `account ${address.accountName} is in ${address.resourceGroupName}, with Strong consistency and new keys`,
        ...(loader ? [`${loader.image} has repaired its stored procedures from namespace ${loader.namespace}`] : []),
        ...numbered([
          ...(args.existing?.deleted ? stepsForDeleted(args.restoreTo?.network !== undefined) : []),
          ...stepsForEndpoints(outOfReach),
          ...(account.properties.keyVaultKeyUri && keyIdentity === undefined ? [KEY_STEP] : []),
          ...stepsFor(account, loader !== undefined),
        ]),
      ],
    };
  });
  return {
    name,
    kind: "cosmosdb",
    endpoint: restored.apply(({ endpoint }) => endpoint),
    properties: pulumi
      .all([restored.apply(({ endpoint }) => endpoint), restored.apply(({ key }) => key)])
      .apply(([endpoint, key]): Record<string, string> => ({ contact_points: endpoint, password: key })),
    notes: restored.apply(({ notes }) => notes),
    restores: read.apply(({ coordinator }) => (coordinator.copies === undefined ? 1 : 3)),
    coordinator: restored.apply(({ coordinator }) => coordinator),
    data: restored.apply(({ data }) => data),
  };
}

/** Azure keeps no list of a deleted account's containers that is read here. */
function ofDeleted({ name }: CosmosAccount): Coordinator {
  return { finding: {}, because: `account ${name} is deleted, so nothing shows whether it has the coordinator` };
}

const KEY_STEP =
  "Before the source is deleted, give the copy a user-assigned identity of its own that may read the key (az cosmosdb identity assign, then az cosmosdb update --default-identity): the one it has is the source's, and without that account the copy cannot be read any more (https://learn.microsoft.com/azure/cosmos-db/how-to-setup-customer-managed-keys). Or give restoreTo.keyIdentity before a restore.";

function stepsForDeleted(networkGiven: boolean): string[] {
  return [
    ...(networkGiven
      ? []
      : [
          "Allow network access to the copy: Azure keeps no firewall of a deleted account, so the copy allows no address. Or set restoreTo.network, and this program sets it.",
        ]),
    "Look over the copy's other settings: tags, capabilities, CORS and private endpoints of a deleted account are not kept. If it was encrypted with a key of yours, the copy needs restoreTo.keyIdentity.",
  ];
}

function stepsFor(source: CosmosAccount, repaired: boolean): string[] {
  const { properties } = source;
  const regions = (properties.locations ?? []).length;
  return [
    ...(repaired
      ? []
      : [
          "Run Scalar's Schema Loader on the copy with --repair-all (ScalarDB: with --coordinator too) before ScalarDB uses it: stored procedures are not restored. Or give restoreTo.schemaLoader, and it is run here.",
        ]),
    ...(regions > 1 ? [`Add the source's other ${regions - 1} regions to the copy: Azure restores into one.`] : []),
    ...(properties.disableLocalAuth
      ? [
          "Give the applications that used keys a role on the copy: the source refuses keys, and role assignments are not restored.",
        ]
      : []),
    "Set alerts, diagnostic settings and role assignments again, and triggers and functions of your own in containers, if the source has any: a restore carries none over.",
  ];
}
