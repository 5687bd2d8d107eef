import { KubernetesError } from "./kubernetes-error";
import { end } from "./outcome";
import { NotOwnerError, RecordError } from "./record";

/** Reading or writing the record failed. */
export async function recordCall<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof NotOwnerError) throw end("busy", error.message);
    if (error instanceof KubernetesError && error.status === 404) {
      throw end("notRecorded", `the record does not exist (${error.message}): create it with \`pulumi up\``);
    }
    if (error instanceof KubernetesError || error instanceof RecordError) throw end("notRecorded", error.message);
    throw error;
  }
}
