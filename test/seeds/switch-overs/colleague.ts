import type { Operator } from "./process";
import type { World } from "./world";

/** Lines of a switch-over that ask for an upgrade: at first, and for as long as one is missing. */
const ASKED = /^upgrade the releases now|^upgrade of the releases: .*(still names|is not a key of)/;

/** Somebody who upgrades the releases when a switch-over asks for it, as docs/recovery.md says. */
export class Colleague {
  private working = false;
  private upgrades = 0;

  constructor(private readonly world: World) {}

  hears(line: string, from: Operator): void {
    if (this.working || !ASKED.test(line)) return;
    this.working = true;
    void this.upgrade(from).then(() => {
      this.working = false;
    });
  }

  private async upgrade(asker: Operator): Promise<void> {
    const { world } = this;
    const { azure, cluster, time } = world;
    if (azure === undefined || cluster === undefined) return;
    const { afterMillis, eachMillis, betweenMillis, mistake } = azure.plan.colleague;
    const wrong = this.upgrades === 0 ? mistake : undefined;
    const again = this.upgrades > 0;
    await time.wait(again ? Math.min(afterMillis, 60_000) : afterMillis);
    for (const [index, release] of cluster.releases.entries()) {
      await time.wait(eachMillis);
      // The colleague sees whether the switch-over that has asked for it still waits, or was given up.
      const isWanted = cluster.journalState === "stopped" && !asker.ended && !world.isAborting;
      if (!isWanted) return world.say(`somebody does not upgrade ${release.name}: nothing waits for it any more`);
      this.upgrades += 1;
      const text = azure.properties("copy", wrong === "the former keys" ? "the former" : "its own")[index] ?? "";
      const replicas = wrong === "starts pods" ? world.plan.pods : 0;
      world.say(`somebody upgrades ${release.name}${wrong === undefined ? "" : `: ${wrong}`}`);
      if (replicas > 0) world.podsStartedByOthers = true;
      await release.upgrade(text, replicas, betweenMillis);
    }
  }
}

/** A pipeline deploys what the repository has: the former properties, and its own count of pods. */
export async function deployFormer(world: World): Promise<void> {
  const { azure, cluster, plan } = world;
  if (azure === undefined || cluster === undefined) return;
  for (const [index, release] of cluster.releases.entries()) {
    const text = azure.properties("source")[index] ?? "";
    if (release.properties === text && release.replicas === plan.pods) continue;
    world.redeployed();
    await release.upgrade(text, plan.pods, azure.plan.colleague.betweenMillis);
    world.redeployed();
  }
}

/** Somebody tags the databases of Azure, which keeps them busy for some minutes. */
export function tagDatabases(world: World): void {
  for (const [index, pair] of world.azure?.pairs.entries() ?? [])
    for (const end of pair.tag(`somebody-${world.plan.seed}-${index}`, world.now())) world.time.after(180_000, end);
}
