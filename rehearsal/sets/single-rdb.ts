import type { SimulatedCloud } from "../cloud/cloud";
import { Bank } from "../scalardb/bank";
import { COORDINATOR_TABLE } from "../scalardb/record";
import { auroraStore } from "../scalardb/stores/aws";
import { auroraCopy, auroraSettings, buildAurora } from "./aurora";
import type { RehearsalSet, RunningSet } from "./set";

const REGION = "ap-northeast-1";
const CLUSTER = "customers-prod";
const TABLE = "customers.accounts";

/** One relational database: any instant of it will do, and nothing is paused. */
export const singleRdb: RehearsalSet = {
  name: "single-rdb",
  title: "ScalarDB Cluster over Aurora PostgreSQL alone",
  config: {
    "aws:region": REGION,
    "scalar-backup:databases": [
      { name: "customers", auroraPostgresql: { existing: { clusterIdentifier: CLUSTER }, databaseName: "customers" } },
    ],
    "scalar-backup:tags": { service: "customers" },
  },
  build(cloud: SimulatedCloud): RunningSet {
    buildAurora(cloud, REGION, CLUSTER);
    const store = auroraStore(cloud.aws, REGION, CLUSTER, "customers");
    const bank = new Bank({ clock: cloud.clock, placements: [{ store, table: TABLE }], coordinator: store });
    const source = () => cloud.aws.rds.region(REGION).cluster(CLUSTER);
    return {
      bank,
      copies(restored) {
        const copy = auroraCopy(cloud, REGION, restored, "customers");
        return {
          databases: [{ name: "customers", accounts: copy.rows(TABLE) }],
          coordinator: copy.rows(COORDINATOR_TABLE),
        };
      },
      past: (instant) => ({
        databases: [{ name: "customers", accounts: source().rows(TABLE, instant) }],
        coordinator: source().rows(COORDINATOR_TABLE, instant),
      }),
      settings: (restored) => auroraSettings(source(), auroraCopy(cloud, REGION, restored, "customers")),
      leftovers: () =>
        cloud.aws.rds
          .region(REGION)
          .clusters()
          .map(({ identifier }) => identifier)
          .filter((identifier) => identifier !== CLUSTER),
      disaster() {
        for (const [key, row] of source().rows(TABLE)) source().put(TABLE, key, { ...row, balance: 0 });
        return "a bad release sets every balance in customers.accounts to 0";
      },
    };
  },
};
