import type { AzureDatabase } from "../../../operations/switch-over/request";
import { AzureCloud, type CosmosAccount, type FlexibleServer } from "../../../simulator/cloud/azure/azure";
import type { SimulatedClock } from "../../../simulator/cloud/clock";
import { MARKS, SUFFIX } from "../../unit/operations/switch-over/world";
import type { AzureKind, AzurePlan } from "./azure-plan";
import { BEFORE, RESTORED, SOMEBODYS } from "./balances";

const GROUP = "databases";
const LOCATION = "japaneast";
const TYPES = {
  account: { type: "Microsoft.DocumentDB/databaseAccounts", apiVersion: "2025-10-15" },
  postgresql: { type: "Microsoft.DBforPostgreSQL/flexibleServers", apiVersion: "2025-08-01" },
  mysql: { type: "Microsoft.DBforMySQL/flexibleServers", apiVersion: "2023-12-30" },
} as const satisfies Record<AzureKind, { type: string; apiVersion: string }>;

/** Which of the two a pod with some properties would use; `nothing` where it cannot. */
export type AddressAnswer = "source" | "copy" | "nothing";

/** How often somebody else has tagged a database, and when last. */
interface Tagged {
  value: string;
  at: number;
}

/** A database of Azure, and its copy next to it. */
export class AzurePair {
  readonly source: string;
  readonly copy: string;
  /** What somebody else has tagged both with. */
  tagged: Tagged | undefined;
  /** What was answered before: until the copy, and so its key, is another one. */
  private readonly known = new Map<string, AddressAnswer | undefined>();
  /** Whether the copy's name is another database's. */
  foreign = false;

  constructor(
    private readonly cloud: AzureCloud,
    readonly kind: AzureKind,
    readonly name: string,
  ) {
    this.source = `${name}-prod`;
    this.copy = `${this.source}${SUFFIX}`;
    this.create(this.source, {}, BEFORE);
  }

  /** Creates the copy; or, with its name, another stack's copy, or a database of somebody's. */
  createCopy(as: "copy" | "another stack's" | "somebody's"): void {
    this.foreign = as !== "copy";
    this.known.clear();
    const tags = as === "somebody's" ? {} : { ...MARKS, ...(this.foreign && { "scalar-backup:stack": "other/stack" }) };
    this.create(this.copy, tags, this.foreign ? SOMEBODYS : RESTORED);
  }

  /** Somebody deletes what has the copy's name. */
  deleteCopy(): void {
    this.send("DELETE", this.copy);
  }

  /** How a request names one of the two. */
  addressOf(name: string): AzureDatabase {
    return this.kind === "account"
      ? { what: "account", resourceGroupName: GROUP, accountName: name }
      : { what: "server", product: this.kind, resourceGroupName: GROUP, serverName: name };
  }

  find(name: string): CosmosAccount | FlexibleServer {
    return this.kind === "account" ? this.cloud.cosmosdb.account(name) : this.cloud[this.kind].server(name);
  }

  balanceOf(name: string): unknown {
    const found = this.find(name);
    return ("items" in found ? found.items("ledger", "accounts") : found.rows("accounts")).get("a")?.balance;
  }

  put(name: string, balance: number): void {
    const found = this.find(name);
    if ("putItem" in found) found.putItem("ledger", "accounts", "a", { balance });
    else found.put("accounts", "a", { balance });
  }

  /** The lines of properties that name one of the two. */
  propertiesOf(name: string, key = name): string {
    const storage = `scalar.db.multi_storage.storages.${this.name}`;
    const found = this.find(name);
    if (!("keys" in found))
      return `${storage}.contact_points=jdbc:${this.kind}://${found.host}/ledger\n${storage}.password=secret`;
    const { keys } = this.find(key) as CosmosAccount;
    return `${storage}.contact_points=${found.endpoint}\n${storage}.password=${keys.primaryMasterKey}`;
  }

  /** What a pod with these properties reaches; undefined if it does not use this database. */
  answers(properties: string): AddressAnswer | undefined {
    if (!this.known.has(properties)) this.known.set(properties, this.answersOf(properties));
    return this.known.get(properties);
  }

  private answersOf(properties: string): AddressAnswer | undefined {
    if (!properties.includes(`.${this.name}.`)) return undefined;
    for (const [of, name] of [
      ["source", this.source],
      ["copy", this.copy],
    ] as const)
      if (properties.includes(this.propertiesOf(name))) return of;
    return "nothing";
  }

  /** Somebody else tags both, which keeps them busy for a while. */
  tag(value: string, at: number): (() => void)[] {
    this.tagged = { value, at };
    return [this.source, ...(this.foreign ? [] : [this.copy])].map((name) => {
      const found = this.find(name);
      found.tags = { ...found.tags, owner: value };
      return found.lock.hold();
    });
  }

  private create(name: string, tags: Record<string, string>, balance: number): void {
    const properties =
      this.kind === "account"
        ? { databaseAccountOfferType: "Standard", locations: [{ locationName: LOCATION, failoverPriority: 0 }] }
        : { administratorLogin: "scalar", administratorLoginPassword: "secret" };
    const sku = this.kind === "account" ? {} : { sku: { name: "Standard_D4ds_v5", tier: "GeneralPurpose" } };
    this.send("PUT", name, { location: LOCATION, tags: { team: this.name, ...tags }, properties, ...sku });
    this.put(name, balance);
  }

  private send(method: string, name: string, body?: object): void {
    const { type, apiVersion } = TYPES[this.kind];
    const path = `/subscriptions/${this.cloud.subscription}/resourceGroups/${GROUP}/providers/${type}/${name}`;
    // Cast: it is JSON.
    this.cloud.answer({ method, path, apiVersion, body: body as never });
  }
}

/** The set's databases of Azure. */
export class AzureSet {
  readonly cloud: AzureCloud;
  readonly pairs: AzurePair[];

  constructor(
    clock: SimulatedClock,
    readonly plan: AzurePlan,
  ) {
    this.cloud = new AzureCloud(clock, 2);
    this.cloud.createResourceGroup(GROUP, LOCATION);
    this.pairs = plan.kinds.map((kind, index) => new AzurePair(this.cloud, kind, `${kind}${index}`));
    for (const [index, pair] of this.pairs.entries())
      pair.createCopy(index === 0 && plan.foreign !== undefined ? plan.foreign : "copy");
  }

  /** Those that a release uses: the last one has the last database, where there are several. */
  pairsOf(release: number): AzurePair[] {
    const { pairs, plan } = this;
    if (plan.releases === 1) return pairs;
    return release === 1 ? pairs.slice(-1) : pairs.slice(0, -1);
  }

  /** The properties of each release, with its databases or their copies. */
  properties(of: "source" | "copy", key: "its own" | "the former" = "its own"): string[] {
    return Array.from({ length: this.plan.releases }, (_, release) =>
      [
        "scalar.db.storage=multi-storage",
        ...this.pairsOf(release).map((pair) =>
          pair.propertiesOf(pair[of], key === "the former" ? pair.source : undefined),
        ),
      ].join("\n"),
    );
  }

  /** Somebody clears what has a copy's name, and the copy is restored again. */
  clear(): void {
    for (const pair of this.pairs.filter(({ foreign }) => foreign)) {
      pair.deleteCopy();
      pair.tagged = undefined;
      pair.createCopy("copy");
    }
  }
}
