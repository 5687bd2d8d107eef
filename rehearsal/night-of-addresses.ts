import type { EventEmitter } from "node:events";
import { parse } from "yaml";
import { counted } from "../restore-points/counted";
import { revealed, type StackResult } from "../simulator/engine/stack";
import { Night } from "./night";
import { NAMESPACE, RELEASE } from "./pauses";
import type { Production } from "./production";
import { countOf } from "./text";

/** Copies keep their addresses: the release is upgraded with properties that name them. */
export class NightOfAddresses extends Night {
  /** A request to Azure may take 60 s, which have to be enough. */
  protected readonly pace = 20;
  /** The pods are stopped, and the release is not upgraded yet. */
  protected readonly killed = {
    at: /GET .*\/configmaps\/.*-properties$/,
    number: 8,
    whilst: "it was waiting for the upgrade of the release",
  };
  readonly #said: EventEmitter;
  #values: Record<string, string> = {};

  constructor(production: Production, at: string, said: EventEmitter) {
    super(production, at);
    this.#said = said;
  }

  /** The values are written into files before. */
  protected async obstacle(sentence: string): Promise<void> {
    this.terminal.section("pulumi stack output helmValues");
    const { outputs } = await this.production.run("up");
    this.#values = valuesIn(outputs);
    const { replicaCount } = this.#chartOf(this.#values);
    this.production.check(
      "they are a secret, and hold the pods at 0",
      revealed(outputs.helmValues) !== undefined && replicaCount === 0,
      Object.keys(this.#values).join(", "),
    );
    this.terminal.section(`pulumi config set --path restore.switchOver.confirm "${sentence}"; pulumi preview`);
    this.configure({ switchOver: { confirm: sentence } });
    const accepted = await this.production.run("preview");
    this.production.check("a preview accepts it", accepted.succeeded, countOf(accepted.operations));
  }

  protected checkMiddle(): void {
    const before = this.#release.properties === this.production.config["scalar-backup:properties"];
    this.production.check("no pod runs, and the release has its former properties", this.pods() === 0 && before);
  }

  /** A colleague reads what the switch-over says. */
  protected override async duringSwitchOver(up: () => Promise<StackResult>): Promise<StackResult> {
    const upgrade = (line: string) => {
      if (!line.startsWith("upgrade the releases now")) return;
      this.terminal.note(`helm upgrade ${RELEASE} scalar-labs/scalardb-cluster --reuse-values --values copies.yaml`);
      void this.#upgrade(this.#values);
    };
    this.#said.on("line", upgrade);
    try {
      return await up();
    } finally {
      this.#said.off("line", upgrade);
    }
  }

  /** Follows the next steps: once more Helm, then the configuration. */
  protected async list({ outputs }: StackResult): Promise<void> {
    this.terminal.section("pulumi stack output nextSteps");
    const steps = ((outputs.nextSteps ?? []) as string[]).join("\n");
    this.terminal.note(steps);
    const kept = steps.match(/az .* delete .*/g) ?? [];
    this.production.check(
      "what was replaced is kept, and listed with the commands that remove it",
      kept.length > 0 && this.production.set.missing().length === 0,
      counted(kept.length, "command"),
    );
    this.terminal.section("helm upgrade with the values that helmValues has now");
    const before = this.#release.pods.map(({ name }) => name).join();
    await this.#upgrade(valuesIn(outputs));
    this.production.check(
      "Helm holds the former number of pods again, and restarts none",
      this.#release.pods.map(({ name }) => name).join() === before && this.pods() === this.production.replicas,
      counted(this.pods(), "pod"),
    );
    this.#name(steps);
  }

  /** What the steps say, word by word. */
  #name(steps: string): void {
    for (const [command, index, keys, value] of steps.matchAll(
      /pulumi config set --path "scalar-backup:databases\[(\d+)\]\.([\w.]+)" ([\w-]+)/g,
    )) {
      this.terminal.note(command);
      const path = (keys ?? "").split(".");
      const last = path.pop() ?? "";
      const databases = structuredClone(this.production.config["scalar-backup:databases"]) as Record<string, unknown>[];
      let at = databases[Number(index)] as Record<string, unknown>;
      for (const key of path) at = at[key] as Record<string, unknown>;
      at[last] = value;
      this.production.config["scalar-backup:databases"] = databases;
    }
  }

  async #upgrade(values: Record<string, string>): Promise<void> {
    const { replicaCount, scalardbClusterNodeProperties } = this.#chartOf(values);
    await this.#release.upgrade({
      properties: String(scalardbClusterNodeProperties),
      replicaCount: Number(replicaCount),
    });
  }

  #chartOf(values: Record<string, string>): Record<string, unknown> {
    // Cast: the chart's own key.
    return (parse(values[`${NAMESPACE}/${RELEASE}`] ?? "") as { scalardbCluster: Record<string, unknown> })
      .scalardbCluster;
  }

  get #release() {
    const found = this.production.cloud.kubernetes.releases.find(({ name }) => name === RELEASE);
    if (found === undefined) throw new Error(`there is no release ${RELEASE}`);
    return found;
  }
}

function valuesIn(outputs: StackResult["outputs"]): Record<string, string> {
  return (revealed(outputs.helmValues) ?? outputs.helmValues) as Record<string, string>;
}
