import test from "ava";
import { databaseProblems } from "../../../../../components/databases";

const AWS = { access: {}, defaultRegion: "ap-northeast-1" };

const WRONG: [what: string, database: object, problems: string[]][] = [
  [
    "an instance and a cluster",
    { rdsMysql: { existing: { instanceIdentifier: "a", clusterIdentifier: "b" } } },
    [
      'databases[0].rdsMysql.existing: has instanceIdentifier, clusterIdentifier; expected either "instanceIdentifier", or "clusterIdentifier" for a Multi-AZ DB cluster, one of the two',
    ],
  ],
  [
    "a cluster of an engine that has none",
    { rdsOracle: { existing: { clusterIdentifier: "b" } } },
    [
      "databases[0].rdsOracle.existing.instanceIdentifier: is missing; expected an instance identifier, such as customers-prod",
      "databases[0].rdsOracle.existing.clusterIdentifier: unknown key. Allowed here: instanceIdentifier, region, deleted",
    ],
  ],
  [
    "an edition left out",
    { rdsSqlserver: { create: { instance: { instanceClass: "db.m7i.large" } } } },
    [
      "databases[0].rdsSqlserver.create.instance.engine: is missing; expected one of sqlserver-ee, sqlserver-se, sqlserver-ex, sqlserver-web",
    ],
  ],
  [
    "another engine",
    { rdsPostgresql: { create: { instance: { instanceClass: "db.m7g.large", engine: "mysql" } } } },
    ['databases[0].rdsPostgresql.create.instance.engine: "mysql" is not allowed; expected postgres'],
  ],
  [
    "days out of range",
    { rdsMysql: { existing: { instanceIdentifier: "a" }, backupRetentionPeriod: 0 } },
    [
      "databases[0].rdsMysql.backupRetentionPeriod: 0 is not allowed; expected a whole number of days from 1 to 35 (RDS keeps no more, a vault can keep copies longer)",
    ],
  ],
  [
    "an identifier that is none",
    { rdsMysql: { existing: { instanceIdentifier: "a_b" } } },
    [
      'databases[0].rdsMysql.existing.instanceIdentifier: "a_b" is not allowed; expected an instance identifier: letters, digits and single hyphens',
    ],
  ],
  [
    "a deleted instance without a class for its copy",
    { rdsMysql: { existing: { instanceIdentifier: "a", deleted: true } } },
    [
      "databases[0].rdsMysql.restoreTo.instanceClass: is missing; expected the class of the copies, such as db.r7g.large: the backups of a deleted database do not know it",
    ],
  ],
  [
    "a deleted Aurora cluster without a class for its copy",
    { auroraMysql: { existing: { clusterIdentifier: "a", deleted: true }, restoreTo: { readers: 1 } } },
    [
      "databases[0].auroraMysql.restoreTo.instanceClass: is missing; expected the class of the copies, such as db.r7g.large: the backups of a deleted database do not know it",
    ],
  ],
  [
    "a deleted Multi-AZ DB cluster",
    {
      rdsMysql: {
        existing: { clusterIdentifier: "a", deleted: true },
        restoreTo: { instanceClass: "db.m6gd.large" },
      },
    },
    [
      "databases[0].rdsMysql.existing.deleted: true is not allowed; expected false for a Multi-AZ DB cluster: AWS restores no deleted one to an instant; restore a snapshot of it by hand, and name the cluster that results",
    ],
  ],
  [
    "a class that is none",
    { rdsMysql: { existing: { instanceIdentifier: "a" }, restoreTo: { instanceClass: "m7g.large" } } },
    [
      'databases[0].rdsMysql.restoreTo.instanceClass: "m7g.large" is not allowed; expected an instance class, which begins with db., such as db.r7g.large',
    ],
  ],
];
for (const [what, database, problems] of WRONG)
  test(`refused: ${what}`, (t) => {
    t.deepEqual(
      databaseProblems([{ name: "customers", ...database }], AWS).map(({ path, message }) => `${path}: ${message}`),
      problems,
    );
  });

test("reports one instance under two names; a cluster of that name is another database", (t) => {
  const instance = { rdsMysql: { existing: { instanceIdentifier: "customers" } } };
  t.deepEqual(
    databaseProblems(
      [
        { name: "a", ...instance },
        { name: "b", ...instance },
        { name: "c", rdsMysql: { existing: { clusterIdentifier: "customers" } } },
      ],
      AWS,
    ).map(({ path }) => path),
    ["databases[1].rdsMysql"],
  );
});
