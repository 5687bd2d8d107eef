import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { StoppablePods } from "../../../../operations/switch-over/stoppable-pods";

/** A process that is killed before or after one of its calls, counted from 1: of the cloud and of the pods. */
export interface Death {
  at: number;
  when: "before" | "after";
}

/** How a process's life has ended. */
export interface Life {
  calls: number;
  /** The calls by what they asked for, in order. */
  asked: string[];
  /** Undefined where it was killed. */
  error?: Error;
  killed: boolean;
}

/**
 * Runs work as a process of its own, which a kill ends: nothing that it has not sent by then is served, and no answer reaches
 * it. Its requests to AWS go through a server of its own to `target`. What is left of a killed one is refused in a way that the
 * SDK does not repeat: silence would keep this thread alive, and closed connections are tried again for half a minute.
 */
export async function live(
  target: string,
  pods: StoppablePods,
  work: (pods: StoppablePods) => Promise<unknown>,
  death?: Death,
): Promise<Life> {
  const asked: string[] = [];
  let kill = () => {};
  const killed = new Promise<"killed">((resolve) => {
    kill = () => resolve("killed");
  });
  let dead = false;
  const die = () => {
    dead = true;
    kill();
    return "killed" as const;
  };
  const call = async <Served>(what: string, serve: () => Promise<Served>): Promise<{ answer: Served } | "killed"> => {
    if (dead) return die();
    asked.push(what);
    const dies = death?.at === asked.length;
    if (dies && death?.when === "before") return die();
    // Served one by one, so that the number of a call is the same in each run.
    const answer = await serve();
    return dies || dead ? die() : { answer };
  };
  const proxy = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const action = /Action=(\w+)/.exec(body.toString())?.[1];
      const what =
        action ??
        String(request.headers["x-amz-target"] ?? "")
          .split(".")
          .at(-1) ??
        "";
      void call(what, () => forward(target, request, body)).then(
        (called) => {
          const { status, headers, body: text } = called === "killed" ? REFUSAL : called.answer;
          // The SDK does not take this machine's time for the cloud's.
          response.sendDate = false;
          response.writeHead(status, headers);
          response.end(text);
        },
        // The connection to the cloud has ended, and so does this one.
        () => request.socket.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  // Cast: it listens on a port.
  process.env.AWS_ENDPOINT_URL = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const mortalPods = new Proxy(pods, {
    get(object, key) {
      const member: unknown = Reflect.get(object, key);
      if (typeof member !== "function") return member;
      return async (...args: unknown[]) => {
        const called = await call(`pods.${String(key)}`, async () => await member.apply(object, args));
        return called === "killed" ? new Promise<never>(() => {}) : called.answer;
      };
    },
  });
  try {
    const ended = work(mortalPods).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    const end = await Promise.race([ended, killed]);
    return {
      calls: asked.length,
      asked,
      killed: end === "killed",
      ...(end instanceof Error && { error: end }),
    };
  } finally {
    if (dead) proxy.closeIdleConnections();
    else {
      proxy.closeAllConnections();
      proxy.close();
    }
    // It refuses as long as there is something to refuse.
    proxy.unref();
  }
}

/** An error of the client's: these are not tried again. */
const REFUSAL: Answer = {
  status: 400,
  headers: { "x-amzn-errortype": "Killed", connection: "close" },
  body: Buffer.alloc(0),
};

interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: Buffer;
}

function forward(target: string, { method, url, headers }: http.IncomingMessage, body: Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = http.request(new URL(url ?? "/", target), { method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 500, headers: response.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
