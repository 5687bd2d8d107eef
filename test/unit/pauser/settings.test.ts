import test from "ava";
import { BOUNDS, readEnvironment, type SettingsError } from "../../../pauser/settings";

const SETTINGS = { record: { namespace: "a", name: "windows" }, releases: [{ namespace: "a", name: "scalardb" }] };
const ENVIRONMENT = { PAUSER_API_SERVER: "http://127.0.0.1:8001", PAUSER_SETTINGS: JSON.stringify(SETTINGS) };

function problems(env: Record<string, string | undefined>): string[] {
  try {
    readEnvironment(env);
    return [];
  } catch (error) {
    return (error as SettingsError).problems;
  }
}
const faultsOf = (settings: object) => problems({ ...ENVIRONMENT, PAUSER_SETTINGS: JSON.stringify(settings) });

test("the required settings have defaults for all others", (t) => {
  const { settings, pod } = readEnvironment(ENVIRONMENT);
  t.like(settings, { ...SETTINGS, cluster: "default", holdSeconds: 10, minWindowSeconds: 5, rendezvousSeconds: 0 });
  t.is(pod, undefined);
});

test("in a pod the API server's address comes from Kubernetes' variables", (t) => {
  const missing = problems({ PAUSER_SETTINGS: ENVIRONMENT.PAUSER_SETTINGS, KUBERNETES_SERVICE_HOST: "10.0.0.1" });
  t.deepEqual(missing, [
    "PAUSER_SERVICE_ACCOUNT_DIRECTORY: no ca.crt in /var/run/secrets/kubernetes.io/serviceaccount, needed for https://10.0.0.1",
  ]);
});

test("outside a pod the API server must be set", (t) => {
  t.regex(problems({ PAUSER_SETTINGS: ENVIRONMENT.PAUSER_SETTINGS })[0] ?? "", /PAUSER_API_SERVER: needed/);
  t.regex(problems({ ...ENVIRONMENT, PAUSER_API_SERVER: "ftp://x" })[0] ?? "", /http or https/);
});

const WRONG: [settings: object, fault: RegExp][] = [
  [{ ...SETTINGS, hold: 5 }, /unknown key "hold"; known are cluster, record/],
  [{ ...SETTINGS, releases: [] }, /releases: a list of at least one/],
  [
    { ...SETTINGS, releases: [...SETTINGS.releases, ...SETTINGS.releases] },
    /releases\[1\]: release a\/scalardb is listed twice/,
  ],
  [{ ...SETTINGS, releases: [{ namespace: "a" }] }, /releases\[0\]\.name: a text is expected, got undefined/],
  [{ ...SETTINGS, record: "x" }, /record: an object is expected, got "x"/],
  [{ ...SETTINGS, holdSeconds: "10" }, /holdSeconds: a number from 0 to 600 is expected, got "10"/],
  [{ ...SETTINGS, holdSeconds: 4 }, /holdSeconds: at least 6 is expected, got 4/],
  [{ ...SETTINGS, rendezvousSeconds: 60 }, /PAUSER_JOB_NAME: needed/],
  [{ ...SETTINGS, releases: [{ ...SETTINGS.releases[0], tls: { caCertificate: "x" } }] }, /caCertificate: a PEM/],
];
for (const [settings, fault] of WRONG) {
  test(`refused: ${fault.source}`, (t) => t.regex(faultsOf(settings).join("\n"), fault));
}

test("all problems are reported at once", (t) => {
  t.is(faultsOf({ record: {}, releases: [], holdSeconds: -1, maxDrainSeconds: 0 }).length, 5);
  t.deepEqual(problems({ ...ENVIRONMENT, PAUSER_SETTINGS: "{" }).length, 1);
  t.regex(problems({ PAUSER_API_SERVER: "http://x" })[0] ?? "", /PAUSER_SETTINGS: missing/);
});

test("defaults lie within their bounds", (t) => {
  for (const [key, { default: value, min, max }] of Object.entries(BOUNDS)) t.true(value >= min && value <= max, key);
});
