import type { Agent } from "node:https";
import { isIP } from "node:net";
import { connect } from "node:tls";
import type { HttpsProxyAgent } from "https-proxy-agent";

type Variables = Record<string, string | undefined>;

const agents = new Map<string, Agent>();

/**
 * The agent that reaches AWS through the proxy which the environment names; undefined without one. The Pulumi AWS provider honours these
 * variables, AWS's SDK does not: declared resources would work where look-ups time out.
 * [Terraform AWS provider, `https_proxy` and `no_proxy`]
 */
export function proxyAgent(env: Variables = process.env): Agent | undefined {
  const proxy = env.HTTPS_PROXY || env.https_proxy;
  if (!proxy) return undefined;
  const exceptions = env.NO_PROXY || env.no_proxy || "";
  const key = JSON.stringify([proxy, exceptions]);
  const agent = agents.get(key) ?? agentOf(proxy, exceptions);
  agents.set(key, agent);
  return agent;
}

/** Whether a host is reached without the proxy. [golang.org/x/net/http/httpproxy, Config.NoProxy, but for ranges of addresses] */
export function isException(host: string, exceptions: string): boolean {
  const name = host.toLowerCase();
  return exceptions
    .toLowerCase()
    .split(",")
    .map((each) => each.trim().replace(/:\d+$/, "").replace(/^\*\./, "."))
    .some((each) => {
      if (each === "" || each === "*") return each === "*";
      return each.startsWith(".") ? name.endsWith(each) : name === each || name.endsWith(`.${each}`);
    });
}

function agentOf(proxy: string, exceptions: string): Agent {
  // Loaded where there is a proxy.
  const { HttpsProxyAgent: ProxyAgent }: typeof import("https-proxy-agent") = require("https-proxy-agent");
  class AgentWithExceptions extends ProxyAgent<string> {
    override async connect(...[request, options]: Parameters<HttpsProxyAgent<string>["connect"]>) {
      const { host = "", port } = options;
      if (!options.secureEndpoint || !isException(host, exceptions)) return await super.connect(request, options);
      // An address is no server name. [RFC 6066, section 3]
      return connect({ host, port, ...(isIP(host) === 0 && { servername: options.servername ?? host }) });
    }
  }
  // As many connections as the SDK's own agent.
  return new AgentWithExceptions(proxy, { keepAlive: true, maxSockets: 50 });
}
