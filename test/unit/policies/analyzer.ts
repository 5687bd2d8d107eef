import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { credentials, type requestCallback, type ServiceError } from "@grpc/grpc-js";
import { AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/analyzer_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";
import { type Declared, urnOf } from "./judging";

/** A violation as the engine shows it. */
export interface Diagnostic {
  policy: string;
  level: "advisory" | "mandatory";
  /** The resource's name; absent for the stack as a whole. */
  at?: string;
  /** The message without the policy's description, which the SDK puts on its first line. */
  message: string;
}

export interface PolicyConfig {
  level?: keyof typeof messages.EnforcementLevel;
  settings?: Record<string, JavaScriptValue>;
}

const PACK = join(__dirname, "../../../policies");
const RUNNER = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");

/** The policy pack as the engine runs it: a process of the SDK's runner, spoken to by the analyzer protocol. */
export class PolicyPackProcess {
  private constructor(
    private readonly process: ChildProcess,
    private readonly client: AnalyzerClient,
  ) {}

  static async start(): Promise<PolicyPackProcess> {
    // The engine's address comes first, and is not looked at; the pack's folder is where the pack runs.
    const child = spawn(process.execPath, [RUNNER, "127.0.0.1:0", PACK], {
      cwd: PACK,
      // The engine starts a bare Node.js.
      env: { ...process.env, NODE_OPTIONS: "" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let complaint = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complaint += chunk;
    });
    const port = await Promise.race([
      once(createInterface(child.stdout), "line").then(([line]) => line as string),
      once(child, "exit").then(() => {
        throw new Error(`the policy pack did not start: ${complaint}`);
      }),
    ]);
    return new PolicyPackProcess(child, new AnalyzerClient(`127.0.0.1:${port}`, credentials.createInsecure()));
  }

  async stop(): Promise<void> {
    this.client.close();
    const ended = once(this.process, "exit");
    this.process.kill();
    await ended;
  }

  info(): Promise<messages.AnalyzerInfo> {
    return call((done) => this.client.getAnalyzerInfo(new Empty(), done));
  }

  /** Sends every policy its configuration, as the engine does once it has completed it by the pack's defaults. */
  async configure(config: Record<string, PolicyConfig>): Promise<void> {
    const request = new messages.ConfigureAnalyzerRequest();
    for (const [policy, { level = "MANDATORY", settings = {} }] of Object.entries(config)) {
      const message = new messages.PolicyConfig();
      message.setEnforcementlevel(messages.EnforcementLevel[level]);
      message.setProperties(Struct.fromJavaScript(settings));
      request.getPolicyconfigMap().set(policy, message);
    }
    await call<Empty>((done) => this.client.configure(request, done));
  }

  async analyze(declared: Declared): Promise<Diagnostic[]> {
    const response = await call<messages.AnalyzeResponse>((done) =>
      this.client.analyze(analyzeRequest(declared), done),
    );
    return response.getDiagnosticsList().map((diagnostic) => readDiagnostic(diagnostic, declared.name));
  }

  async analyzeStack(declared: Declared[]): Promise<Diagnostic[]> {
    const request = new messages.AnalyzeStackRequest();
    request.setResourcesList(
      declared.map((each) => {
        const resource = new messages.AnalyzerResource();
        fill(resource, each);
        const parent = declared.find(({ name }) => each.parent !== undefined && name === each.parent);
        if (parent) resource.setParent(urnOf(parent));
        for (const [property, names] of Object.entries(each.madeFrom ?? {})) {
          const sources = new messages.AnalyzerPropertyDependencies();
          sources.setUrnsList(declared.filter(({ name }) => names.includes(name ?? "")).map(urnOf));
          resource.getPropertydependenciesMap().set(property, sources);
        }
        return resource;
      }),
    );
    const response = await call<messages.AnalyzeResponse>((done) => this.client.analyzeStack(request, done));
    return response.getDiagnosticsList().map((diagnostic) => readDiagnostic(diagnostic));
  }

  /** The properties that policies set to `remediate` give the resource, in turn. */
  async remediate(declared: Declared): Promise<{ policy: string; props?: object; diagnostic: string }[]> {
    const response = await call<messages.RemediateResponse>((done) =>
      this.client.remediate(analyzeRequest(declared), done),
    );
    return response.getRemediationsList().map((remediation) => ({
      policy: remediation.getPolicyname(),
      props: remediation.getProperties()?.toJavaScript(),
      diagnostic: remediation.getDiagnostic(),
    }));
  }
}

function analyzeRequest(declared: Declared): messages.AnalyzeRequest {
  const request = new messages.AnalyzeRequest();
  fill(request, declared);
  return request;
}

function fill(message: messages.AnalyzeRequest | messages.AnalyzerResource, declared: Declared): void {
  const options = new messages.AnalyzerResourceOptions();
  options.setProtect(declared.protect ?? false);
  options.setIgnorechangesList(declared.ignoreChanges ?? []);
  message.setType(declared.type);
  message.setName(declared.name ?? "it");
  message.setUrn(urnOf(declared));
  message.setOptions(options);
  // What is undefined is not set, as it is in a program.
  message.setProperties(Struct.fromJavaScript(JSON.parse(JSON.stringify(declared.props))));
}

function readDiagnostic(diagnostic: messages.AnalyzeDiagnostic, name?: string): Diagnostic {
  const at = diagnostic.getUrn().split("::").at(-1) || name;
  return {
    policy: diagnostic.getPolicyname(),
    level: diagnostic.getEnforcementlevel() === messages.EnforcementLevel.MANDATORY ? "mandatory" : "advisory",
    ...(at && { at }),
    message: diagnostic.getMessage().replace(`${diagnostic.getDescription()}\n`, ""),
  };
}

function call<T>(start: (done: requestCallback<T>) => void): Promise<T> {
  return new Promise((resolve, reject) =>
    start((error: ServiceError | null, response?: T) => (error ? reject(error) : resolve(response as T))),
  );
}
