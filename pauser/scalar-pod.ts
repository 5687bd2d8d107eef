import type { TlsSettings } from "./settings";

/** A pod as it was seen, with all that must not change while a window is open. */
export interface ScalarPod {
  namespace: string;
  release: string;
  name: string;
  uid: string;
  /** Where its admin interface listens. */
  address: string;
  port: number;
  restarts: number;
  tls?: TlsSettings;
}
