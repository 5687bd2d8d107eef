import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { databasesSchema } from "../../../../components/databases";
import { examples } from "../../../programs/examples";

// A vault is not a kind: every kind may have one.
const KINDS = Object.keys(databasesSchema.element.shape).filter((key) => key !== "name" && key !== "vault");

test("every kind has an example", (t) => {
  const databases = examples.flatMap(({ config }) => config["scalar-backup:databases"]);
  const given = databases.flatMap((database) => Object.keys(Object(database)));
  t.deepEqual(
    KINDS.filter((kind) => !given.includes(kind)),
    [],
  );
});

test("every kind has a row in README's table of databases", (t) => {
  const readme = readFileSync(join(__dirname, "../../../../README.md"), "utf8");
  const named = [...readme.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(([, names = ""]) =>
    names.replaceAll("`", "").split(", "),
  );
  t.deepEqual(
    KINDS.filter((kind) => !named.includes(kind)),
    [],
  );
});

test("every kind has its caveats in docs/databases.md", (t) => {
  const page = readFileSync(join(__dirname, "../../../../docs/databases.md"), "utf8");
  const headings = [...page.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading).join(", ");
  t.deepEqual(
    KINDS.filter((kind) => !headings.includes(`\`${kind}\``)),
    [],
  );
});

test("every kind is played by the contract", (t) => {
  const folder = join(__dirname, "../../../programs/databases");
  const files = readdirSync(join(folder, "kinds")).map((file) => join("kinds", file));
  const texts = ["aws.test.ts", "azure.test.ts", ...files].map((file) => readFileSync(join(folder, file), "utf8"));
  t.deepEqual(
    KINDS.filter((kind) => !texts.some((text) => new RegExp(`key: "${kind}"|\\b${kind}: \\{`).test(text))),
    [],
  );
});
