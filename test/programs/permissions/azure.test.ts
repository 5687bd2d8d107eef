import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test, { type ExecutionContext } from "ava";
import type { AzureRoles, CustomRole } from "../../../permissions/azure";
import { azureMysqlPart } from "../../../rehearsal/sets/azure-mysql";
import { azurePostgresqlPart } from "../../../rehearsal/sets/azure-postgresql";
import { cosmosdbPart } from "../../../rehearsal/sets/cosmosdb";
import { setOf } from "../../../rehearsal/sets/part";
import { PAUSED } from "../../../rehearsal/sets/pause";
import type { ArmAccess } from "../../../simulator/cloud/azure/azure";
import { errors } from "../rehearsed";
import { type AzureWho, grants, nameOf, type Right, rightFor, rightsOf, SCOPES, WHO } from "./azure-roles";
import { playExactly, removeEach, type World } from "./one-by-one";
import { phasesOf, runPhase } from "./phases";
import { chosen, judged, ONE_BY_ONE } from "./removals";

const FOLDER = join(__dirname, "../../../permissions/azure");
const WRITE = process.env.PERMISSIONS === "write";
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

/** A restore's preview goes on without these, and warns. */
const WARNED = [
  "preview: group: Microsoft.Network/privateEndpoints/read",
  "preview: group: Microsoft.Network/privateEndpoints/privateDnsZoneGroups/read",
];

/** The set in a simulated Azure that is held to rights. */
async function start(t: ExecutionContext, parallel?: number): Promise<World<Right>> {
  const played = await phasesOf(t, set, {}, parallel);
  const { permissions } = played.cloud.azure;
  let allowed: readonly Right[] = [];
  return {
    ...played,
    held: {
      rightsOf,
      nameOf,
      restrict(rights) {
        allowed = rights;
        permissions.restrict(rights);
      },
      watch: (by) => permissions.watch((access) => by(allowed.filter((right) => grants(right, access)))),
      refusedIn: (message, right) =>
        [...message.matchAll(/authorization to perform action '([^']+)' over scope '([^']+)'/g)].some(
          ([, action = "", path = ""]) =>
            grants(right, { action, scope: right.scope }) && (right.scope === "subscription" || path !== ""),
        ),
    },
  };
}

if (WRITE)
  test("the roles are written from what is played", async (t) => {
    const { cloud, stack, phases } = await phasesOf(t, set);
    const seen: { who: AzureWho; access: ArmAccess }[] = [];
    for (const phase of phases) {
      await phase.before();
      const { who } = phase;
      cloud.azure.permissions.watch((access) => {
        if (who !== "recover") seen.push({ who, access });
      });
      const result = await runPhase(cloud, stack, phase);
      t.true(result.succeeded, `${phase.title}: ${errors(result)}`);
    }
    // A right is in the first role that needs it.
    const given: Right[] = [];
    for (const each of WHO)
      for (const { access } of seen.filter(({ who }) => who === each))
        if (!given.some((right) => grants(right, access))) given.push(rightFor(each, access));
    for (const who of WHO) {
      const roles = Object.fromEntries(SCOPES.map((scope) => [scope, roleOf(who, scope, given)]));
      // Cast: the keys are those of SCOPES.
      const both = roles as unknown as AzureRoles;
      writeFileSync(join(FOLDER, `${who}.json`), `${JSON.stringify(both, null, 2)}\n`);
    }
  });
else {
  /** One play for both tests. */
  let needed: Promise<Map<string, string[]>> | undefined;

  test.serial("everything works with exactly the roles' actions, and needs each of them", async (t) => {
    needed = start(t, ONE_BY_ONE).then((world) => playExactly(t, world));
    const used = new Set([...(await needed).values()].flat());
    const names = rightsOf("restore").map(nameOf);
    t.log(`${names.length} rights`);
    t.deepEqual(
      names.filter((name) => !used.has(name)),
      [],
      "rights that nothing needs, or that another right gives, too",
    );
  });

  test.serial("without any one action, the step that needs it ends with an error that names it", async (t) => {
    const rights = chosen(t, await (needed as NonNullable<typeof needed>));
    judged(t, await removeEach(t, () => start(t, ONE_BY_ONE), rights), {
      warns: (right) => WARNED.includes(right),
      documented: (right) => {
        const [who = "", scope = ""] = right.split(": ");
        return `permissions/azure/${who}.json (role ${scope})`;
      },
    });
  });
}

function roleOf(who: AzureWho, scope: (typeof SCOPES)[number], given: readonly Right[]): CustomRole {
  const rights = given.filter((right) => right.who === who && right.scope === scope);
  return {
    Name: `scalar-backup ${who} (${PLACES[scope]})`,
    Description: `What ${who} takes on ${PLACES[scope]}, with the roles before it`,
    Actions: rights.map(({ action }) => action).sort(),
    NotActions: rights.flatMap(({ notActions = [] }) => notActions).sort(),
    AssignableScopes: [ASSIGNABLE[scope]],
  };
}
