import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import test from "ava";
import { endpointOf } from "../../../../pauser/window-backups/credentials";
import { awsPartition } from "../../../../restore-points/rules/aws-partition";
import { AWS_REGIONS, awsRegionDoubt, awsRegionProblem } from "../../../../restore-points/rules/aws-region";
import { timeZoneProblem } from "../../../../restore-points/rules/time-zone";

/** Go's tz database, which Kubernetes embeds; written by kubernetes/main.go. */
const zones = readFileSync(join(__dirname, "../../../../restore-points/rules/time-zones.txt"), "utf8")
  .trim()
  .split("\n");

test("accepts every time zone of Go's tz database", (t) => {
  t.true(zones.length > 590);
  for (const zone of zones) t.is(timeZoneProblem(zone), undefined);
});

test("accepts only time zones that Node.js knows, too, because vaults compute with them", (t) => {
  const unknown = zones.filter((timeZone) => {
    try {
      return new Intl.DateTimeFormat("en", { timeZone }) === undefined;
    } catch {
      return true;
    }
  });
  // A Node.js release may lack a few zones of the list.
  t.true(unknown.length <= 2, unknown.join(", "));
});

const REFUSED: [string, string][] = [
  ["JST", '"JST" is not a name in the IANA time zone database; did you mean Asia/Tokyo?'],
  ["asia/tokyo", '"asia/tokyo" is not a name in the IANA time zone database; did you mean Asia/Tokyo?'],
  ["Tokyo", '"Tokyo" is not a name in the IANA time zone database; did you mean Asia/Tokyo?'],
  ["Asia/Tokio", '"Asia/Tokio" is not a name in the IANA time zone database; did you mean Asia/Tokyo?'],
  ["utc", '"utc" is not a name in the IANA time zone database; did you mean UTC?'],
  // Abbreviations are not guessed by their spelling.
  [
    "XST",
    '"XST" is not a name in the IANA time zone database; expected a name such as Etc/UTC or Asia/Tokyo, with its capitals',
  ],
  [
    "",
    '"" is not a name in the IANA time zone database; expected a name such as Etc/UTC or Asia/Tokyo, with its capitals',
  ],
  [
    "+09:00",
    '"+09:00" is not a name in the IANA time zone database; expected a name such as Etc/UTC or Asia/Tokyo, with its capitals',
  ],
  [
    "Local",
    '"Local" is not a name in the IANA time zone database; expected a name such as Etc/UTC or Asia/Tokyo, with its capitals',
  ],
];
for (const [zone, problem] of REFUSED)
  test(`refuses the time zone ${zone}, as Kubernetes does`, (t) => {
    t.is(timeZoneProblem(zone), problem);
  });

test("an abbreviation is answered with the zone that it usually means, in any case", (t) => {
  const usual: [abbreviations: string, zone: string][] = [
    ["JST", "Asia/Tokyo"],
    ["KST", "Asia/Seoul"],
    ["SGT", "Asia/Singapore"],
    ["HKT", "Asia/Hong_Kong"],
    ["PST PDT pst", "America/Los_Angeles"],
    // Not Cuba's or China's.
    ["CST CDT", "America/Chicago"],
    ["EDT", "America/New_York"],
    // Not Bangladesh's.
    ["BST", "Europe/London"],
    ["CEST", "Europe/Berlin"],
    ["AEST", "Australia/Sydney"],
  ];
  for (const [abbreviations, zone] of usual)
    for (const each of abbreviations.split(" "))
      t.regex(timeZoneProblem(each) ?? "", new RegExp(`did you mean ${zone}\\?$`));
});

test("knows the regions of the installed SDKs", async (t) => {
  // The package's folder, because the package does not export this file.
  const sdk = join(
    require.resolve("@aws-sdk/core"),
    "../../dist-es/submodules/client/util-endpoints/lib/aws/partitions.js",
  );
  const text = readFileSync(sdk, "utf8");
  const found = [
    ...new Set([...text.matchAll(/"([a-z]{2,4}(?:-[a-z]+)+-\d)"/g)].map(([, region]) => region as string)),
  ];
  t.true(found.length > 40);
  t.deepEqual([...AWS_REGIONS], [...AWS_REGIONS].sort());
  t.deepEqual(
    found.filter((region) => !AWS_REGIONS.includes(region)),
    [],
    "add them to AWS_REGIONS",
  );
  for (const region of AWS_REGIONS) t.is(awsRegionProblem(region) ?? awsRegionDoubt(region), undefined, region);
});

test("refuses texts that cannot be regions, and warns of unknown ones", (t) => {
  t.is(awsRegionProblem("ap-northest-1"), '"ap-northest-1" is not an AWS region; did you mean ap-northeast-1?');
  t.is(
    awsRegionProblem("ap-northeast-1a"),
    '"ap-northeast-1a" is not an AWS region; write the region of this availability zone, ap-northeast-1',
  );
  t.is(awsRegionProblem("zz-nowhere-1a"), '"zz-nowhere-1a" is not an AWS region; write one such as ap-northeast-1');
  t.regex(awsRegionDoubt("us-east-3") ?? "", /the most similar region is us-east-1$/);
  t.is(
    awsRegionDoubt("us-gov-central-2"),
    '"us-gov-central-2" is not an AWS region that this program knows; correct it, unless AWS has added it since',
    "none is similar",
  );
  t.is(awsRegionDoubt("tokyo"), undefined, "it is refused");
  t.is(awsRegionProblem("tokyo"), '"tokyo" is not an AWS region; write one such as ap-northeast-1');
  t.is(awsRegionProblem("ap-northeast-9"), undefined);
  t.regex(awsRegionDoubt("ap-northeast-9") ?? "", /"ap-northeast-9" is not an AWS region that this program knows/);
});

test("knows the partitions of the installed SDKs", async (t) => {
  const sdk = join(
    require.resolve("@aws-sdk/core"),
    "../../dist-es/submodules/client/util-endpoints/lib/aws/partitions.js",
  );
  const { partitionsInfo } = (await import(pathToFileURL(sdk).href)) as {
    partitionsInfo: { partitions: { id: string; outputs: { dnsSuffix: string }; regions: Record<string, unknown> }[] };
  };
  t.true(partitionsInfo.partitions.length >= 8);
  for (const { id, outputs, regions } of partitionsInfo.partitions)
    for (const region of Object.keys(regions).filter((each) => !each.endsWith("-global"))) {
      t.deepEqual(awsPartition(region), { id, dnsSuffix: outputs.dnsSuffix }, region);
      const { host } = endpointOf("dynamodb", region, {});
      t.is(host, `dynamodb.${region}.${outputs.dnsSuffix}`, "where the pauser reaches DynamoDB");
    }
});
