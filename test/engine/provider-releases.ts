/**
 * Whether a provider's version was released, by registries that Pulumi publishes to from the same tag as it does plugins:
 * the Go module proxy, which answers from the repository's tags, and PyPI. npm is not asked: a stray version was there.
 */
import { execFile } from "node:child_process";

export type Verdict = { released: boolean; by: string } | { unknown: string };

/** The Go module of a provider's SDK, before its major version. */
const GO_MODULES: Record<string, string> = {
  "azure-native": "github.com/pulumi/pulumi-azure-native-sdk",
};

export async function released(name: string, version: string): Promise<Verdict> {
  const verdicts = [await goModule(name, version), await pythonPackage(name, version)];
  const known = verdicts.filter((verdict) => "released" in verdict);
  if (known.length > 0) return known.find((verdict) => verdict.released) ?? (known[0] as Verdict);
  return { unknown: verdicts.map((verdict) => ("unknown" in verdict ? verdict.unknown : "")).join("; ") };
}

async function goModule(name: string, version: string): Promise<Verdict> {
  const major = Number.parseInt(version, 10);
  const path = `${GO_MODULES[name] ?? `github.com/pulumi/pulumi-${name}/sdk`}${major > 1 ? `/v${major}` : ""}`;
  const by = `Go module ${path}@v${version}`;
  const { failed, output } = await run("go", ["list", "-m", "-json", `${path}@v${version}`]);
  if (!failed) return { released: true, by };
  // The proxy's answer for what it does not find, and git's for a tag that is not there.
  if (/404 Not Found|410 Gone|unknown revision/.test(output)) return { released: false, by };
  return { unknown: `${by}: ${lastLine(output)}` };
}

async function pythonPackage(name: string, version: string): Promise<Verdict> {
  const by = `Python package pulumi-${name}`;
  const { failed, output } = await run("python3", ["-m", "pip", "index", "versions", `pulumi-${name}`]);
  const versions = /^Available versions: (.*)$/m.exec(output)?.[1]?.split(", ");
  if (failed || versions === undefined) return { unknown: `${by}: ${lastLine(output)}` };
  return { released: versions.includes(version), by };
}

function run(program: string, args: string[]): Promise<{ failed: boolean; output: string }> {
  // In no module's folder: a go.mod there would have a say.
  const options = { cwd: "/", timeout: 60_000, env: { ...process.env, GOFLAGS: "-mod=mod" } };
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) =>
      resolve({ failed: error !== null, output: `${stdout}${stderr}` || (error?.message ?? "") }),
    );
  });
}

function lastLine(output: string): string {
  return output.trim().split("\n").at(-1)?.trim() ?? "";
}
