import { counted } from "../../restore-points/counted";
import type { SimulatedCloud } from "../../simulator/cloud/cloud";
import type { Stack } from "../../simulator/engine/stack";
import type { Production } from "../production";
import type { RunningSet } from "../sets/set";
import type { Terminal } from "../terminal";
import { countOf } from "../text";
import { attack, attackTableBackups, backupsOf, keptOf, onAws, recoveryPoints, typesOf } from "./aws";
import { attackAzure, azureRecoveryPoints, azureVault, holdsEveryServer, onAzure } from "./azure";

const MINUTE = 60_000;

/** What a drill with vaults does in addition. */
export class VaultDrill {
  /** Whether the set has databases that are kept in a vault of AWS or Azure. */
  readonly on: { aws: boolean; azure: boolean };
  readonly #production: Production;
  readonly #cloud: SimulatedCloud;
  readonly #config: Record<string, unknown>;
  readonly #stack: Stack;
  readonly #terminal: Terminal;
  readonly #set: RunningSet;

  constructor(production: Production, vaults: boolean) {
    const { cloud, config, terminal, set, opened } = production;
    this.#production = production;
    this.#cloud = cloud;
    this.#config = config;
    this.#stack = opened.stack;
    this.#terminal = terminal;
    this.#set = set;
    this.on = { aws: vaults && onAws(config).length > 0, azure: vaults && onAzure(config).length > 0 };
  }

  /** AWS Backup keeps the restored databases in the vault while they exist. */
  keep(at: string): void {
    this.#terminal.section("An hour passes: AWS Backup copies the restored databases into the vault");
    this.#cloud.clock.advance(60 * MINUTE);
    const points = this.#recoveryPoints();
    const kept = keptOf(points, at);
    const sources = new Set(kept.map(({ resourceArn }) => resourceArn));
    this.#production.check(
      "the vault holds recovery points of every kind of restored database on AWS",
      [...typesOf(onAws(this.#config))].every((type) => kept.some(({ resourceType }) => resourceType === type)),
      counted(sources.size, "table, instance or cluster", "tables, instances and clusters"),
    );
    this.#terminal.note(
      `it also holds ${counted(points.length - kept.length, "per-database copy", "per-database copies")}, not restore points`,
    );
  }

  /** Azure Backup makes copies on its own schedule. */
  weekly(): void {
    this.#terminal.section("A week passes: Azure Backup copies PostgreSQL into the vault");
    this.#cloud.clock.advance(7 * 24 * 60 * MINUTE);
    const points = azureRecoveryPoints(this.#cloud.azure);
    this.#production.check(
      "the vault holds all data of every PostgreSQL server on Azure",
      points.length > 0 && holdsEveryServer(this.#cloud.azure),
      counted(points.length, "recovery point"),
    );
    this.#terminal.note("each is a per-database copy, not a restore point, and is restored manually, as files");
  }

  /** A restore only from backups, long after point-in-time recovery has ended for the instant. */
  async restoreFromBackups(at: string): Promise<void> {
    const from = backupsOf(this.#config, keptOf(this.#recoveryPoints(), at));
    if (from === undefined) return;
    this.#terminal.section("100 days later: pulumi config set --path restore.from...; pulumi up");
    this.#cloud.clock.advance(100 * 24 * 60 * MINUTE);
    this.#config["scalar-backup:restore"] = { at, from };
    for (const [name, { windowBackups }] of Object.entries(from))
      this.#terminal.note(`${name}: from ${windowBackups ? "the backups of the pause window" : "the vault"}`);
    const restored = await this.#production.run("up");
    this.#terminal.operations(restored.operations);
    this.#production.expectBalance(
      "the copies from backups balance",
      this.#production.balance(this.#set.copies(restored)),
    );
    this.#config["scalar-backup:restore"] = undefined;
    await this.#production.run("up");
  }

  /** Neither an attacker nor `pulumi destroy` can delete the contents of the vaults. */
  async destroy(): Promise<void> {
    this.#terminal.section("An attacker with all permissions of the account, then pulumi destroy");
    const existing = () => this.#recoveryPoints().length + azureRecoveryPoints(this.#cloud.azure).length;
    const before = existing();
    const gone = attack(this.#cloud.aws, this.#recoveryPoints());
    const onAzure = azureVault(this.#cloud.azure);
    const passed = onAzure ? attackAzure(this.#cloud.azure, onAzure) : [];
    this.#production.check(
      "no recovery point can be deleted",
      gone === 0 && passed.length === 0 && before > 0 && existing() === before,
      passed.length > 0 ? passed.join(", ") : counted(before, "recovery point"),
    );
    const unprotected = attackTableBackups(this.#cloud.aws, [this.#config["aws:region"] as string]);
    if (unprotected > 0)
      this.#terminal.note(
        `deleted: ${counted(unprotected, "DynamoDB backup")} of pause windows, which no lock protects`,
      );
    const refused = await this.#terminal.during("pulumi destroy", this.#stack.destroy());
    this.#production.check("pulumi destroy fails while the vault is protected", !refused.succeeded);
    await this.#stack.unprotect();
    const destroyed = await this.#terminal.during("pulumi destroy", this.#stack.destroy());
    this.#terminal.note(`pulumi state unprotect --all; pulumi destroy: ${countOf(destroyed.operations)}`);
    const after = existing();
    this.#production.check(
      "the stack is gone; the vault and its recovery points remain, as the output vaults says",
      destroyed.succeeded && after === before,
      counted(after, "recovery point"),
    );
  }

  #recoveryPoints() {
    if (!this.on.aws) return [];
    const regions = onAws(this.#config).flatMap(({ dynamodb }) => dynamodb?.restoreTo?.region ?? []);
    return recoveryPoints(this.#cloud.aws, [this.#config["aws:region"] as string, ...regions]);
  }
}
