import type { TlsSettings } from "./settings";

/** A pod as the API server reported it, with everything that must not change during a window. */
export interface ScalarPod {
  namespace: string;
  release: string;
  name: string;
  uid: string;
  /** Where its admin interface is served: address and port. */
  address: string;
  port: number;
  restarts: number;
  tls?: TlsSettings;
}
