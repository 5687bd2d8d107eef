import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { credentials } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import type { ProviderPlugin } from "../../simulator/engine/real";

/** The real command provider as a process, spoken to as the engine does. */
export class CommandPlugin {
  private constructor(
    readonly client: ResourceProviderClient,
    readonly plugin: ProviderPlugin,
    private readonly process: ChildProcess,
  ) {}

  static async start(file: string): Promise<CommandPlugin> {
    // Its argument is the address of the engine, which it writes its log to; here nothing listens.
    const child = spawn(file, ["127.0.0.1:1"], { stdio: ["ignore", "pipe", "inherit"] });
    const port = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", resolve);
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`${file} exited with ${code}`)));
    });
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const version = await new Promise<string>((resolve, reject) =>
      client.getPluginInfo(new Empty(), (error, info) => (error ? reject(error) : resolve(info.getVersion()))),
    );
    return new CommandPlugin(client, { name: "command", version: version.replace(/^v/, ""), file }, child);
  }

  stop(): void {
    this.client.close();
    this.process.kill();
  }
}
