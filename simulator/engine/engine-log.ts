import { credentials } from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";

/** Shows what a command writes in the run of the real engine that it belongs to, as pulumi-command does. [pulumi-command: util.go, LogOutput] */
export class EngineLog {
  #engine: EngineClient | undefined;

  /** Each run is an engine of its own. @param address where it listens */
  attach(address: string): void {
    this.close();
    this.#engine = new EngineClient(address, credentials.createInsecure());
  }

  show(line: string, urn: string): void {
    const request = new LogRequest().setSeverity(LogSeverity.INFO).setMessage(line).setUrn(urn).setEphemeral(true);
    // A run that has ended shows nothing any more.
    this.#engine?.log(request, () => {});
  }

  close(): void {
    this.#engine?.close();
    this.#engine = undefined;
  }
}
