import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "ava";
import { AZURE_ROLES, type AzureRoles } from "../../../permissions/azure";
import { azureMysqlPart } from "../../../rehearsal/sets/azure-mysql";
import { azurePostgresqlPart } from "../../../rehearsal/sets/azure-postgresql";
import { cosmosdbPart } from "../../../rehearsal/sets/cosmosdb";
import { setOf } from "../../../rehearsal/sets/part";
import { PAUSED } from "../../../rehearsal/sets/pause";
import type { ArmAccess } from "../../../simulator/cloud/azure/azure";
import { errors } from "../rehearsed";
import { phasesOf, runPhase } from "./phases";
import { type Held, playExactly } from "./proof";

const FOLDER = join(__dirname, "../../../permissions/azure");
const WRITE = process.env.PERMISSIONS === "write";
const WHO = ["preview", "up", "restore"] as const;
const SCOPES = ["group", "subscription"] as const;
const PLACES = { group: "resource group", subscription: "subscription" };
const ASSIGNABLE = {
  group: `/subscriptions/\${Subscription}/resourceGroups/\${ResourceGroup}`,
  subscription: `/subscriptions/\${Subscription}`,
};

const set = setOf([cosmosdbPart("ledger"), azurePostgresqlPart("customers"), azureMysqlPart("orders")], {
  name: "azure",
  title: "every kind of database on Azure, with a vault",
  config: { ...PAUSED, "scalar-backup:tags": { service: "payments" } },
});

interface Right extends ArmAccess {
  who: (typeof WHO)[number];
}

const nameOf = ({ who, scope, action }: Right) => `${who}: ${scope}: ${action}`;
const sameAs = (access: ArmAccess) => (right: ArmAccess) =>
  right.scope === access.scope && right.action.toLowerCase() === access.action.toLowerCase();

function rightsOf(who: string): Right[] {
  const names: readonly string[] = WHO;
  return WHO.slice(0, names.indexOf(who) + 1).flatMap((each) =>
    SCOPES.flatMap((scope) => AZURE_ROLES[each][scope].Actions.map((action) => ({ who: each, scope, action }))),
  );
}

if (WRITE)
  test("the roles are written from what is played", async (t) => {
    const { cloud, stack, phases } = await phasesOf(t, set);
    const given: ArmAccess[] = [];
    const roles = Object.fromEntries(WHO.map((who) => [who, { group: [] as string[], subscription: [] as string[] }]));
    const seen: Right[] = [];
    for (const phase of phases) {
      await phase.before();
      cloud.azure.permissions.watch((access) => {
        if (phase.who !== "recover") seen.push({ who: phase.who, ...access });
      });
      const result = await runPhase(cloud, stack, phase);
      t.true(result.succeeded, `${phase.title}: ${errors(result)}`);
    }
    for (const who of WHO)
      for (const right of seen.filter((each) => each.who === who)) {
        if (given.some(sameAs(right))) continue;
        given.push(right);
        roles[who]?.[right.scope].push(right.action);
      }
    for (const [who, actions] of Object.entries(roles)) {
      const role = (scope: (typeof SCOPES)[number]) => ({
        Name: `scalar-backup ${who} (${PLACES[scope]})`,
        Description: `What ${who} takes on ${PLACES[scope]}, with the roles before it`,
        Actions: actions[scope].sort(),
        AssignableScopes: [ASSIGNABLE[scope]],
      });
      const both: AzureRoles = { group: role("group"), subscription: role("subscription") };
      writeFileSync(join(FOLDER, `${who}.json`), `${JSON.stringify(both, null, 2)}\n`);
    }
  });
else {
  /** Holds the simulated Azure to rights. */
  const heldBy = ({ cloud }: Awaited<ReturnType<typeof phasesOf>>): Held<Right> => {
    const { permissions } = cloud.azure;
    let allowed: readonly Right[] = [];
    return {
      rightsOf,
      nameOf,
      restrict(rights) {
        allowed = rights;
        permissions.restrict(rights);
      },
      watch: (by) => permissions.watch((access) => by(allowed.filter(sameAs(access)))),
    };
  };

  test("everything works with exactly the roles' actions, and needs each of them", async (t) => {
    const played = await phasesOf(t, set);
    await playExactly(t, played, heldBy(played));
  });
}
