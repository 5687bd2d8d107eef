import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/**
 * An address of this machine that stays bound while the server behind it comes and goes. A port that is freed and bound again
 * may have gone to somebody else in between: the system gives freed ports to the next outgoing connection.
 */
export class HeldAddress {
  readonly #listener: Server;
  readonly #sockets = new Set<Socket>();
  #receive: ((socket: Socket) => void) | undefined;

  private constructor(listener: Server) {
    this.#listener = listener;
    listener.on("connection", (socket) => {
      if (this.#receive === undefined) {
        socket.resetAndDestroy();
        return;
      }
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      this.#receive(socket);
    });
  }

  /**
   * @param port 0 for any that is free.
   * @throws when the address can't be listened on
   */
  static async bind(address: string, port: number): Promise<HeldAddress> {
    const listener = createServer();
    const held = new HeldAddress(listener);
    await new Promise<void>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(port, address, resolve);
    });
    return held;
  }

  get port(): number {
    return (this.#listener.address() as AddressInfo).port;
  }

  /** Hands each new connection to a server. */
  connectTo(receive: (socket: Socket) => void): void {
    this.#receive = receive;
  }

  /** Cuts every connection and resets new ones, until there is a server again. */
  disconnect(): void {
    this.#receive = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Gives the address up: new connections are refused. */
  release(): void {
    this.disconnect();
    this.#listener.close();
  }
}
