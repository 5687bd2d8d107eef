import test from "ava";
import { moveJdbcUrl } from "../../../../components/jdbc-url";

const MYSQL = "jdbc:mysql://copy.example.com:3306/";
const POSTGRESQL = "jdbc:postgresql://copy.example.com:5432/postgres";
const ORACLE = "jdbc:oracle:thin:@copy.example.com:1521/ORCL";
const SQL_SERVER = "jdbc:sqlserver://copy.example.com:1433;databaseName=orders";

/** Present URLs, with what becomes of them; that drivers read the result alike is judged in test/fidelity/scalardb. */
const MOVED: [present: string, copy: string, expected: string][] = [
  ["jdbc:mysql://db:3306/ledger?useSSL=true&x=y", MYSQL, "jdbc:mysql://copy.example.com:3306/ledger?useSSL=true&x=y"],
  ["jdbc:mysql://db/ledger", MYSQL, "jdbc:mysql://copy.example.com:3306/ledger"],
  [
    "jdbc:mysql://scalar:pass%40word@db:3306/ledger",
    MYSQL,
    "jdbc:mysql://scalar:pass%40word@copy.example.com:3306/ledger",
  ],
  ["jdbc:mysql://a:3306,b:3306/ledger", MYSQL, "jdbc:mysql://copy.example.com:3306/ledger"],
  ["jdbc:mysql:replication://a,b/ledger", MYSQL, "jdbc:mysql:replication://copy.example.com:3306/ledger"],
  [
    "jdbc:aws-wrapper:mysql://db:3306/ledger?wrapperPlugins=failover",
    MYSQL,
    "jdbc:aws-wrapper:mysql://copy.example.com:3306/ledger?wrapperPlugins=failover",
  ],
  [
    "jdbc:mariadb://db:3306/ledger?sslMode=verify-full",
    MYSQL,
    "jdbc:mariadb://copy.example.com:3306/ledger?sslMode=verify-full",
  ],
  [
    "jdbc:postgresql://db:5432/ledger?currentSchema=a",
    POSTGRESQL,
    "jdbc:postgresql://copy.example.com:5432/ledger?currentSchema=a",
  ],
  ["jdbc:postgresql://[::1]:5432/ledger", POSTGRESQL, "jdbc:postgresql://copy.example.com:5432/ledger"],
  ["jdbc:postgresql:///ledger", POSTGRESQL, "jdbc:postgresql://copy.example.com:5432/ledger"],
  ["jdbc:postgresql://db", POSTGRESQL, "jdbc:postgresql://copy.example.com:5432"],
  ["jdbc:aws-wrapper:postgresql://db/ledger", POSTGRESQL, "jdbc:aws-wrapper:postgresql://copy.example.com:5432/ledger"],
  ["jdbc:oracle:thin:@//db:1521/LEDGER", ORACLE, "jdbc:oracle:thin:@//copy.example.com:1521/LEDGER"],
  ["jdbc:oracle:thin:@//db/LEDGER", ORACLE, "jdbc:oracle:thin:@//copy.example.com:1521/LEDGER"],
  ["jdbc:oracle:thin:@db:1521/LEDGER", ORACLE, "jdbc:oracle:thin:@copy.example.com:1521/LEDGER"],
  ["jdbc:oracle:thin:@db:1521:SID", ORACLE, "jdbc:oracle:thin:@copy.example.com:1521:SID"],
  [
    "jdbc:oracle:thin:scalar/word@//db:1521/LEDGER",
    ORACLE,
    "jdbc:oracle:thin:scalar/word@//copy.example.com:1521/LEDGER",
  ],
  [
    "jdbc:oracle:thin:@tcps://db:2484/LEDGER?retry_count=3",
    ORACLE,
    "jdbc:oracle:thin:@tcps://copy.example.com:2484/LEDGER?retry_count=3",
  ],
  ["jdbc:oracle:thin:@tcp://db:1522/LEDGER", ORACLE, "jdbc:oracle:thin:@tcp://copy.example.com:1521/LEDGER"],
  [
    "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=db)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=LEDGER)))",
    ORACLE,
    "jdbc:oracle:thin:@(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=copy.example.com)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=LEDGER)))",
  ],
  [
    "jdbc:oracle:thin:@(description= (address= (protocol=tcps) (host= db) (port= 2484)) (connect_data= (sid=LEDGER)))",
    ORACLE,
    "jdbc:oracle:thin:@(description= (address= (protocol=tcps) (host= copy.example.com) (port= 2484)) (connect_data= (sid=LEDGER)))",
  ],
  [
    "jdbc:sqlserver://db:1433;databaseName=ledger;encrypt=true",
    SQL_SERVER,
    "jdbc:sqlserver://copy.example.com:1433;databaseName=ledger;encrypt=true",
  ],
  ["jdbc:sqlserver://db;databaseName=ledger", SQL_SERVER, "jdbc:sqlserver://copy.example.com:1433;databaseName=ledger"],
  [
    "jdbc:sqlserver://db\\one:1433;databaseName=ledger;",
    SQL_SERVER,
    "jdbc:sqlserver://copy.example.com:1433;databaseName=ledger;",
  ],
  [
    "jdbc:sqlserver://;serverName=db;portNumber=1433;databaseName=ledger;password={a;port=b}",
    SQL_SERVER,
    "jdbc:sqlserver://copy.example.com:1433;databaseName=ledger;password={a;port=b}",
  ],
  [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as ScalarDB's substitutions are written
    "jdbc:mysql://${env:HOST:-db/x}:${env:PORT}/${env:NAME}?a=${env:A}",
    MYSQL,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as ScalarDB's substitutions are written
    "jdbc:mysql://copy.example.com:3306/${env:NAME}?a=${env:A}",
  ],
];

