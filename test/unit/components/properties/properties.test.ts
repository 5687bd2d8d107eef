import test from "ava";
import { parse } from "yaml";
import { helmValues } from "../../../../components/helm-values";
import { changeProperties } from "../../../../components/properties";
import { propertiesProblems } from "../../../../components/properties-problems";

const CONTACT_POINTS = "scalar.db.contact_points";
const COPY = { key: CONTACT_POINTS, value: "jdbc:mysql://copy.example.com:3306/" };

/** Helm values, by chart and key. */
const loadValues = (values: string) => parse(values) as Record<string, Record<string, string>>;

test("a key of a copy in place of a reference to a Secret is said to be plain text; an address is none", (t) => {
  const present = `scalar.db.contact_points=https://ledger.example.com/\nscalar.db.password=\${env:LEDGER_KEY}\n`;
  const { text, notes } = changeProperties(present, [
    { key: CONTACT_POINTS, value: "https://copy.example.com/" },
    { key: "scalar.db.password", value: "KEY" },
  ]);
  t.is(text, "scalar.db.contact_points=https://copy.example.com/\nscalar.db.password=KEY\n");
  t.deepEqual(notes, [
    `scalar.db.password: your value comes from elsewhere (\${env:LEDGER_KEY}), and the copy's takes its place as plain text; to keep it in a Secret, put this value there and keep your line`,
  ]);
});

test("continued lines, blanks for an equals sign and comments stay as they are", (t) => {
  const present = [
    "# The ledger's own.",
    "scalar.db.storage jdbc",
    "",
    "scalar.db.contact_points=\\",
    "    jdbc:mysql://ledger.example.com:3306/ledger?\\",
    "    useSSL=true",
    "! and more",
    "scalar.db.username : \\",
    "  scalar.db.contact_points=no",
  ].join("\n");
  const { text: changed, notes } = changeProperties(present, [COPY]);
  t.is(
    changed,
    [
      "# The ledger's own.",
      "scalar.db.storage jdbc",
      "",
      "scalar.db.contact_points=jdbc:mysql://copy.example.com:3306/ledger?useSSL=true",
      "! and more",
      "scalar.db.username : \\",
      "  scalar.db.contact_points=no",
      "",
    ].join("\n"),
  );
  t.deepEqual(notes, []);
});

test("a key that is given twice is left once, with the copy's value", (t) => {
  const { text: changed } = changeProperties(
    `${CONTACT_POINTS}=jdbc:mysql://a/x\n${CONTACT_POINTS}=jdbc:mysql://b/y\n`,
    [COPY],
  );
  t.is(changed, `${CONTACT_POINTS}=jdbc:mysql://copy.example.com:3306/y\n`);
});

test("a value that comes from elsewhere is replaced whole, and the values say so", (t) => {
  const { text: changed, notes } = changeProperties(`${CONTACT_POINTS}=\${env:LEDGER_URL}\n`, [COPY]);
  t.is(changed, `${CONTACT_POINTS}=${COPY.value}\n`);
  t.regex(notes.join(), /your value is not a JDBC URL with a host in it/);
});

test("values for what is no product are those of ScalarDB Cluster", (t) => {
  for (const product of ["unknown", "constructor"])
    t.is(helmValues(product, [COPY]), helmValues("scalardb-cluster", [COPY]));
});

test("without present properties the values say what a JDBC URL lacks", (t) => {
  const values = helmValues("auditor", [COPY]);
  t.regex(values, /^# These lines take the place of the same keys/);
  t.regex(values, /# Of a JDBC URL take host and port only/);
  t.regex(
    loadValues(values).auditor?.auditorProperties as string,
    /^scalar\.db\.contact_points ?= ?jdbc:mysql:\/\/copy\.example\.com:3306\/\n$/,
  );
});

test("a blank between key and value, and continued lines, are properties as Java reads them", (t) => {
  t.deepEqual(
    propertiesProblems("scalar.db.storage jdbc\nscalar.db.contact_points \\\n  jdbc:mysql://db/ledger\n\\\na=b"),
    [],
  );
  t.regex(propertiesProblems("a=b\nsee ledger.properties\nlast\n")[0]?.message ?? "", /^lines 2, 3 are not key=value/);
});
