import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { NoPackages, pythonWith } from "./python";

/** Of about the time of this project's SDKs; an older one does not know every member. */
const BOTOCORE = "1.43.11";

/** A type of a service's model. */
export interface Shape {
  type: string;
  members?: Record<string, Reference>;
  required?: string[];
  /** Of a list. */
  member?: Reference;
  flattened?: boolean;
  /** Of a map. */
  key?: Reference;
  value?: Reference;
  enum?: string[];
  pattern?: string;
  min?: number;
  max?: number;
  /** Of an exception. */
  error?: { code?: string; httpStatusCode?: number };
  exception?: boolean;
  fault?: boolean;
}

export interface Reference {
  shape: string;
  locationName?: string;
  /** Of a member of a REST service's request: where it is, unless it is in the body. */
  location?: string;
}

interface OperationModel {
  http?: { method: string; requestUri: string };
  input?: Reference;
  output?: Reference & { resultWrapper?: string };
  errors?: Reference[];
}

/** What AWS says of a service: the text from which its SDKs are made. */
export interface ServiceModel {
  metadata: { apiVersion: string; protocol: string; targetPrefix?: string; xmlNamespace?: string };
  operations: Record<string, OperationModel>;
  shapes: Record<string, Shape>;
}

/**
 * The models of services from botocore's data, by botocore's names of the services: of the botocore that Python has, or of one
 * that is installed for this alone into the user's cache directory.
 * @throws {NoPackages}
 */
export function awsModels<Name extends string>(services: readonly Name[]): Record<Name, ServiceModel> {
  const data = botocoreData();
  return Object.fromEntries(services.map((service) => [service, model(join(data, service))])) as Record<
    Name,
    ServiceModel
  >;
}

function model(folder: string): ServiceModel {
  const newest = readdirSync(folder).sort().at(-1) as string;
  const file = join(folder, newest, "service-2.json");
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return JSON.parse(text.toString("utf8"));
}

function botocoreData(): string {
  const data = dataOf("python3") ?? dataOf(pythonWith([`botocore==${BOTOCORE}`], `botocore-${BOTOCORE}`));
  if (data === undefined) throw new NoPackages(`botocore ${BOTOCORE} or later is not found after it was installed`);
  return data;
}

/** Where a Python's botocore has its data; undefined where it has none, or one that is too old. */
function dataOf(python: string): string | undefined {
  const code = "import botocore; print(botocore.__version__); print(botocore.__path__[0])";
  const { status, stdout } = spawnSync(python, ["-c", code], { encoding: "utf8" });
  if (status !== 0) return undefined;
  const [version = "", folder = ""] = stdout.trim().split("\n");
  return order(version) >= order(BOTOCORE) ? join(folder, "data") : undefined;
}

function order(version: string): number {
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  return (major * 1000 + minor) * 1000 + patch;
}