for (const [present, copy, expected] of MOVED)
  test(`moves ${present}`, (t) => {
    t.is(moveJdbcUrl(present, copy)?.url, expected);
  });

const UNREAD = [
  // biome-ignore lint/suspicious/noTemplateCurlyInString: as ScalarDB's substitutions are written
  "${env:JDBC_URL}",
  "{{ .Env.JDBC_URL }}",
  "jdbc:oracle:thin:@ledger_high",
  "jdbc:oracle:thin:@ldap://directory/ledger,cn=OracleContext",
  "jdbc:mysql://address=(host=db)(port=3306)/ledger",
  "jdbc:mysql+srv://_mysql._tcp.example.com/ledger",
  "jdbc:postgresql:ledger",
  "jdbc:sqlite:ledger.db",
  "",
];

for (const present of UNREAD)
  test(`does not guess where the address is in ${JSON.stringify(present)}`, (t) => {
    t.is(moveJdbcUrl(present, MYSQL), undefined);
  });

/** Passwords that are not encoded, though they have to be: no driver reads these URLs. */
for (const password of ["12,34", "a,12:34", "12/x", "12?x", "12#x", "a/b?c", "1521:x/y"])
  test(`shows nothing of a password with ${password.replace(/[a-z0-9]/g, "")}, and takes none of it for an address`, (t) => {
    for (const [head, copy] of [
      ["jdbc:mysql://", MYSQL],
      ["jdbc:mariadb://", MYSQL],
      ["jdbc:postgresql://", POSTGRESQL],
    ] as const)
      t.is(moveJdbcUrl(`${head}scalar:${password}@db:3306/ledger`, copy), undefined, head);
    const oracle = moveJdbcUrl(`jdbc:oracle:thin:scalar/a@${password}@db:1521/ledger`, ORACLE);
    t.is(oracle, undefined);
  });

test("says what a user should check", (t) => {
  const notes = (present: string, copy: string) => moveJdbcUrl(present, copy)?.notes;
  t.deepEqual(notes("jdbc:postgresql://db:5432/ledger", POSTGRESQL), []);
  t.deepEqual(notes("jdbc:postgresql://db:6432/ledger", POSTGRESQL), ["its port is not the copy's own, which is 5432"]);
  t.deepEqual(notes("jdbc:mysql://a,b/ledger", MYSQL), ["its 2 hosts are replaced with the copy's one"]);
  t.deepEqual(notes("jdbc:sqlserver://db.example.com:1433;hostNameInCertificate=db.example.com", SQL_SERVER), [
    "a parameter still names db.example.com",
  ]);
});
