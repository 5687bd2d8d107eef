import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import { judge } from "../../../cli/check/judge";
import { readFileConfig } from "../../../cli/stack-config";

const FILE = `config:
  aws:region: ap-northeast-1
  kubernetes:kubeconfig: { secure: v1:AAAA }
  scalar-backup:databases:
    - name: ledger
      dynamodb: { existing: { namespaces: [ledger] } }
  scalar-backup:pause:
    schedule: "0 3 * * *"
    releases: [{ namespace: scalar, name: scalardb-cluster }]
    notify:
      webhook: { url: { secure: v1:AAAA }, when: always }
      otlp: { endpoint: "http://otel:4318", headers: { api-key: { secure: v1:AAAA } } }
`;

function read(t: ExecutionContext, text: string) {
  const folder = mkdtempSync(join(tmpdir(), "stack-config-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "Pulumi.prod.yaml");
  writeFileSync(file, text);
  return readFileConfig(file);
}

test("encrypted addresses of reports leave the rest of the pause readable", (t) => {
  const { values, encrypted } = read(t, FILE);
  t.deepEqual(encrypted, ["kubernetes:kubeconfig"]);
  t.like(values["scalar-backup:pause"], {
    schedule: "0 3 * * *",
    notify: {
      webhook: { url: "https://encrypted.invalid", when: "always" },
      otlp: { endpoint: "http://otel:4318", headers: { "api-key": "https://encrypted.invalid" } },
    },
  });
});

test("another encrypted value in the pause still hides it: a program would use the wrong one", (t) => {
  const { values, encrypted } = read(t, FILE.replace('schedule: "0 3 * * *"', "schedule: { secure: v1:AAAA }"));
  t.deepEqual(encrypted, ["kubernetes:kubeconfig", "scalar-backup:pause"]);
  t.false("scalar-backup:pause" in values);
});

test("a file that is not YAML is refused with its line", (t) => {
  t.throws(() => read(t, "config:\n\taws:region: a\n"), { message: /Pulumi\.prod\.yaml:2:1: is not valid YAML: tabs/ });
  t.throws(() => read(t, "config: &a\n  b:c: [*a]\n"), { message: /:2:9: \*a is within &a/ });
});

test("check accepts encrypted addresses", (t) => {
  t.deepEqual(judge(FILE, {}), []);
});
