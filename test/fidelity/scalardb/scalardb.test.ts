import { createServer, type Server } from "node:net";
import test, { type ExecutionContext } from "ava";
import { parse } from "yaml";
import { COORDINATOR_NAMESPACE, COORDINATOR_TABLE } from "../../../components/databases/coordinator";
import { moveJdbcUrl } from "../../../components/jdbc-url";
import { changeProperties } from "../../../components/properties";
import { type CopyProperties, valuesByRelease } from "../../../components/release-values";
import { type ScalarDb, scalarDb } from "./scalardb";

const HOST = "copy.example.com";
const found = scalarDb();

function judged(title: string, run: (t: ExecutionContext, scalarDb: ScalarDb) => void | Promise<void>): void {
  test.serial(title, async (t) => {
    if (typeof found !== "string") return run(t, found);
    t.log(`skipped: ${found}`);
    t.pass();
  });
}

/** Present URLs, and what ScalarDB and the driver read of the URL that takes its place. */
const URLS: [present: string, copy: string, expected: { port: string; database: string; parameters?: string }][] = [
  [
    "jdbc:mysql://scalar:pass%40word@db:3306/ledger?useSSL=true&serverTimezone=UTC",
    `jdbc:mysql://${HOST}:3306/`,
    { port: "3306", database: "ledger", parameters: "{serverTimezone=UTC, useSSL=true}" },
  ],
  ["jdbc:mysql://db/ledger", `jdbc:mysql://${HOST}:3307/`, { port: "3307", database: "ledger" }],
  ["jdbc:mariadb://db:3306/ledger?sslMode=trust", `jdbc:mysql://${HOST}:3306/`, { port: "3306", database: "ledger" }],
  [
    "jdbc:aws-wrapper:mysql://db/ledger?wrapperPlugins=failover",
    `jdbc:mysql://${HOST}:3306/`,
    { port: "3306", database: "ledger" },
  ],
  [
    "jdbc:postgresql://db/ledger?currentSchema=a",
    `jdbc:postgresql://${HOST}:5432/postgres`,
    { port: "5432", database: "ledger" },
  ],
  [
    "jdbc:aws-wrapper:postgresql://db:1/ledger",
    `jdbc:postgresql://${HOST}:5432/postgres`,
    { port: "5432", database: "ledger" },
  ],
  [
    "jdbc:sqlserver://db;databaseName=ledger;encrypt=true",
    `jdbc:sqlserver://${HOST}:1433`,
    { port: "1433", database: "ledger" },
  ],
  [
    "jdbc:sqlserver://;serverName=db;portNumber=1;database=ledger;password={a;port=b}",
    `jdbc:sqlserver://${HOST}:1433`,
    { port: "1433", database: "ledger" },
  ],
];

judged("drivers find the copy, the database and the parameters in a URL whose host is replaced", (t, { judge }) => {
  const texts = URLS.map(
    ([present, copy]) =>
      changeProperties(`scalar.db.storage=jdbc\nscalar.db.contact_points=\\\n  ${present}\n`, [
        { key: "scalar.db.contact_points", value: copy },
      ]).text,
  );
  for (const [index, { storages }] of judge(texts).entries()) {
    const [present, , expected] = URLS[index] as (typeof URLS)[number];
    t.like(storages[""], { storage: "jdbc", host: HOST, ...expected }, present);
  }
});

const COPIES: CopyProperties[] = [
  { name: "ledger", properties: { contact_points: "ap-northeast-3" } },
  { name: "auditor", properties: { contact_points: `jdbc:postgresql://${HOST}:5432/postgres` } },
  { name: "documents", properties: { contact_points: "https://copy.documents.example.com:443/", password: "k3y==" } },
];
const LEDGER = { namespace: "scalar", name: "ledger", databases: ["ledger"] };
const AUDITOR = { namespace: "scalar", name: "auditor", databases: ["auditor", "documents"] };

judged("each release connects to the copies of its own databases, and to nothing else", (t, { judge }) => {
  const byRelease = {
    ledger:
      "scalar.db.storage=dynamo\nscalar.db.contact_points ap-northeast-1\nscalar.db.username=id\nscalar.db.password=secret\n",
    auditor: [
      "scalar.db.storage=multi-storage",
      "scalar.db.multi_storage.storages=auditor,documents",
      "scalar.db.multi_storage.default_storage=auditor",
      "scalar.db.multi_storage.storages.auditor.storage=jdbc",
      "scalar.db.multi_storage.storages.auditor.contact_points=jdbc:postgresql://db:5432/audit?ssl=true",
      "scalar.db.multi_storage.storages.documents.storage=cosmos",
      "scalar.db.multi_storage.storages.documents.contact_points=https://documents.example.com:443/",
      "scalar.db.multi_storage.storages.documents.password=old",
      "scalar.db.consensus_commit.coordinator.namespace=auditor_coordinator",
    ].join("\n"),
  };
  const values = valuesByRelease(COPIES, [LEDGER, AUDITOR], [], { byRelease });
  const texts = [
    loadValues(values["scalar/ledger"] as string).ledger?.ledgerProperties,
    loadValues(values["scalar/auditor"] as string).auditor?.auditorProperties,
  ] as string[];
  const [ledger, auditor] = judge(texts);
  t.deepEqual(ledger?.storages, { "": { storage: "dynamo", region: "ap-northeast-3" } });
  t.like(auditor?.storages.auditor, { storage: "jdbc", host: HOST, port: "5432", database: "audit" });
  t.regex(auditor?.storages.auditor?.url ?? "", /\?ssl=true$/);
  t.deepEqual(auditor?.storages.documents, {
    storage: "cosmos",
    endpoint: "https://copy.documents.example.com:443/",
    key: "k3y==",
  });
  // The names under which a coordinator is looked for.
  t.is(ledger?.coordinator, COORDINATOR_NAMESPACE);
  t.is(ledger?.coordinatorTable, COORDINATOR_TABLE);
  t.is(auditor?.coordinator, "auditor_coordinator");
});

/** Helm values, by chart and key. */
const loadValues = (values: string) => parse(values) as Record<string, Record<string, string>>;

const ORACLE_URLS: [present: string, asked: RegExp][] = [
  ["jdbc:oracle:thin:@//db.example.com:1521/LEDGER", /SERVICE_NAME=LEDGER/],
  ["jdbc:oracle:thin:@db.example.com:1521/LEDGER", /SERVICE_NAME=LEDGER/],
  ["jdbc:oracle:thin:@db.example.com:1521:LEDGER", /SID=LEDGER/],
  [
    "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=db.example.com)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=LEDGER)))",
    /SERVICE_NAME=LEDGER/,
  ],
];

judged("Oracle's driver connects to the copy, and asks it for the same service", async (t, { connect }) => {
  const heard: string[] = [];
  const server = await listening((text) => heard.push(text));
  const { port } = server.address() as { port: number };
  for (const [present, asked] of ORACLE_URLS) {
    const url = moveJdbcUrl(present, `jdbc:oracle:thin:@127.0.0.1:${port}/ORCL`)?.url as string;
    heard.length = 0;
    await connect(url);
    t.regex(heard.join(""), asked, url);
  }
  server.close();
});

/** A server that hears what a driver sends, and hangs up. */
function listening(hear: (text: string) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", (data) => {
      hear(data.toString("latin1"));
      socket.destroy();
    });
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}
