// Which files of test/unit run together, in one thread. A thread costs 0.25 s of CPU before its first test, mostly for AVA's
// own modules, and loads again what the files of a room have in common.
const { readdirSync, readFileSync } = require("node:fs");
const { join, sep } = require("node:path");

const UNIT = join(__dirname, "..");

/** The folders of test/unit in each group; about as much work in each. A file of this folder runs each group. */
const SIDE_BY_SIDE = {
  components: ["components", "plugin"],
  pauser: ["pauser"],
  policies: ["policies", "checks", "rehearsal"],
  program: ["cli", "config", "docs", "operations", "permissions"],
  "restore-points": ["restore-points"],
  "simulated-clouds": ["simulator/cloud"],
  simulator: ["simulator/engine", "simulator/providers"],
};

/** The same for files whose tests run one after another, and one file after another. */
const IN_TURN = {
  "operations-in-turn": ["operations"],
  "simulated-aws-in-turn": ["simulator/cloud/aws"],
  "simulated-clouds-in-turn": ["simulator/cloud", "simulator/providers"],
  "switch-over-in-turn": ["operations/switch-over"],
};

/** Signs of what no other file may share: hooks, the process, the SDK's mocks, and the tokens that Azure's libraries keep. */
const NEEDS_A_THREAD = new RegExp(
  [
    String.raw`\btest\.(before|after)`,
    String.raw`\bprocess\.(chdir|exit|on|once|stdout|stderr)\b`,
    String.raw`\bsetMocks\b`,
    "/operations/(azure|cosmosdb)",
  ].join("|"),
);

/**
 * Signs of what tests may not share at the same time: an order of tests, variables, and time: the clouds' clocks run in real time, so
 * a request that waits for other tests' work may find another state.
 */
const NEEDS_A_TURN = new RegExp(
  [
    String.raw`\btest\.serial`,
    String.raw`\bprocess\.env\b`,
    String.raw`\bset(Timeout|Immediate)\b|\b(delay|sleep)\(|\btimers/promises\b`,
    String.raw`\b(serveAws|serveAzure|SimulatedCloud|startCluster|KubernetesCluster|createServer|fetch)\b|@aws-sdk/client`,
  ].join("|"),
);

const GROUPS = { ...SIDE_BY_SIDE, ...IN_TURN };
const isInTurn = (group) => group in IN_TURN;

/** The paths of a group's files within test/unit, with slashes. */
function filesOf(group) {
  return GROUPS[group]
    .flatMap((folder) =>
      readdirSync(join(UNIT, folder), { recursive: true }).map((name) => `${folder}/${name.replaceAll(sep, "/")}`),
    )
    .filter((file) => file.endsWith(".test.ts") && groupOf(file) === group)
    .sort();
}

/** The group of the innermost of a file's folders that is in one; undefined for a file with a thread of its own. */
function groupOf(file) {
  const text = readFileSync(join(UNIT, file), "utf8");
  if (NEEDS_A_THREAD.test(text)) return undefined;
  const candidates = Object.entries(NEEDS_A_TURN.test(text) ? IN_TURN : SIDE_BY_SIDE).flatMap(([group, folders]) =>
    folders.filter((folder) => file.startsWith(`${folder}/`)).map((folder) => ({ group, depth: folder.length })),
  );
  return candidates.sort((a, b) => b.depth - a.depth)[0]?.group;
}

module.exports = { UNIT, GROUPS, filesOf, isInTurn };
