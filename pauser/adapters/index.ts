import type { Ports } from "../ports";
import type { Environment } from "../settings";
import { AdminClient } from "./admin";
import { HttpApiTransport } from "./api-transport";
import { systemClock } from "./system-clock";
import { webTransport } from "./web";

/** The real API server, pods and clock. */
export function realPorts({ apiServer, serviceAccountDirectory }: Environment): Ports {
  return {
    clock: systemClock,
    api: new HttpApiTransport(apiServer, serviceAccountDirectory),
    admin: ({ address, port, tls }) => new AdminClient(address, port, tls),
    web: webTransport,
  };
}
