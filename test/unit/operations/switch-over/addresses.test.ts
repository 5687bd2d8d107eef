import test from "ava";
import { type Carried, carriedOf } from "../../../../operations/switch-over/addresses";

const MOVED = { name: "ledger", source: "prod.example.com", copy: "prod-20261122t030012z.example.com" };

/** What a Deployment with these properties has. */
function has(
  text: string,
  more: { variables?: Record<string, string>; keys?: string[]; configMaps?: string[] } = {},
): Carried {
  const { variables = {}, keys, configMaps = ["ledger-properties"] } = more;
  const where = { cluster: "default", namespace: "scalar", release: "ledger", deployment: "ledger-scalardl-ledger" };
  return carriedOf({ ...where, configMaps, texts: [text], variables }, { ...MOVED, ...(keys && { keys }) });
}

const COPY = "scalar.db.contact_points=https://prod-20261122t030012z.example.com:443/";

test("the host in contact_points decides, of each storage, in URLs of every form", (t) => {
  for (const url of [
    "https://PROD.example.com:443/",
    "jdbc:postgresql://prod.example.com:5432/db?ssl=true",
    "prod.example.com",
  ])
    t.is(has(`scalar.db.contact_points=${url}`).of, "source", url);
  t.is(has(COPY).of, "copy");
  t.is(has(`scalar.db.multi_storage.storages.any-name.contact_points=${MOVED.copy}`).of, "copy");
  t.is(has(`# scalar.db.contact_points=${MOVED.source}\n${COPY}`).of, "copy", "a comment is none");
  t.is(has(`scalar.db.contact_points=${MOVED.source}\n${COPY}`).of, "copy", "Java reads the last of several");
});

test("another host that only begins or ends like it is another", (t) => {
  for (const host of ["prod.example.com.evil.org", "my-prod.example.com", "prod.example.community"])
    t.is(has(`scalar.db.contact_points=${host}`).of, "neither", host);
});

test("a release that names both is not done", (t) => {
  const both = has(`${COPY}\nscalar.db.multi_storage.storages.old.contact_points=${MOVED.source}`);
  t.deepEqual(both, { of: "both", because: `its properties name both ${MOVED.source} and ${MOVED.copy}` });
});

test("placeholders have the values of the Deployment's own variables; those of Secrets are named", (t) => {
  const variables = { HOST: MOVED.copy };
  for (const placeholder of ["${" + "env:HOST}", "${" + "env:HOST:-localhost}", '{{ default .Env.HOST "" }}'])
    t.is(has(`scalar.db.contact_points=${placeholder}`, { variables }).of, "copy", placeholder);
  const unknown = has('scalar.db.contact_points={{ default .Env.HOST "" }}');
  t.like(unknown, { of: "neither" });
  t.regex("because" in unknown ? unknown.because : "", /come from HOST, .* a Secret is not read/);
});

test("a password has to be a key of the copy, unless a Secret has it", (t) => {
  const keys = ["primary==", "secondary=="];
  for (const key of keys) t.is(has(`${COPY}\nscalar.db.password=${key}`, { keys }).of, "copy");
  const former = has(`${COPY}\nscalar.db.password=former==`, { keys });
  t.regex("because" in former ? former.because : "", /^scalar\.db\.password is not a key of prod-20261122t030012z/);
  t.false(JSON.stringify(former).includes("former=="));
  t.is(has(`${COPY}\nscalar.db.password={{ .Env.KEY }}`, { keys }).of, "copy");
});

test("without a ConfigMap with properties, nothing is known", (t) => {
  t.like(has("", { configMaps: [] }), { of: "neither" });
});
