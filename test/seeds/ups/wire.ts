import { AsyncResource } from "node:async_hooks";
import { Agent } from "node:http";
import { Server } from "node:net";
import { Duplex } from "node:stream";

/** One end of a connection within this process: what HTTP needs of a socket. */
class End extends Duplex {
  other: End | undefined;
  readonly remoteAddress = "127.0.0.1";
  #more: (() => void) | undefined;

  override _read(): void {
    const more = this.#more;
    this.#more = undefined;
    more?.();
  }

  override _write(chunk: Buffer, _encoding: string, written: () => void): void {
    const { other } = this;
    if (other === undefined || other.destroyed) written();
    else if (other.push(chunk)) written();
    else other.#more = written;
  }

  override _final(ended: () => void): void {
    this.other?.push(null);
    ended();
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    const { other } = this;
    setImmediate(() => other?.destroy());
    destroyed(error);
  }

  setTimeout = () => this;
  setNoDelay = () => this;
  setKeepAlive = () => this;
  ref = () => this;
  unref = () => this;
  destroySoon = () => this.destroy();
  resetAndDestroy = () => this.destroy();
}

const servers = new Map<number, Server>();

/**
 * Connects this process's clients with its own servers without a wire, so that what happens, and in which order, depends on nothing but
 * the program. For good.
 */
export function installConnections(): void {
  const ownContext = new AsyncResource("SERVERS");
  const { listen } = Server.prototype;
  Server.prototype.listen = function (this: Server, ...given: unknown[]) {
    this.once("listening", () => {
      const address = this.address();
      if (typeof address !== "object" || address === null) return;
      servers.set(address.port, this);
      this.once("close", () => servers.delete(address.port));
    });
    // Cast: passed on as it is.
    return listen.apply(this, given as Parameters<typeof listen>);
  } as typeof listen;
  // Cast: Node.js documents no type of its own for this method.
  const agent = Agent.prototype as unknown as { createConnection(options: { port?: unknown }): unknown };
  const { createConnection } = agent;
  agent.createConnection = function (options, ...more: []) {
    const server = servers.get(Number(options.port));
    if (server === undefined) return createConnection.call(this, options, ...more);
    const [here, there] = [new End(), new End()];
    here.other = there;
    there.other = here;
    // What a server does is not done for the client that has opened the connection.
    ownContext.runInAsyncScope(() => server.emit("connection", there));
    return here;
  };
}
