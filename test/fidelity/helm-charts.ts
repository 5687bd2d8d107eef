import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import type { KubernetesCluster, KubernetesObject } from "../../simulator/cloud/kubernetes/cluster";
import { installed } from "./terraform";

export type Product = Parameters<KubernetesCluster["installRelease"]>[0]["product"];

/** A clone of github.com/scalar-labs/helm-charts, with its tags. */
const CLONE = process.env.SCALAR_HELM_CHARTS;

/** The chart of each product, and the first minor version that takes the product's properties as one text. */
export const CHARTS: Record<Product, { chart: string; since: [major: number, minor: number] }> = {
  "scalardb-cluster": { chart: "scalardb-cluster", since: [1, 0] },
  ledger: { chart: "scalardl", since: [4, 3] },
  auditor: { chart: "scalardl-audit", since: [2, 3] },
};

export interface Chart {
  product: Product;
  /** Of the chart, such as `1.11.0`. */
  version: string;
  folder: string;
}

/** What is needed to ask the charts, and is not here. */
export function missingTools(): string[] {
  return [
    ...(installed("helm") ? [] : ["helm (go install helm.sh/helm/v3/cmd/helm@latest)"]),
    ...(installed("git") ? [] : ["git"]),
    ...(CLONE && existsSync(CLONE)
      ? []
      : ["Scalar's charts (name a clone of github.com/scalar-labs/helm-charts in SCALAR_HELM_CHARTS)"]),
  ];
}

/** The newest released version of each minor version, and what comes next; in a folder of its own, which `remove` deletes. */
export function unpackedCharts(): { charts: Chart[]; remove(): void } {
  const root = mkdtempSync(join(tmpdir(), "helm-charts-"));
  const charts = (Object.keys(CHARTS) as Product[]).flatMap((product) => {
    const { chart } = CHARTS[product];
    const released = versionsOf(product).map((version) => ({ version, revision: `${chart}-${version}` }));
    return [...released, { version: "next", revision: "HEAD" }].map(({ version, revision }) => ({
      product,
      version,
      folder: unpack(join(root, `${chart}-${version}`), chart, revision),
    }));
  });
  return { charts, remove: () => rmSync(root, { recursive: true, force: true }) };
}

function versionsOf(product: Product): string[] {
  const { chart, since } = CHARTS[product];
  const newest = new Map<string, number>();
  for (const tag of git("tag", "--list", `${chart}-*`).toString().split("\n")) {
    const found = /^(\d+)\.(\d+)\.(\d+)$/.exec(tag.slice(chart.length + 1));
    const [major = 0, minor = 0, patch = 0] = found?.slice(1).map(Number) ?? [];
    if (!found || major < since[0] || (major === since[0] && minor < since[1])) continue;
    newest.set(`${major}.${minor}`, Math.max(patch, newest.get(`${major}.${minor}`) ?? 0));
  }
  return [...newest].map(([minor, patch]) => `${minor}.${patch}`);
}

/** @returns the chart's folder, with the chart of Envoy that it depends on, of the same revision */
function unpack(folder: string, chart: string, revision: string): string {
  mkdirSync(folder);
  const archive = git("archive", revision, `charts/${chart}`, "charts/envoy");
  execFileSync("tar", ["-x", "-C", folder], { input: archive });
  const unpacked = join(folder, "charts", chart);
  const envoy = join(unpacked, "charts", "envoy");
  cpSync(join(folder, "charts", "envoy"), envoy, { recursive: true });
  // Between releases, a tag may already have Envoy's next version, which the chart does not accept.
  const { dependencies } = parse(readFileSync(join(unpacked, "Chart.yaml"), "utf8"));
  const accepted = String(dependencies[0].version).replace(/^[~^]/, "");
  const declared = readFileSync(join(envoy, "Chart.yaml"), "utf8");
  writeFileSync(join(envoy, "Chart.yaml"), declared.replace(/^version: .*$/m, `version: ${accepted}`));
  return unpacked;
}

function git(...args: string[]): Buffer {
  return execFileSync("git", ["-C", CLONE ?? "", ...args], { maxBuffer: 1 << 26 });
}

/** The objects of a release, by the values in these texts, the last one first in force. */
export function rendered({ folder }: Chart, release: string, ...values: string[]): KubernetesObject[] {
  const files = values.map((text, index) => {
    const file = join(folder, "..", "..", `values-${index}.yaml`);
    writeFileSync(file, text);
    return `--values=${file}`;
  });
  const args = ["template", release, folder, "--namespace=scalar", "--kube-version=1.34.0", ...files];
  const text = execFileSync("helm", args, { maxBuffer: 1 << 26 }).toString();
  // Cast: this is what Kubernetes' API calls an object; a document of comments alone is null.
  return parseAllDocuments(text).flatMap((document) => (document.toJS() as KubernetesObject | null) ?? []);
}
