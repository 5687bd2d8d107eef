/** Two AWS accounts behind one endpoint: whose credentials sign a request decides which one answers. */
import { createServer, type IncomingMessage, type ServerResponse, request as send } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { ExecutionContext } from "ava";
import { AwsCloud } from "../../simulator/cloud/aws/aws";
import { serveAws } from "../../simulator/cloud/aws/wire/server";
import { SimulatedCloud } from "../../simulator/cloud/cloud";
import { AwsProvider } from "../../simulator/providers/aws/provider";
import type { PropertyMap, SimulatedProvider } from "../../simulator/providers/provider";

export const OWN_ACCOUNT = "111111111111";
export const OTHER_ACCOUNT = "222222222222";
export const HUB_ROLE = `arn:aws:iam::${OWN_ACCOUNT}:role/hub`;
export const BACKUP_ROLE = `arn:aws:iam::${OTHER_ACCOUNT}:role/backup`;
/** The other account's user. */
export const OTHER_KEYS = { accessKey: "AKOTHER", secretKey: "other" };

/** Who may assume each role, and the access key that its session gets. */
const ROLES: Record<string, { by: string; key: string }> = {
  [HUB_ROLE]: { by: "rehearsal", key: "AKHUB" },
  [BACKUP_ROLE]: { by: "AKHUB", key: "AKBACKUP" },
};
const KEYS_OF_OTHER = [OTHER_KEYS.accessKey, "AKBACKUP"];

/** The provider as the other account sees it. */
class OtherAccount extends AwsProvider {
  override async invoke(token: string): Promise<PropertyMap> {
    return { ...(await super.invoke(token)), accountId: OTHER_ACCOUNT };
  }
}

export interface TwoAccounts {
  own: SimulatedCloud;
  other: AwsCloud;
  /** Those of `own`, with an AWS provider that works in the other account. */
  providers: SimulatedProvider[];
  environment(): Record<string, string>;
}

export async function twoAccounts(t: ExecutionContext): Promise<TwoAccounts> {
  const own = await SimulatedCloud.start({ seed: 1 });
  const other = new AwsCloud(own.clock, 2);
  const endpoint = await serveAws(other);
  const ownUrl = own.environment().AWS_ENDPOINT_URL ?? "";
  const server = createServer((request, response) => {
    answer(request, response, { ownUrl, otherUrl: endpoint.url }).catch((error: Error) => {
      response.writeHead(500);
      response.end(error.message);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(async () => {
    server.closeAllConnections();
    server.close();
    await Promise.all([endpoint.close(), own.stop()]);
  });
  // A server that listens on a port has an address with it.
  const { port } = server.address() as AddressInfo;
  return {
    own,
    other,
    providers: [new OtherAccount(other), ...own.providers().filter(({ name }) => name !== "aws")],
    environment: () => ({ ...own.environment(), AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { ownUrl, otherUrl }: { ownUrl: string; otherUrl: string },
): Promise<void> {
  const body = await text(request);
  const [, key = ""] = /Credential=([^/]+)\//.exec(request.headers.authorization ?? "") ?? [];
  const form = new URLSearchParams(body);
  const action = form.get("Action");
  response.setHeader("content-type", "text/xml");
  if (action === "GetCallerIdentity") {
    const account = KEYS_OF_OTHER.includes(key) ? OTHER_ACCOUNT : OWN_ACCOUNT;
    response.end(sts(action, `<Account>${account}</Account>`));
  } else if (action === "AssumeRole") {
    const role = ROLES[form.get("RoleArn") ?? ""];
    if (role === undefined || role.by !== key) {
      response.statusCode = 403;
      response.end(
        `<ErrorResponse><Error><Code>AccessDenied</Code><Message>${key} may not</Message></Error></ErrorResponse>`,
      );
      return;
    }
    const expires = new Date(Date.now() + 3_600_000).toISOString();
    response.end(
      sts(
        action,
        `<Credentials><AccessKeyId>${role.key}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${expires}</Expiration></Credentials>`,
      ),
    );
  } else forward(request, response, body, KEYS_OF_OTHER.includes(key) ? otherUrl : ownUrl);
}

function sts(action: string, result: string): string {
  return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result></${action}Response>`;
}

function forward({ method, url, headers }: IncomingMessage, response: ServerResponse, body: string, to: string): void {
  const onwards = send(`${to}${url}`, { method, headers }, (answered) => {
    response.writeHead(answered.statusCode ?? 500, answered.headers);
    answered.pipe(response);
  });
  onwards.on("error", () => response.destroy());
  onwards.end(body);
}
