import test from "ava";
import { ListVersions } from "../../../pauser/list-versions";

const RECORD = "/api/v1/namespaces/scalar/configmaps/windows";
const OWN_POD = "/api/v1/namespaces/scalar/pods/nightly-1";
const LEASE = "/apis/coordination.k8s.io/v1/namespaces/scalar/leases/scalar-backup-scalardb";
const PODS = "/api/v1/pods";
const DEPLOYMENTS = "/apis/apps/v1/deployments";

/** What a process has read and written, in order: objects by their paths, lists by their types. */
function readAll(...reads: [path: string, version: string][]): ListVersions {
  const versions = new ListVersions();
  for (const [path, version] of reads)
    if (path === PODS || path === DEPLOYMENTS) versions.listOf(path)(version);
    else versions.sawObject(path, version);
  return versions;
}

const older = { message: /is older \(resourceVersion \d+\) than what was read or written before/ };

test("a list that is older than a list of the same type is refused", (t) => {
  const versions = readAll([PODS, "20"]);
  t.throws(() => versions.listOf(PODS)("19"), older);
  t.notThrows(() => versions.listOf(PODS)("20"));
  t.notThrows(() => versions.listOf(DEPLOYMENTS)("19"));
});

test("the first list of pods must not be older than the own pod, whatever was read before", (t) => {
  const versions = readAll([RECORD, "30"], [OWN_POD, "20"]);
  t.throws(() => versions.listOf(PODS)("19"), older);
  t.notThrows(() => versions.listOf(PODS)("20"));
});

test("if the own pod is newer than the record, lists must not be older than the record's newest version", (t) => {
  for (const list of [PODS, DEPLOYMENTS]) {
    const versions = readAll([RECORD, "10"], [OWN_POD, "20"], [RECORD, "30"]);
    t.throws(() => versions.listOf(list)("29"), older);
    t.notThrows(() => versions.listOf(list)("30"));
  }
});

test("a list that is newer than the first version of an object must not be older than its newest version", (t) => {
  const versions = readAll([LEASE, "10"], [LEASE, "30"]);
  t.throws(() => versions.listOf(PODS)("29"), older);
  t.notThrows(() => versions.listOf(PODS)("30"));
});

test("a list need not contain what was read after its request", (t) => {
  const versions = readAll([RECORD, "10"], [OWN_POD, "20"]);
  const check = versions.listOf(PODS);
  versions.sawObject(RECORD, "30");
  versions.listOf(PODS)("30");
  t.notThrows(() => check("25"));
  t.throws(() => versions.listOf(PODS)("25"), older);
});

test("pods in a separate store may have lower or higher versions than other objects", (t) => {
  const lower = readAll([RECORD, "1000"], [OWN_POD, "20"], [LEASE, "1010"], [RECORD, "1020"], [LEASE, "1030"]);
  t.notThrows(() => lower.listOf(PODS)("21"));
  t.notThrows(() => lower.listOf(DEPLOYMENTS)("1031"));
  t.throws(() => lower.listOf(DEPLOYMENTS)("1025"), older);

  const higher = readAll([RECORD, "20"], [OWN_POD, "1000"], [LEASE, "25"], [RECORD, "30"], [LEASE, "35"]);
  t.notThrows(() => higher.listOf(PODS)("1001"));
  t.notThrows(() => higher.listOf(DEPLOYMENTS)("36"));
  t.throws(() => higher.listOf(DEPLOYMENTS)("29"), older);
});

test("Leases in a separate store with higher versions do not refuse lists", (t) => {
  const versions = readAll([RECORD, "20"], [OWN_POD, "25"], [LEASE, "5000"], [RECORD, "30"], [LEASE, "5010"]);
  t.notThrows(() => versions.listOf(PODS)("31"));
  t.notThrows(() => versions.listOf(DEPLOYMENTS)("31"));
});

test("versions that are not numbers are not compared", (t) => {
  const versions = readAll([RECORD, "10"], [OWN_POD, "20"], [PODS, "30"]);
  t.notThrows(() => versions.listOf(PODS)("abc"));
  t.notThrows(() => versions.listOf(PODS)(undefined));
});
