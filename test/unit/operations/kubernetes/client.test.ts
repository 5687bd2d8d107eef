import test, { type ExecutionContext } from "ava";
import { ClusterClient, isConflict } from "../../../../operations/kubernetes/client";
import {
  type ApiAnswer,
  type ApiConnection,
  type ApiRequest,
  UnreachableError,
} from "../../../../operations/kubernetes/connection";
import { virtualClock } from "../virtual-clock";

/** A client of a server that answers as `answer` says, and the requests that arrived, by connection. */
function clientOf(
  t: ExecutionContext,
  answer: (request: ApiRequest, number: number, connection: number) => ApiAnswer | Error,
  refuseConnection: (connection: number) => Error | undefined = () => undefined,
) {
  const clock = virtualClock(t);
  const sent: [connection: number, request: ApiRequest][] = [];
  let connections = 0;
  const client = new ClusterClient(async (): Promise<ApiConnection> => {
    connections += 1;
    const connection = connections;
    const refused = refuseConnection(connection);
    if (refused) throw refused;
    return {
      server: "https://test",
      name: "test",
      async send(request) {
        const number = sent.push([connection, request]);
        const answered = answer(request, number, connection);
        if (answered instanceof Error) throw answered;
        return answered;
      },
    };
  });
  return { client, sent, clock };
}

const ok = (body: object = {}): ApiAnswer => ({ status: 200, text: JSON.stringify(body) });

for (const [what, trouble] of [
  ["without an answer", new UnreachableError("https://test cannot be reached")],
  ["that is answered with 429", { status: 429, text: "{}" }],
  ["that is answered with 500", { status: 500, text: "{}" }],
  ["that a proxy answers with 503", { status: 503, text: "<html>" }],
] satisfies [string, Error | ApiAnswer][])
  test.serial(`a request ${what} is sent again, with the same body`, async (t) => {
    const { client, sent } = clientOf(t, (_, number) => (number < 4 ? trouble : ok({ a: 1 })));
    t.deepEqual(await client.replace("/x", { metadata: { resourceVersion: "7" } }), { a: 1 });
    t.deepEqual(
      sent.map(([, request]) => request),
      Array(4).fill({ method: "PUT", path: "/x", body: { metadata: { resourceVersion: "7" } } }),
    );
  });

for (const status of [400, 403, 404, 409, 422])
  test.serial(`a request that is refused with ${status} is not sent again`, async (t) => {
    const { client, sent } = clientOf(t, () => ({ status, text: '{"message":"no"}' }));
    const error = await t.throwsAsync(client.patch("/x", {}), { message: "https://test refuses: no" });
    t.is(isConflict(error), status === 409);
    t.is(sent.length, 1);
  });

test.serial("a server that stays away is given up after 5 minutes", async (t) => {
  const { client, clock } = clientOf(t, () => new UnreachableError("https://test cannot be reached: gone"));
  await t.throwsAsync(client.get("/x"), { message: "https://test cannot be reached: gone" });
  t.true(clock.waitedMillis() > 300_000 && clock.waitedMillis() < 310_000, `${clock.waitedMillis()} ms`);
});

test.serial("an expired token is fetched again, once", async (t) => {
  const unauthorized = { status: 401, text: '{"message":"Unauthorized"}' };
  const { client, sent } = clientOf(t, (_, __, connection) => (connection === 1 ? unauthorized : ok()));
  await client.get("/x");
  t.deepEqual(
    sent.map(([connection]) => connection),
    [1, 2],
  );
  const other = clientOf(t, () => unauthorized);
  await t.throwsAsync(other.client.get("/x"), { message: "https://test refuses: Unauthorized" });
  t.is(other.sent.length, 2);
});

test.serial("a credential plugin that fails is an error at first, and waited for once it has worked", async (t) => {
  const failed = new Error("the kubeconfig's credential plugin failed");
  const first = clientOf(
    t,
    () => ok(),
    () => failed,
  );
  await t.throwsAsync(first.client.get("/x"), { is: failed });
  const { client, sent } = clientOf(
    t,
    (_, __, connection) => (connection === 1 ? { status: 401, text: "{}" } : ok()),
    (connection) => (connection === 2 || connection === 3 ? failed : undefined),
  );
  await client.get("/x");
  t.deepEqual(
    sent.map(([connection]) => connection),
    [1, 4],
  );
});

test.serial("the server's clock is the one of its last answer", async (t) => {
  const begin = Date.now();
  const date = new Date(begin + 3_600_000).toUTCString();
  const { client } = clientOf(t, () => ({ ...ok(), date }));
  await client.get("/x");
  const ahead = client.serverNow() - Date.parse(date);
  // In the middle of the second that the header names, and since then.
  t.true(ahead >= 500 && ahead <= 500 + Date.now() - begin, `${ahead} ms`);
});

test.serial("a list has no resourceVersion, so that it is as of now", async (t) => {
  const { client, sent } = clientOf(t, () => ok({ items: [{ a: 1 }] }));
  t.deepEqual(await client.list("/x", "a=b"), [{ a: 1 }]);
  t.is(sent[0]?.[1].path, "/x?limit=500&labelSelector=a%3Db");
});
