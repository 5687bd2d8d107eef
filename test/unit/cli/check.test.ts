import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "ava";
import { stringify } from "yaml";
import { judge, judged } from "../../../cli/check/judge";
import { stepsOf } from "../../../cli/check/path";
import { understoodText } from "../../../cli/check/understood";
import { pathText, withValueAt } from "../../../components/problem-messages/value";
import { cases, configurationOf, expected } from "../config/cases";
import { ran } from "./terminal";

const ROOT = join(__dirname, "../../..");
const folder = mkdtempSync(join(tmpdir(), "scalar-backup-check-"));
test.after.always(() => rmSync(folder, { recursive: true }));

function written(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** The findings as `line:column severity path`. */
const places = (text: string) =>
  judge(text, {}).map(({ line, column, severity, path }) => `${line}:${column} ${severity} ${path}`);

const valid = `config:
  scalar-backup:databases:
    - name: customers
      auroraPostgresql:
        existing: { region: ap-northeast-1, clusterIdentifier: customers-prod }
`;

test("every example is without errors and warnings", (t) => {
  for (const file of readdirSync(join(ROOT, "examples")).filter((name) => name.endsWith(".yaml")))
    t.deepEqual(judge(readFileSync(join(ROOT, "examples", file), "utf8"), {}), [], file);
});

test("finds what pulumi up reports of every wrong configuration, at its line", (t) => {
  for (const one of cases) {
    const config = Object.entries({ "kubernetes:context": "scalar-prod", ...configurationOf(one) }).map(
      ([key, value]) => [key.includes(":") ? key : `scalar-backup:${key}`, value],
    );
    const text = stringify({ config: Object.fromEntries(config) }, { lineWidth: 0, aliasDuplicateObjects: false });
    const findings = judge(text, {});
    const lines = findings.map(({ severity, path, message }) =>
      severity === "error" ? `${path}: ${message}` : `${severity}: ${path.replace("scalar-backup:", "")}: ${message}`,
    );
    t.deepEqual(lines.sort(), [...(expected[one.name] ?? [])].sort(), one.name);
    for (const { path, line, column, message } of findings) {
      const rest = text.split("\n")[line - 1]?.slice(column - 1) ?? "";
      // A key is where its name is; what is missing is reported at the map that should have it.
      const last = stepsOf(path.replace("scalar-backup:", "")).at(-1);
      if (typeof last === "string" && !message.startsWith("is missing"))
        t.true(
          rest.replace(/^["']?(scalar-backup:)?/, "").startsWith(last),
          `${one.name}: ${path} is not at "${rest}"`,
        );
      else t.not(rest, "", `${one.name}: ${path}`);
    }
  }
});

test("a path's steps are those that it was made of", (t) => {
  for (const steps of [["databases", 0, "create", "tables", "a.b", 'q"]', 12], ["pause"], ["x", "[0]"]])
    t.deepEqual(stepsOf(pathText(steps)), steps);
});

test("reports YAML errors at their places", (t) => {
  t.deepEqual(places("config:\n\tscalar-backup:pause: 1\n").slice(0, 1), ["2:1 error "]);
  t.deepEqual(places("config:\n  a:b: 1\n  a:b: 2\n"), ["3:3 error "]);
  t.deepEqual(places(`${valid}---\nconfig: {}\n`), ["6:1 error "]);
  t.deepEqual(places("- a\n"), ["1:1 error "]);
  t.deepEqual(places("config: [a]\n"), ["1:1 error config"]);
  for (const { message } of judge("config: [a\n", {})) t.regex(message, /^is not valid YAML: [a-z].*[^.:]$/);
});

test("aliases that stand for nothing, contain themselves or multiply are problems of the file", (t) => {
  t.deepEqual(judge("config:\n  scalar-backup:databases: *later\nlater: &later []\n", {}), [
    {
      severity: "error",
      path: "",
      line: 2,
      column: 28,
      message: "*later stands for nothing: there is no anchor &later before it",
    },
  ]);
  t.deepEqual(places("config: &all\n  scalar-backup:databases: [*all]\n"), ["2:29 error "]);
  const levels = Array.from(
    { length: 8 },
    (_, level) => `a${level + 1}: &a${level + 1} [${Array(9).fill(`*a${level}`)}]\n`,
  );
  const [bomb] = judge(`a0: &a0 [x]\n${levels.join("")}config: *a8\n`, {});
  t.regex(bomb?.message ?? "", /excessive alias count/);
});

test("no part of a password in a URL is in a message, wherever the URL is", (t) => {
  for (const url of [
    "jdbc:mysql://scalar:Part1,Part2@db:3306/ledger",
    "jdbc:mysql://scalar:Part1/Part2?Part3@db",
    "jdbc:postgresql://db/ledger?user=scalar&password=Part1,Part2&ssl=true",
    "jdbc:sqlserver://db:1433;user=scalar;password={Part1;Part2};encrypt=true",
    "jdbc:oracle:thin:scalar/Part1,Part2@db:1521/ledger",
    "https://scalar:Part1,Part2@hooks.example.com/x",
  ])
    for (const place of [
      "aws:region",
      "scalar-backup:databases",
      "scalar-backup:databases[0].name",
      "scalar-backup:databases[0].auroraPostgresql",
      "scalar-backup:databases[0].auroraPostgresql.existing",
      "scalar-backup:databases[0].auroraPostgresql.existing.clusterIdentifier",
      "scalar-backup:databases[0].auroraPostgresql.existing.region",
      "scalar-backup:databases[0].auroraPostgresql.backupRetentionPeriod",
      "scalar-backup:pause",
      "scalar-backup:pause.schedule",
      "scalar-backup:pause.timeZone",
      "scalar-backup:pause.releases",
      "scalar-backup:pause.releases[0]",
      "scalar-backup:pause.releases[0].name",
      "scalar-backup:pause.releases[0].namespace",
      "scalar-backup:pause.image",
      "scalar-backup:pause.notify",
      "scalar-backup:pause.notify.webhook",
      "scalar-backup:pause.notify.webhook.when",
      "scalar-backup:properties",
      "scalar-backup:propertiesByRelease",
      "scalar-backup:restore",
      "scalar-backup:restore.at",
      "scalar-backup:restore.mode",
      "scalar-backup:restore.verify",
      "scalar-backup:lastDrill",
      "scalar-backup:objectives",
      "scalar-backup:tags",
      "scalar-backup:vault",
      "scalar-backup:vault.name",
    ]) {
      const [key = "", ...rest] = place.split(/(?<=[a-z])(?=[.[])/i);
      const config: Record<string, unknown> = {
        "scalar-backup:databases": [
          { name: "customers", auroraPostgresql: { existing: { region: "ap-northeast-1", clusterIdentifier: "c" } } },
        ],
        "scalar-backup:pause": {
          schedule: "0 3 * * *",
          releases: [{ namespace: "scalar", name: "scalardb-cluster" }],
        },
      };
      const steps = rest.join("").match(/[^.[\]]+/g) ?? [];
      config[key] =
        steps.length === 0
          ? url
          : withValueAt(
              config[key],
              steps.map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
              url,
            );
      const findings = judge(stringify({ config }), {});
      t.notRegex(JSON.stringify(findings), /Part\d/, `${place}: ${url}`);
    }
});

test("a file with a byte order mark and Windows' line ends is judged like another", (t) => {
  t.deepEqual(places(`\ufeff${valid}`.replaceAll("\n", "\r\n")), []);
  t.deepEqual(
    places(`\ufeff${valid.replace("clusterIdentifier", "x")}`.replaceAll("\n", "\r\n"))[0],
    places(valid.replace("clusterIdentifier", "x"))[0],
  );
});

test("a file in another encoding than UTF-8 is refused: names would be read wrongly", async (t) => {
  for (const encoding of ["latin1", "utf16le"] as const) {
    const file = join(folder, `Pulumi.${encoding}.yaml`);
    writeFileSync(file, Buffer.from(`\ufeff${valid.replace("customers", "café")}`, encoding));
    for (const command of ["check", "points", "doctor"]) {
      const { exitCode, out, notes } = await ran([command, "--json", file]);
      t.deepEqual([exitCode, out], [2, []], command);
      t.regex(notes.join("\n"), /it is not text in UTF-8; save it in this encoding/);
    }
  }
});

test("a file without databases is reported once, at its beginning", (t) => {
  for (const text of ["", "# nothing\n", "config:\n", "config: {}\n", "encryptionsalt: v1:a\n"])
    t.deepEqual(places(text), ["1:1 error scalar-backup:databases"], JSON.stringify(text));
});

test("secrets are not judged, and what is around them is", (t) => {
  const text = `config:
  aws:region: ap-northeast-1
  scalar-backup:databases:
    - name: app
      rdsMysql:
        create:
          instance: { instanceClass: db.m7g.large, allocatedStorage: 100, password: { secure: AAABAK } }
        backupRetentionPeriod: 99
  scalar-backup:properties:
    secure: AAABAK
`;
  t.deepEqual(places(text), ["8:9 error scalar-backup:databases[0].rdsMysql.backupRetentionPeriod"]);
  t.deepEqual(places(text.replace("99", "9")), []);
});

test("notes are as without them where properties by release are encrypted, and it is said which pods are paused", (t) => {
  const text = `config:
  kubernetes:context: scalar-prod
  scalar-backup:databases:
    - name: ledger
      cosmosdb: { existing: { accountName: ledger-prod, resourceGroupName: scalar } }
    - name: customers
      azurePostgresql: { existing: { serverName: customers-prod, resourceGroupName: scalar } }
  scalar-backup:pause:
    schedule: "0 3 * * *"
    releases:
      - { namespace: scalar, name: ledger, databases: [ledger] }
      - { namespace: scalar, name: scalardb-cluster, databases: [customers] }
`;
  const { findings, understood } = judged(text, {});
  t.deepEqual(
    findings.map(({ severity, path }) => `${severity} ${path}`),
    ["note scalar-backup:pause"],
  );
  const secrets = "  scalar-backup:properties:\n    ledger: { secure: AAAB }\n    scalardb-cluster: { secure: AAAB }\n";
  t.deepEqual(judged(text + secrets, {}), { findings, understood });
});

test("values with variables are not judged, and a warning says so", (t) => {
  const text = valid.replace("ap-northeast-1", `"\${REGION}"`);
  t.deepEqual(places(text), ["5:21 warning scalar-backup:databases[0].auroraPostgresql.existing.region"]);
});

test("a stack that imports environments may have its keys there", (t) => {
  t.deepEqual(places("environment: [prod]\n"), []);
  t.deepEqual(places("environment: [prod]\nconfig:\n  scalar-backup:pause: {}\n").length > 0, true);
});

test("the region is the stack's, or else the environment's", (t) => {
  const text = valid.replace("region: ap-northeast-1, ", "");
  t.deepEqual(
    places(text),
    ["2:3 error aws:region"].map((each) => each.replace("2:3", "1:1")),
  );
  t.deepEqual(judge(text, { AWS_REGION: "ap-northeast-1" }), []);
  t.deepEqual(judge(`${text}  aws:region: ap-northeast-1\n`, {}), []);
  t.deepEqual(judge(`${text}  aws:region: { secure: AAAB }\n`, {}), []);
});

test("an almost right namespace is an error, and another project's keys are not", (t) => {
  t.deepEqual(places(`${valid}  scalar-bakcup:pause: {}\n`), ["6:3 error scalar-bakcup:pause"]);
  t.deepEqual(places(`${valid}  pause: {}\n`), ["6:3 error pause"]);
  t.deepEqual(places(`${valid}  eks:cluster: payments\n  azure-native:location: x\n`), []);
});

test("a key without a namespace gets the one that it should have", (t) => {
  const repair = (key: string) => judge(`${valid}  ${key}: x\n`, {})[0]?.message;
  t.is(repair("pause"), 'has no namespace; write "scalar-backup:pause"');
  t.is(repair("databses"), 'has no namespace; write "scalar-backup:databases"');
  t.is(repair("aws-region"), 'has no namespace; did you mean "aws:region"?');
  t.is(repair("region"), 'has no namespace; did you mean "aws:region"?');
  t.is(repair("kubernetes.context"), 'has no namespace; did you mean "kubernetes:context"?');
  t.is(repair("whatever"), 'has no namespace; write "scalar-backup:whatever"');
});

test("a key that exists without its namespace is not missing as well", (t) => {
  const bare = valid.replace("scalar-backup:databases", "databases");
  t.deepEqual(places(bare), ["2:3 error databases"]);
  t.deepEqual(places(bare.replace("region: ap-northeast-1, ", "").concat("  region: ap-northeast-1\n")), [
    "2:3 error databases",
    "6:3 error region",
  ]);
  t.true(places("config:\n  scalar-backup:tags: {}\n").some((each) => each.endsWith(" scalar-backup:databases")));
});

const paused = `${valid}    - name: ledger
      dynamodb: { existing: { region: ap-northeast-1, namespaces: [ledger] } }
  scalar-backup:pause:
    schedule: "0 3 * * *"
    timeZone: Asia/Tokyo
    releases: [{ namespace: scalar, name: scalardb-cluster }]
`;

test("a set whose pods are paused in whatever context is current is a warning", (t) => {
  const [warning] = judge(paused, {});
  t.like(warning, { severity: "warning", path: "kubernetes:context" });
  t.regex(warning?.message ?? "", /current context, which anybody can change; pin the cluster: pulumi config set/);
  t.is(judge(`${paused}  kubernetes:context: ""\n`, {}).length, 1);
  t.deepEqual(judge(`${paused}  kubernetes:context: scalar-prod\n`, {}), []);
  t.deepEqual(judge(`${paused}  kubernetes:kubeconfig: { secure: AAAB }\n`, {}), []);
  t.deepEqual(judge(`environment: [prod]\n${paused}`, {}), [], "the environment may have it");
});

test("one wrong indentation is one error, and repeated keys are one each", (t) => {
  t.deepEqual(places(paused.replace("    - name: ledger", "     - name: ledger")), ["6:6 error "]);
  t.deepEqual(places("config:\n  a:b: 1\n  a:b: 2\n  a:b: 3\n"), ["3:3 error ", "4:3 error "]);
});

test("lines that init has marked are warnings until they are edited", (t) => {
  const example = valid.replace("customers\n", "customers   # edit: nothing was found, this is an example\n");
  t.deepEqual(judge(example, {}), [
    {
      severity: "warning",
      path: "",
      line: 3,
      column: 25,
      message:
        "init did not know what to write here (nothing was found, this is an example); edit the line, and remove this comment",
    },
  ]);
  t.deepEqual(judge(`${valid}  # edit: a comment on a line of its own\n`, {}), []);
});

test("says which databases and pauses a file without errors describes, in the schedule's zone and in UTC", (t) => {
  const now = Date.parse("2026-11-28T05:00:00Z");
  const line = (text: string) => {
    const { understood } = judged(text, {});
    return understood && understoodText(understood, now);
  };
  t.is(line(valid), "customers (Amazon Aurora PostgreSQL, ap-northeast-1); pauses no pods");
  t.is(
    line(paused),
    'customers (Amazon Aurora PostgreSQL, ap-northeast-1), ledger (Amazon DynamoDB, ap-northeast-1); pauses the pods of scalar/scalardb-cluster at "0 3 * * *", next at 2026-11-29 03:00 Asia/Tokyo (2026-11-28T18:00:00Z)',
  );
  t.regex(
    line(paused.replace("    timeZone: Asia/Tokyo\n", "")) ?? "",
    /, next at 2026-11-29 03:00 Etc\/UTC \(2026-11-29T03:00:00Z\)$/,
  );
  const several = `${paused}    cluster: tokyo
    rendezvousSeconds: 40
    otherClusters:
      - { cluster: osaka, releases: [{ namespace: scalar, name: scalardb-cluster }], kubernetes: { context: osaka } }
`;
  t.regex(
    line(several) ?? "",
    /pauses the pods of tokyo: scalar\/scalardb-cluster, osaka: scalar\/scalardb-cluster at "0 3 \* \* \*", for 40 s \(pause\.maxDrainSeconds \+ holdSeconds, .*\), next at /,
  );
  t.regex(
    line(`${paused}    notify: { webhook: { url: { secure: AAAB } } }\n`) ?? "",
    /, next at 2026-11-29 03:00 Asia\/Tokyo /,
    "what is encrypted hides nothing else",
  );
  t.regex(line(paused.replace("0 3 * * *", "@every 12h")) ?? "", / at "@every 12h"$/);
  t.regex(line(`${paused}    suspend: true\n`) ?? "", / at "0 3 \* \* \*", but is suspended$/);
  t.is(line(paused.replace("0 3 * * *", "60 3 * * *")), undefined);
});

test("a folder stands for its stack files", async (t) => {
  const inner = mkdtempSync(join(folder, "stacks-"));
  t.regex(
    (await ran(["check", inner])).notes.join("\n"),
    /there is no stack file \(Pulumi\.<stack>\.yaml\) in .*stacks-/,
  );
  writeFileSync(join(inner, "Pulumi.b.yaml"), valid);
  writeFileSync(join(inner, "Pulumi.a.yaml"), valid);
  writeFileSync(join(inner, "other.yaml"), "");
  const { exitCode, out } = await ran(["check", inner]);
  t.is(exitCode, 0);
  t.deepEqual(
    out.map((line) => line.split(" (")[0]),
    [
      `${join(inner, "Pulumi.a.yaml")}: customers`,
      `${join(inner, "Pulumi.b.yaml")}: customers`,
      "2 files checked: no problems",
    ],
  );
  const doctor = await ran(["doctor", inner]);
  t.is(doctor.exitCode, 2);
  t.regex(doctor.notes.join("\n"), /it is a folder; name a file in it/);
});

test("follows aliases to the values that they stand for", (t) => {
  const text = `x: &x
  region: ap-northeast-1
  clusterIdentifer: customers-prod
config:
  scalar-backup:databases:
    - name: customers
      auroraPostgresql: { existing: *x }
`;
  t.deepEqual(places(text), ["3:3 error scalar-backup:databases[0].auroraPostgresql.existing.clusterIdentifer"]);
});

test("exits with 1 for errors, with --strict for warnings too, and prints JSON that names file, line and path", async (t) => {
  const wrong = written("Pulumi.wrong.yaml", valid.replace("clusterIdentifier", "clusterIdentifer"));
  const { exitCode, out } = await ran(["check", wrong]);
  t.is(exitCode, 1);
  t.is(
    out[0]?.slice(0, out[0].indexOf(": unknown key")),
    `${wrong}:5:45: error: scalar-backup:databases[0].auroraPostgresql.existing.clusterIdentifer`,
  );
  t.is(out.at(-1), "1 file checked: 1 error");

  const json = await ran(["check", "--json", wrong]);
  t.is(json.exitCode, 1);
  const [{ file, findings }] = JSON.parse(json.out.join("\n")).files;
  t.is(file, wrong);
  t.like(findings[0], { severity: "error", line: 5, column: 45 });

  const doubtful = written("Pulumi.doubt.yaml", valid.replace("ap-northeast-1", "ap-northeast-9"));
  t.is((await ran(["check", doubtful])).exitCode, 0);
  t.is((await ran(["check", "--strict", doubtful])).exitCode, 1);
});

test("what is only to be known fails no check, and is a notice for GitHub", async (t) => {
  const file = written(
    "Pulumi.elsewhere.yaml",
    `config:
  kubernetes:context: scalar-prod
  scalar-backup:databases:
    - name: ledger
      dynamodb:
        existing: { region: ap-northeast-1, namespaces: [ledger] }
        restoreTo: { region: ap-northeast-3 }
  scalar-backup:pause:
    schedule: "0 3 * * *"
    releases: [{ namespace: scalar, name: scalardb }]
`,
  );
  const { exitCode, out } = await ran(["check", "--strict", "--github", file]);
  t.is(exitCode, 0, out.join("\n"));
  t.true(out[0]?.startsWith(`${file}:7:22: note: scalar-backup:databases[0].dynamodb.restoreTo.region: `), out[0]);
  t.true(out.some((line) => line.startsWith(`::notice file=${file.replaceAll(":", "%3A")},line=7,`)));
  t.true(out.includes("1 file checked: no problems"));
});

test("prints GitHub's annotations, escaped as GitHub reads them", async (t) => {
  const file = written("Pulumi.a,b.yaml", valid.replace("customers-prod", '"100%\\n"'));
  const { out } = await ran(["check", "--github", file]);
  const [annotation] = out.filter((line) => line.startsWith("::"));
  t.regex(
    annotation ?? "",
    /^::error file=[^:]*Pulumi\.a%2Cb\.yaml,line=5,col=45,title=scalar-backup%3A[^:,]*::"100%25\\n" is not/,
  );
});
