import type { ApiAnswer, ApiRequest } from "../../../../pauser/ports";
import type { ApiFault } from "../doubles/api-server";
import { KubernetesObjects, status, textOf } from "../doubles/objects";
import type { VirtualTime } from "./time";

const DEFAULT_TRIP_MILLIS = 4;

/** A Kubernetes API server in virtual time. */
export class VirtualApi extends KubernetesObjects {
  /** The round trip time of a request. */
  tripMillis = DEFAULT_TRIP_MILLIS;
  /** Its clock minus the world's. */
  skewMillis = 0;
  fault: (method: string, path: string, by: string) => ApiFault | "hang" = () => undefined;
  served: (method: string, path: string, by: string) => void = () => {};
  readonly requests: string[] = [];
  private dated = { second: Number.NaN, text: "" };

  constructor(private readonly time: VirtualTime) {
    super();
  }

  /** @returns an Error if the connection breaks, undefined if no answer comes */
  serve({ method, path: target, body = "" }: ApiRequest, by = ""): ApiAnswer | Error | undefined {
    const query = target.indexOf("?");
    const path = query < 0 ? target : target.slice(0, query);
    this.requests.push(`${method} ${path}`);
    const fault = this.fault(method, path, by);
    if (fault === "hang") return undefined;
    if (fault === "drop") return new Error("socket hang up");
    const answer =
      typeof fault === "number"
        ? status(fault, fault === 403 ? "Forbidden: not allowed" : "an error of the test")
        : this.answer(method, target, body);
    this.served(method, path, by);
    if (fault === "drop-answer") return new Error("socket hang up");
    return { status: answer.code, text: textOf(answer.body), date: this.date };
  }

  /** Several answers have the same date. */
  private get date(): string {
    const second = Math.floor((this.time.now + this.skewMillis) / 1000);
    if (second !== this.dated.second) this.dated = { second, text: new Date(second * 1000).toUTCString() };
    return this.dated.text;
  }
}
