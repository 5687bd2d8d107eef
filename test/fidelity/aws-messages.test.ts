import test from "ava";
import type { Exchange } from "../../simulator/cloud/aws/observer";
import { POD_IDENTITY_PATH } from "../../simulator/cloud/aws/wire/server";
import { AwsMessageJudge } from "./aws-messages";
import { NoPackages } from "./python";
import { recorded } from "./recording";

/** What the program, its operations and the pauser ask at least once when everything is played. */
const ASKED = [
  "AssumeRoleWithWebIdentity",
  "CreateBackup",
  "DeleteBackup",
  "DeleteTable",
  "DescribeBackup",
  "DescribeContinuousBackups",
  "DescribeDBClusterAutomatedBackups",
  "DescribeDBClusters",
  "DescribeDBClusterSnapshots",
  "DescribeDBInstanceAutomatedBackups",
  "DescribeDBInstances",
  "DescribeKinesisStreamingDestination",
  "DescribeRegionSettings",
  "DescribeScalableTargets",
  "DescribeScalingPolicies",
  "DescribeTable",
  "DescribeTimeToLive",
  "GetResourcePolicy",
  "ListBackupJobs",
  "ListBackupPlans",
  "ListBackupPlanVersions",
  "ListBackups",
  "ListTables",
  "ListTagsOfResource",
  "ModifyDBCluster",
  "ModifyDBInstance",
  "PutResourcePolicy",
  "RestoreTableFromBackup",
  "TagResource",
  "UpdateContinuousBackups",
  "UpdateTable",
  "UpdateTimeToLive",
];

const DYNAMODB = {
  method: "POST",
  url: "/",
  request: {
    headers: { "x-amz-target": "DynamoDB_20120810.CreateBackup" },
    body: JSON.stringify({ TableName: "ledger.accounts", BackupName: "window" }),
  },
  answer: {
    status: 200,
    headers: {},
    body: JSON.stringify({
      BackupDetails: {
        BackupArn: "arn:aws:dynamodb:ap-northeast-1:123456789012:table/ledger.accounts/backup/01489602797149-73d8d5bc",
        BackupName: "window",
        BackupStatus: "CREATING",
        BackupType: "USER",
        BackupCreationDateTime: 1795000000,
      },
    }),
  },
};
const RDS = {
  method: "POST",
  url: "/",
  request: {
    headers: {},
    body: "Action=DescribeDBClusters&Version=2014-10-31&Filters.Filter.1.Name=engine&Filters.Filter.1.Values.Value.1=mysql&MaxRecords=100",
  },
  answer: {
    status: 200,
    headers: {},
    body:
      "<DescribeDBClustersResponse><DescribeDBClustersResult><DBClusters><DBCluster><AllocatedStorage>1</AllocatedStorage>" +
      "<MultiAZ>false</MultiAZ><ClusterCreateTime>2026-11-26T00:00:00.000Z</ClusterCreateTime></DBCluster></DBClusters>" +
      "</DescribeDBClustersResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></DescribeDBClustersResponse>",
  },
};

type Change = [side: "request" | "answer", from: string, to: string, expected: RegExp];

const DYNAMODB_CHANGES: Change[] = [
  ["request", '"window"', `"${"a".repeat(256)}"`, /request: BackupName: .* has 256 characters, more than 255/],
  ["request", '"window"', '"a window"', /request: BackupName: "a window" does not match/],
  ["request", '"window"', "5", /request: BackupName: 5 is no string/],
  ["request", '"TableName"', '"Table"', /request: Table: unknown member\n.*request: TableName: required, but missing/],
  ["answer", '"CREATING"', '"MAKING"', /answer: BackupDetails.BackupStatus: "MAKING" is none of CREATING/],
  ["answer", "1795000000", '"2026-11-26"', /BackupCreationDateTime: "2026-11-26" is no timestamp/],
  ["answer", '"BackupType":"USER",', "", /answer: BackupDetails.BackupType: required, but missing/],
];
const RDS_CHANGES: Change[] = [
  ["request", "Filter.1.Name=engine", "Filter.1.Key=engine", /request: Filters.0.Key: unknown member/],
  ["request", "Filters.Filter.1", "Filters.member.1", /request: Filters: .* is no list/],
  ["request", "MaxRecords=100", "MaxRecords=many", /request: MaxRecords: "many" is no integer/],
  ["request", "MaxRecords", "Limit", /request: Limit: unknown member/],
  ["answer", "<MultiAZ>false", "<MultiAZ>no", /answer: DBClusters.0.MultiAZ: "no" is no boolean/],
  ["answer", "T00:00:00.000Z", "", /ClusterCreateTime: "2026-11-26" is no timestamp/],
  ["answer", "<DBCluster>", "<member>", /closes another element/],
  ["answer", "<AllocatedStorage>1</AllocatedStorage>", "<Storage>1</Storage>", /DBClusters.0.Storage: unknown member/],
];

