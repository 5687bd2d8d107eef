import test from "ava";
import type { RdsEngine } from "../../../../../components/databases/rds/engine";
import { stateProblem } from "../../../../../components/databases/rds/protection";
import { checkCluster, checkInstance } from "../../../../../components/databases/rds/source";

const REGION = "ap-northeast-1";
const ENGINE: RdsEngine = {
  key: "rdsMysql",
  kind: "rds-mysql",
  label: "Amazon RDS for MySQL",
  engines: ["mysql"],
  multiAzCluster: true,
  restoreNamesDatabase: false,
  jdbcUrl: () => "",
  notes: [],
};

const check = (instance: object) => () => checkInstance(ENGINE, "customers", REGION, { instance });

test("an instance of the engine passes", (t) => {
  t.like(check({ Engine: "mysql" })(), { instance: { Engine: "mysql" } });
});

test("reports a database that does not exist with its config path", (t) => {
  t.throws(() => checkInstance(ENGINE, "customers", REGION, undefined), {
    message:
      "there is no RDS instance customers in ap-northeast-1; correct databases[].rdsMysql.existing.instanceIdentifier",
  });
  t.throws(() => checkCluster(ENGINE, "customers", REGION, undefined), {
    message:
      "there is no Multi-AZ DB cluster customers in ap-northeast-1; correct databases[].rdsMysql.existing.clusterIdentifier. If it is deleted: AWS restores no deleted one to an instant; restore a snapshot of it by hand, and name the cluster that results there",
  });
});

test("reports the engine of a database of another kind", (t) => {
  t.throws(check({ Engine: "mariadb" }), {
    message: "instance customers in ap-northeast-1 runs mariadb, not mysql; name it under its own kind",
  });
  t.throws(() => checkCluster(ENGINE, "customers", REGION, { cluster: { Engine: "aurora-mysql" }, instances: [] }), {
    message: "cluster customers in ap-northeast-1 runs aurora-mysql, not mysql; name it under its own kind",
  });
});

test("a cluster's instance and a read replica hold no data of their own", (t) => {
  t.throws(check({ Engine: "aurora-mysql", DBClusterIdentifier: "sales" }), {
    message: /belongs to the cluster sales, which holds the data/,
  });
  t.throws(check({ Engine: "mysql", ReadReplicaSourceDBInstanceIdentifier: "main" }), {
    message: /is a read replica of main; name that one in databases\[\]\.rdsMysql\.existing\.instanceIdentifier/,
  });
});

test("reports a state without backups with the fix, and says nothing about a busy one", (t) => {
  t.is(
    stateProblem("instance", "stopped"),
    "the instance is stopped, so that nothing backs it up now: start it; what was backed up before can be restored",
  );
  t.regex(stateProblem("cluster", "incompatible-restore") ?? "", /repair it, or restore it/);
  t.regex(stateProblem("cluster", "deleting") ?? "", /once it is gone, "deleted: true" under its "existing"/);
  for (const status of ["available", "backing-up", "modifying", "storage-optimization"])
    t.is(stateProblem("instance", status), undefined, status);
});
