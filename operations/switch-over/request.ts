import type { AwsAccess } from "../aws";
import type { AzureAccess } from "../azure";
import type { ServerAddress } from "../azure-servers";
import type { CosmosAddress } from "../cosmosdb";
import type { ClusterChoice } from "../kubernetes/kubeconfig";

/** Tables of DynamoDB, whose copies are next to them as `<table><suffix>`. */
export interface SwitchedTables {
  service: "dynamodb";
  /** The database's name in the set. */
  name: string;
  region: string;
  /** Full names, and what the names of further tables begin with. */
  tables: string[];
  prefixes: string[];
  /** What the copies' names end with: `-20261122t030012z`. */
  suffix: string;
  /** Whether the streams of tables may end: a restored table has a stream of its own, with another ARN. */
  newStreams: boolean;
}

/** An RDS instance, an Aurora cluster or a Multi-AZ DB cluster. */
export interface SwitchedRds {
  service: "rds";
  /** The database's name in the set. */
  name: string;
  region: string;
  what: "instance" | "cluster";
  /** The production name. */
  identifier: string;
  /** The copy's identifier until it takes that name. */
  copyIdentifier: string;
  /** The replaced one's identifier from then on. */
  replacedIdentifier: string;
}

/** A database of Azure: a Cosmos DB account, or a flexible server. */
export type AzureDatabase = ({ what: "account" } & CosmosAddress) | ({ what: "server" } & ServerAddress);

/** A database whose copy has another address: the products' properties have to name it. */
export interface SwitchedAddress {
  service: "azure";
  /** The database's name in the set. */
  name: string;
  source: AzureDatabase;
  copy: AzureDatabase;
}

export type SwitchedDatabase = SwitchedTables | SwitchedRds | SwitchedAddress;

/** The pods of a cluster that are stopped in the meantime. */
export interface SwitchedCluster {
  /** Its name in recorded windows. */
  cluster: string;
  /** With the databases that each uses, by their names in the set; absent for all. */
  releases: { namespace: string; name: string; databases?: string[] }[];
  /** The pause schedule's CronJob there. Absent where another stack has it. */
  schedule?: { namespace: string; name: string };
}

/** What `switchOver` is asked. */
export interface SwitchOver {
  /** The instant of the copies: RFC 3339, UTC, whole seconds. */
  instant: string;
  /** Whose copies they are: `<organization>/<project>/<stack>`. */
  stack: string;
  databases: SwitchedDatabase[];
  clusters: SwitchedCluster[];
  /** That what keeps releases as they are declared in a repository has been suspended. */
  gitOps?: "suspended";
}

/** How a switch-over reaches what it works on. */
export interface SwitchOverAccess {
  aws: AwsAccess;
  /** Absent for a set without databases of Azure. */
  azure?: AzureAccess;
  /** Keyed by the clusters' names in recorded windows. */
  clusters: Record<string, ClusterChoice>;
}