const models = judgeOrReason();

if (typeof models === "string") {
  test("AWS's own models cannot judge the messages", (t) => {
    t.log(`skipped: ${models}`);
    t.pass();
  });
} else {
  test("every message of the program, operations and pauser, and every answer, is as AWS's models have it", (t) => {
    const exchanges = recorded().flatMap(({ scene, exchange }) =>
      exchange && exchange.url !== POD_IDENTITY_PATH ? [{ scene, exchange }] : [],
    );
    const problems = new Map<string, number>();
    const asked = new Set<string>();
    for (const { scene, exchange } of exchanges) {
      const { operation, findings } = models.judge(exchange);
      asked.add(operation);
      for (const { problem } of findings) {
        const text = `${scene}: ${operation} ${problem}`;
        problems.set(text, (problems.get(text) ?? 0) + 1);
      }
    }
    t.log(`${exchanges.length} requests and answers of ${asked.size} operations`);
    t.deepEqual(Object.fromEntries(problems), {});
    t.deepEqual(
      ASKED.filter((operation) => !asked.has(operation)),
      [],
      "operations that were not played",
    );
  });

  test("messages are valid before a change, and each change is found", (t) => {
    for (const [sound, changes] of [
      [DYNAMODB, DYNAMODB_CHANGES],
      [RDS, RDS_CHANGES],
    ] as const) {
      t.is(problems(models, sound), "");
      for (const [side, from, to, expected] of changes) {
        const body = sound[side].body.replace(from, to);
        t.not(body, sound[side].body);
        t.regex(problems(models, { ...sound, [side]: { ...sound[side], body } }), expected);
      }
    }
  });

  test("an error has to be one of its operation, under its own status", (t) => {
    const json = (status: number, code: string) =>
      problems(models, {
        ...DYNAMODB,
        answer: { status, headers: {}, body: JSON.stringify({ __type: code, message: "no" }) },
      });
    t.is(json(400, "com.amazonaws.dynamodb.v20120810#TableNotFoundException"), "");
    t.is(json(400, "com.amazon.coral.validate#ValidationException"), "");
    t.regex(
      json(400, "BackupNotFoundException"),
      /answer: error BackupNotFoundException: the operation has no such error/,
    );
    t.regex(json(404, "TableNotFoundException"), /the status is 404 instead of 400/);

    const xml = (status: number, code: string) => {
      const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`;
      return problems(models, { ...RDS, answer: { status, headers: {}, body } });
    };
    t.is(xml(404, "DBClusterNotFoundFault"), "");
    t.regex(xml(400, "DBClusterNotFoundFault"), /the status is 400 instead of 404/);
    t.regex(xml(404, "DBInstanceNotFound"), /the operation has no such error/);
  });

  test("an operation that no model has is found", (t) => {
    const request = (target: string) => ({ ...DYNAMODB.request, headers: { "x-amz-target": target } });
    t.regex(
      problems(models, { ...DYNAMODB, request: request("DynamoDB_20120810.CopyTable") }),
      /no model has the operation/,
    );
    t.regex(
      problems(models, { ...RDS, request: { headers: {}, body: "" }, url: "/vaults" }),
      /no model has the request/,
    );
  });
}

function problems(judge: AwsMessageJudge, exchange: Exchange): string {
  return judge
    .judge(exchange)
    .findings.map(({ operation, problem }) => `${operation} ${problem}`)
    .join("\n");
}

function judgeOrReason(): AwsMessageJudge | string {
  try {
    return new AwsMessageJudge();
  } catch (error) {
    if (error instanceof NoPackages) return error.message;
    throw error;
  }
}
