import type { CosmosAccount } from "./cosmosdb-account";
import { instant } from "./cosmosdb-requests";
import { ArmError } from "./error";
import type { JsonObject } from "./json";
import { locationOf } from "./location";
import type { ArmResourceType } from "./resource-type";

/** The accounts that can be restored: existing ones, and deleted ones while their backups are kept. */
export class RestorableAccounts {
  readonly #subscription: string;
  readonly #accounts: () => CosmosAccount[];

  /** @param accounts all existing and deleted accounts */
  constructor(subscription: string, accounts: () => CosmosAccount[]) {
    this.#subscription = subscription;
    this.#accounts = accounts;
  }

  /** [azure-mgmt-cosmosdb, RestorableDatabaseAccountsOperations] */
  resourceTypes(apiVersions: readonly string[]): ArmResourceType[] {
    return [
      {
        type: "Microsoft.DocumentDB/restorableDatabaseAccounts",
        apiVersions,
        list: () => this.#all().map((account) => this.#describe(account)),
      },
      {
        type: "Microsoft.DocumentDB/locations/restorableDatabaseAccounts",
        apiVersions,
        get: ({ names }) => {
          const [location, instanceId] = names as [string, string];
          const account = this.in(location).find((each) => each.instanceId === instanceId);
          if (account) return { body: this.#describe(account) };
          throw new ArmError(
            "NotFound",
            `Could not find restorable database account with instance id ${instanceId}`,
            404,
          );
        },
        list: ({ names }) => this.in(names[0] as string).map((account) => this.#describe(account)),
      },
    ];
  }

  /** An account is listed under one location, regardless of its regions and failovers. */
  in(location: string): CosmosAccount[] {
    return this.#all().filter((account) => locationOf(account.location) === locationOf(location));
  }

  #all(): CosmosAccount[] {
    const last = (account: CosmosAccount) => (account.deletedAt ?? account.now()) + account.tierMillis > account.now();
    return this.#accounts().filter((account) => account.isContinuous && last(account));
  }

  #describe(account: CosmosAccount): JsonObject {
    const location = locationOf(account.location);
    return {
      id: `/subscriptions/${this.#subscription}/providers/Microsoft.DocumentDB/locations/${location}/restorableDatabaseAccounts/${account.instanceId}`,
      name: account.instanceId,
      location,
      type: "Microsoft.DocumentDB/locations/restorableDatabaseAccounts",
      properties: {
        accountName: account.name,
        apiType: "Sql",
        creationTime: new Date(account.createdAt).toISOString(),
        // [azure-powershell #25130] Of a deleted account it is the tier's days ago, before its creation too.
        oldestRestorableTime: instant(
          account.deletedAt
            ? account.now() - account.tierMillis
            : (account.restorableRange()?.earliest ?? account.createdAt),
        ),
        ...(account.deletedAt ? { deletionTime: instant(account.deletedAt) } : {}),
        restorableLocations: account.regions.map(({ locationName, creationTime, deletionTime }) => ({
          locationName,
          creationTime: instant(creationTime),
          ...(deletionTime === undefined ? {} : { deletionTime: instant(deletionTime) }),
        })),
      },
    };
  }
}
