import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Kubernetes and its staging modules are released together: v1.x.y and v0.x.y. */
const KUBERNETES = "1.36.3";
const STAGING = KUBERNETES.replace(/^1\./, "0.");

/** Kubernetes' own choice of etcd's version is taken from its go.mod. */
const PROGRAMS = {
  etcd: "go.etcd.io/etcd/server/v3",
  "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver",
  "kube-controller-manager": "k8s.io/kubernetes/cmd/kube-controller-manager",
} as const;

export type Program = keyof typeof PROGRAMS;

/** For one command of Go, so that a registry that does not answer ends in a message. */
const GO_MILLIS = 45 * 60_000;

/** The programs cannot be built here: no modules to be had, a Go that is too old, no room. It says nothing of the project. */
export class BuildError extends Error {}

export function goIsThere(): boolean {
  return spawnSync("go", ["version"]).status === 0;
}

/**
 * The control plane's programs, built from the Go module registry with nothing but Go. The first build takes some minutes;
 * the programs are then kept in the user's cache directory.
 * @throws BuildError
 */
export function controlPlaneBinaries(progress: (line: string) => void): Record<Program, string> {
  const directory = join(cacheDirectory(), "scalar-backup", `control-plane-${KUBERNETES}`);
  const names = Object.keys(PROGRAMS) as Program[];
  if (!names.every((name) => existsSync(join(directory, name)))) {
    mkdirSync(directory, { recursive: true });
    writeModule(directory);
    for (const name of names) {
      if (existsSync(join(directory, name))) continue;
      progress(`building ${name} (once; kept in ${directory})`);
      build(directory, name);
    }
  }
  return Object.fromEntries(names.map((name) => [name, join(directory, name)])) as Record<Program, string>;
}

export function cacheDirectory(): string {
  if (process.env.XDG_CACHE_HOME) return process.env.XDG_CACHE_HOME;
  return process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache");
}

/**
 * A module that requires Kubernetes as a library. Kubernetes' go.mod points its staging modules at folders of its own
 * repository, which do not come with a download: each is replaced by its published version.
 */
function writeModule(directory: string): void {
  const downloaded = go(directory, ["mod", "download", "-json", `k8s.io/kubernetes@v${KUBERNETES}`]).stdout;
  const goMod = readFileSync((JSON.parse(downloaded) as { GoMod: string }).GoMod, "utf8");
  const staging = [...goMod.matchAll(/^\s*(k8s\.io\/\S+) => \.\/staging\//gm)].map(([, module]) => module);
  const etcd = /^\s*go\.etcd\.io\/etcd\/server\/v3 (\S+)/m.exec(goMod)?.[1];
  const goVersion = /^go (\S+)/m.exec(goMod)?.[1];
  writeFileSync(
    join(directory, "go.mod"),
    [
      "module control-plane",
      `go ${goVersion}`,
      `require k8s.io/kubernetes v${KUBERNETES}`,
      `require go.etcd.io/etcd/server/v3 ${etcd}`,
      ...staging.map((module) => `replace ${module} => ${module} v${STAGING}`),
      "",
    ].join("\n"),
  );
}

function build(directory: string, name: Program): void {
  // Without a version of its own, kube-apiserver takes itself for v0.0.0 and refuses to start.
  const [major, minor] = KUBERNETES.split(".");
  const version = "k8s.io/component-base/version";
  const flags = [
    `-X ${version}.gitVersion=v${KUBERNETES}`,
    `-X ${version}.gitMajor=${major}`,
    `-X ${version}.gitMinor=${minor}`,
    "-s -w",
  ].join(" ");
  const unfinished = join(directory, `${name}.unfinished`);
  go(directory, ["build", "-mod=mod", "-trimpath", "-ldflags", flags, "-o", unfinished, PROGRAMS[name]]);
  renameSync(unfinished, join(directory, name));
}

function go(directory: string, args: string[]): SpawnSyncReturns<string> {
  const result = spawnSync("go", args, {
    cwd: directory,
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
    timeout: GO_MILLIS,
    env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" },
  });
  if (result.status !== 0) {
    const said = result.error?.message ?? (result.stderr || result.stdout || `ended by ${result.signal}`);
    throw new BuildError(`go ${args.join(" ")} failed:\n${said}`);
  }
  return result;
}
