import type { AzurePair, AzureSet } from "./azure-set";
import { BEFORE, RESTORED, SINCE, SOMEBODYS } from "./balances";
import type { Operator } from "./process";
import type { Answer, World } from "./world";

const MINUTE = 60_000;
const TAGS = {
  productionName: "scalar-backup:production-name",
  replaces: "scalar-backup:replaces",
  replacedBy: "scalar-backup:replaced-by",
  switchedOver: "scalar-backup:switched-over",
};

/** Judges what a switch-over does with databases of Azure, whose copies have other addresses. */
export class AzureJudge {
  /** Since when a release names a database that is to be replaced. */
  private strayedSince: number | undefined;
  private readonly dropped = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly azure: AzureSet,
    private readonly violate: (text: string) => void,
  ) {
    this.look();
  }

  /** What the running pods use, each of what it has read when it started. */
  used(): Answer[] {
    const texts = new Set(this.world.cluster?.running.map(({ properties }) => properties));
    const answers = [...texts].flatMap((text) => this.azure.pairs.map((pair) => pair.answers(text)));
    return [...new Set(answers.filter((answer) => answer !== undefined))];
  }

  /** Looks at what the releases name now. */
  look(): void {
    if (this.named().every((answer) => answer === "copy")) {
      this.strayedSince = undefined;
      if (this.world.cluster?.running.length === 0) this.world.redeployedByOthers = false;
    } else this.strayedSince ??= this.world.now();
  }

  check(what: string, written: boolean): void {
    this.look();
    if (written && this.used().includes("source") && !this.world.redeployedByOthers)
      this.violate(`pods use a database that is replaced after ${what}, and others have written to its copy`);
    // Only requests to Azure, and pods, change what is there.
    if (!/^(azure|pods|the end)/.test(what)) return;
    for (const pair of this.azure.pairs) {
      if (pair.balanceOf(pair.source) !== BEFORE) this.violate(`${pair.source} was touched by ${what}`);
      const balance = pair.balanceOf(pair.copy);
      if (pair.foreign ? balance !== SOMEBODYS : balance !== (written ? SINCE : RESTORED))
        this.violate(`${pair.copy} has the balance ${balance} after ${what}`);
      if (pair.foreign && pair.find(pair.copy).tags[TAGS.replaces] !== undefined)
        this.violate(`${pair.copy}, which is somebody else's, was tagged by ${what}`);
    }
  }

  /** Pods have been started on the copies, and write there. */
  write(): void {
    for (const pair of this.azure.pairs) pair.put(pair.copy, SINCE);
  }

  /** Before a name is given to a copy, or pods are started, by a switch-over. */
  opens(by: Operator, what: string): void {
    const since = this.strayedSince;
    // Two looks at the releases come right before.
    if (since === undefined || by.wasFrozen || this.isFresh(since)) return;
    this.violate(`${by.name} asks for ${what} while releases name ${this.named()}, for ${this.world.now() - since} ms`);
  }

  /** Before a request to the Resource Manager is served. */
  arrives(by: Operator, request: string, { tags }: { tags?: unknown }): void {
    if (!request.startsWith("azure PATCH")) return;
    // Cast: tags are texts.
    const given = tags as Record<string, string> | undefined;
    const pair = this.azure.pairs.find(({ source, copy }) =>
      [source, copy].some((name) => request.endsWith(`/${name}`)),
    );
    if (pair?.tagged === undefined || given?.owner === pair.tagged.value || this.isFresh(pair.tagged.at)) return;
    // The request replaces all tags: a process that was frozen since it looked drops some, and who looks later does not see them.
    if (by.wasFrozen) this.dropped.add(request);
    else if (!this.dropped.has(request)) this.violate(`${by.name} drops a tag of somebody else's from ${pair.name}`);
  }

  judgeDone(by: string): void {
    if (!this.named().every((answer) => answer === "copy") && !this.world.wasJustRedeployed)
      this.violate(`${by} is done, but the releases name ${this.named()}`);
    for (const pair of this.azure.pairs) {
      const [source, copy] = [pair.find(pair.source), pair.find(pair.copy)];
      const marks = [copy.tags[TAGS.productionName], copy.tags[TAGS.replaces], source.tags[TAGS.replacedBy]];
      if (`${marks}` !== `${[pair.source, source.id, pair.copy]}`)
        this.violate(`${by} is done, but ${pair.name} is marked as ${marks}`);
      if (!copy.tags[TAGS.switchedOver] || !source.tags[TAGS.switchedOver])
        this.violate(`${by} is done, but ${pair.name} is not marked as switched over`);
      this.judgeTags(by, pair);
    }
  }

  judgeAborted(by: string, written: boolean): void {
    if (written) this.violate(`${by} has aborted, although pods have written to the copies`);
    if (!this.named().every((answer) => answer === "source") && !this.world.wasJustRedeployed)
      this.violate(`${by} has aborted, but the releases name ${this.named()}`);
    for (const pair of this.azure.pairs) {
      for (const name of [pair.source, pair.copy])
        if (Object.keys(pair.find(name).tags).some((key) => /:(production-name|replaces|replaced-by)$/.test(key)))
          this.violate(`${by} has aborted, but ${name} is marked`);
      this.judgeTags(by, pair);
    }
  }

  /** What both had before. */
  private judgeTags(by: string, pair: AzurePair): void {
    for (const name of [pair.source, pair.copy])
      if (pair.find(name).tags.team !== pair.name) this.violate(`${by} has ended, but ${name} has lost its tags`);
  }

  /** What each release names, of each of its databases. */
  private named(): Answer[] {
    const { releases = [] } = this.world.cluster ?? {};
    return releases.flatMap(({ properties }) =>
      this.azure.pairs.map((pair) => pair.answers(properties)).filter((answer) => answer !== undefined),
    );
  }

  private isFresh(since: number): boolean {
    return this.world.now() - since <= MINUTE + 10 * this.world.plan.tripMillis;
  }
}
