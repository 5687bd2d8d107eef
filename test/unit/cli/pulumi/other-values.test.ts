import test from "ava";
import { parse } from "yaml";
import { withValues } from "../../../../cli/pulumi/other-values";
import { firstLines } from "../../../../cli/pulumi/stack";

const FILE = `# Ours.
encryptionsalt: v1:abc=
config:
  aws:region: ap-northeast-1
  # A secret.
  aws:secretKey:
    secure: v1:xyz
  scalar-backup:restore: { verify: { enabled: true } }
`;

test("a copy of a stack's file has other values; what is secret stays encrypted, and an instant is a text", (t) => {
  const text = withValues(FILE, { "scalar-backup:restore": { at: "2026-11-22T03:00:00Z" } });
  const { encryptionsalt, config } = parse(text, { schema: "yaml-1.1" });
  t.is(encryptionsalt, "v1:abc=");
  t.deepEqual(config, {
    "aws:region": "ap-northeast-1",
    "aws:secretKey": { secure: "v1:xyz" },
    "scalar-backup:restore": { at: "2026-11-22T03:00:00Z" },
  });
});

test("a stack's file in JSON, and one without a configuration, get values as well", (t) => {
  for (const text of ['{ "config": { "aws:region": "eu-west-1" } }', "encryptionsalt: v1:abc=\n", ""])
    t.is(parse(withValues(text, { "scalar-backup:restore": { at: "x" } })).config["scalar-backup:restore"].at, "x");
});

test("an error of the Automation API is what Pulumi has printed to standard error", (t) => {
  const said = "Command failed with exit code 1: pulumi stack select\nerror: failed to load checkpoint: EOF";
  t.is(firstLines(`code: -2\n stdout: \n stderr: ${said}\n err?: Error: ${said}\n`), said);
  t.is(firstLines(`code: 255\n stdout: much\nmore\n stderr: ${said}\n`), said);
  t.regex(firstLines("code: 255\n stdout: error: no\n stderr: \n"), /error: no/);
});
