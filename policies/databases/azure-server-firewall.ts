import { type StackResource, stackPolicy } from "../stack-policy";
import { known, stringAt } from "../values";
import { isWideSpan } from "./address-ranges";
import { AZURE_MYSQL, AZURE_POSTGRESQL, azureNative } from "./resources";
import { isScalars } from "./scalar-use";

interface Settings {
  except: string[];
}

const isFirewallRule = azureNative("dbformysql|dbforpostgresql", "FirewallRule");

// A server with public access allows no address until a firewall rule does, so check the rules.
export const azureServerFirewall = stackPolicy<Settings>({
  name: "azure-server-firewall",
  description:
    "Checks whether the firewall of Azure Database for MySQL and for PostgreSQL allows no addresses of other organizations.",
  looksAt: "azure-native.dbformysql.FirewallRule, azure-native.dbforpostgresql.FirewallRule",
  severity: "high",
  settings: {
    except: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Names of firewall rules to skip, as in the program.",
    },
  },
  problems(resources, { except }) {
    const servers = resources.filter(
      (resource) => (AZURE_MYSQL.is(resource.type) || AZURE_POSTGRESQL.is(resource.type)) && isScalars(resource),
    );
    return resources
      .filter(({ type, name }) => isFirewallRule(type) && !except.includes(name))
      .filter((rule) => servers.some((server) => isRuleOf(rule, server)))
      .flatMap((rule) => {
        const first = known(stringAt(rule.props, "startIpAddress"));
        const last = known(stringAt(rule.props, "endIpAddress"));
        if (first === undefined || last === undefined || !isWideSpan(first, last)) return [];
        return {
          message: `the rule allows ${first} to ${last}, ${first === last ? "which is all of Azure, including other customers' resources" : "which other organizations use"}: use the addresses of Scalar's pods, or use a virtual network (network.delegatedSubnetResourceId) or a private endpoint`,
          at: rule,
        };
      });
  },
});

function isRuleOf({ props, madeFrom }: StackResource, server: StackResource): boolean {
  if (madeFrom.serverName?.includes(server.urn)) return true;
  const name = stringAt(props, "serverName");
  return (
    typeof name === "string" && [stringAt(server.props, "name"), stringAt(server.props, "serverName")].includes(name)
  );
}
