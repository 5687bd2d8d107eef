import { AwsError } from "./error";

/** What RDS knows of an engine. */
export interface Engine {
  /** The newest of each major version, the default first. */
  newest: string[];
  /** What a whole version looks like. */
  version: RegExp;
  port: number;
  /** What its parameter groups are for. */
  family: (version: string) => string;
  /** The part of a version that option groups are for, such as `8.0`. */
  majorVersion: (version: string) => string;
  /** Its licence models as a single instance, the default first; none for engines that have only clusters. */
  licences?: string[];
  /** Whether an instance is created with a database, and may be given its name. */
  databaseName?: "any" | "oracle" | "never";
  /** Whether it comes as a Multi-AZ DB cluster too. */
  multiAzCluster?: true;
}

const firstNumber = (version: string) => version.split(".")[0] as string;
const firstTwoNumbers = (version: string) => version.split(".").slice(0, 2).join(".");

/** Port and name [botocore: rds/2014-10-31, CreateDBInstanceMessage, Port, DBName]; its newest versions are inferred. */
const ORACLE: Engine = {
  newest: ["19.0.0.0.ru-2026-07.rur-2026-07.r1", "21.0.0.0.ru-2026-07.rur-2026-07.r1"],
  version: /^(19|21)\.0\.0\.0\.ru-\d{4}-\d\d\.rur-\d{4}-\d\d\.r\d$/,
  port: 1521,
  family: (version) => version.split(".")[0] as string,
  majorVersion: firstNumber,
  databaseName: "oracle",
};

/** Port, licence and name [botocore: rds/2014-10-31, CreateDBInstanceMessage, Port, LicenseModel, DBName]; the versions are inferred. */
const SQLSERVER: Engine = {
  newest: ["16.00.4215.2.v1", "15.00.4435.7.v1"],
  version: /^1[4-6]\.00\.\d+\.\d+\.v\d$/,
  port: 1433,
  family: (version) => `${version.split(".")[0]}.0`,
  majorVersion: firstTwoNumbers,
  licences: ["license-included"],
  databaseName: "never",
};

/** Names, ports and licences [botocore: rds/2014-10-31, CreateDBInstanceMessage, Engine, Port, LicenseModel]; the versions are inferred. */
const ENGINES: Record<string, Engine> = {
  "aurora-postgresql": {
    newest: ["16.9", "17.5", "15.13", "14.18", "13.21"],
    version: /^1[3-7]\.\d+$/,
    port: 5432,
    family: (version) => `aurora-postgresql${version.split(".")[0]}`,
    majorVersion: firstNumber,
  },
  "aurora-mysql": {
    newest: ["8.0.mysql_aurora.3.10.0", "5.7.mysql_aurora.2.12.5"],
    version: /^(5\.7\.mysql_aurora\.2|8\.0\.mysql_aurora\.3)\.\d+\.\d+$/,
    port: 3306,
    family: (version) => `aurora-mysql${version.split(".mysql_aurora")[0]}`,
    majorVersion: firstTwoNumbers,
  },
  mysql: {
    newest: ["8.0.43", "8.4.6"],
    version: /^8\.[04]\.\d+$/,
    port: 3306,
    family: (version) => `mysql${version.split(".").slice(0, 2).join(".")}`,
    majorVersion: firstTwoNumbers,
    licences: ["general-public-license"],
    databaseName: "any",
    multiAzCluster: true,
  },
  postgres: {
    newest: ["17.6", "16.10", "15.14", "14.19"],
    version: /^1[4-7]\.\d+$/,
    port: 5432,
    family: (version) => `postgres${version.split(".")[0]}`,
    majorVersion: firstNumber,
    licences: ["postgresql-license"],
    databaseName: "any",
    multiAzCluster: true,
  },
  "oracle-ee": {
    ...ORACLE,
    family: (version) => `oracle-ee-${ORACLE.family(version)}`,
    licences: ["bring-your-own-license"],
  },
  "oracle-ee-cdb": {
    ...ORACLE,
    family: (version) => `oracle-ee-cdb-${ORACLE.family(version)}`,
    licences: ["bring-your-own-license"],
  },
  "oracle-se2": {
    ...ORACLE,
    family: (version) => `oracle-se2-${ORACLE.family(version)}`,
    licences: ["license-included", "bring-your-own-license"],
  },
  "oracle-se2-cdb": {
    ...ORACLE,
    family: (version) => `oracle-se2-cdb-${ORACLE.family(version)}`,
    licences: ["license-included", "bring-your-own-license"],
  },
  "sqlserver-ee": { ...SQLSERVER, family: (version) => `sqlserver-ee-${SQLSERVER.family(version)}` },
  "sqlserver-se": { ...SQLSERVER, family: (version) => `sqlserver-se-${SQLSERVER.family(version)}` },
  "sqlserver-ex": { ...SQLSERVER, family: (version) => `sqlserver-ex-${SQLSERVER.family(version)}` },
  "sqlserver-web": { ...SQLSERVER, family: (version) => `sqlserver-web-${SQLSERVER.family(version)}` },
};

export function engineFacts(engine: string): Engine {
  const facts = ENGINES[engine];
  if (!facts) throw new AwsError("InvalidParameterValue", `Invalid DB engine: ${engine}`);
  return facts;
}

/** A version may be shortened to its beginning, such as `16`; AWS then takes the newest. [cloudgoat #325 quotes the refusal] */
export function engineOf(engine: string | undefined, requested: string | undefined): { name: string; version: string } {
  const { newest, version: whole } = engineFacts(engine ?? "");
  let version = newest[0];
  if (requested) version = whole.test(requested) ? requested : newest.find((each) => each.startsWith(`${requested}.`));
  if (!version) throw new AwsError("InvalidParameterCombination", `Cannot find version ${requested} for ${engine}`);
  return { name: engine as string, version };
}
