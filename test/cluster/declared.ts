import * as pulumi from "@pulumi/pulumi";
import type { PauseScheduleArgs } from "../../components/pause/args";
import { PauseSchedule } from "../../components/pause/pause-schedule";
import type { Api, KubernetesObject } from "./api";

const SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d";

/** Puts objects into the cluster as the provider does: it creates them, and applies patches. */
export async function put(api: Api, objects: KubernetesObject[]): Promise<void> {
  for (const object of objects) {
    const annotations = object.metadata.annotations as Record<string, string> | undefined;
    const fieldManager = annotations?.["pulumi.com/patchFieldManager"];
    if (fieldManager === undefined) await api.create(object);
    else await api.apply(object, fieldManager);
  }
}

/** The Kubernetes objects that a PauseSchedule declares, as the provider would send them to the API server. */
export async function declaredBy(name: string, args: PauseScheduleArgs): Promise<KubernetesObject[]> {
  const objects: KubernetesObject[] = [];
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name: logicalName, inputs, id }) => {
        if (!type.startsWith("kubernetes:")) return { id: logicalName, state: inputs };
        if (logicalName.endsWith("-recorded")) return { id: id as string, state: {} };
        // A physical name as the provider makes one where none is given.
        const metadata = { ...inputs.metadata, name: inputs.metadata.name ?? `${logicalName}-0a1b2c3d` };
        const object = { ...inputs, metadata } as KubernetesObject;
        objects.push(object);
        return { id: `${metadata.namespace}/${metadata.name}`, state: object };
      },
      call: ({ token }) => {
        throw new Error(`${token} is called`);
      },
    },
    "scalar-backup",
    "test",
    false,
  );
  const { cronJobName, windows } = new PauseSchedule(name, args);
  await new Promise((resolve) => pulumi.all([cronJobName, windows]).apply(resolve));
  return objects;
}

/** Without the marks of secrets, which the provider takes off. */
export function revealed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revealed);
  if (value === null || typeof value !== "object") return value;
  if (SECRET_SIGNATURE in value && "value" in value) return revealed(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revealed(each)]));
}
