/** The failures of the API server, in Kubernetes' own words. */

export type StatusReason =
  | "AlreadyExists"
  | "BadRequest"
  | "Conflict"
  | "Forbidden"
  | "InternalError"
  | "Invalid"
  | "MethodNotAllowed"
  | "NotFound"
  | "RequestEntityTooLarge"
  | "TooManyRequests"
  | "Unauthorized"
  | "UnsupportedMediaType"
  /** Unknown: the answer has none. */
  | "";

/** [k8s.io/apimachinery/pkg/api/errors/errors.go] */
const CODES: Record<StatusReason, number> = {
  AlreadyExists: 409,
  BadRequest: 400,
  Conflict: 409,
  Forbidden: 403,
  InternalError: 500,
  Invalid: 422,
  MethodNotAllowed: 405,
  NotFound: 404,
  RequestEntityTooLarge: 413,
  TooManyRequests: 429,
  Unauthorized: 401,
  UnsupportedMediaType: 415,
  // [k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/status.go, ErrorToAPIStatus]
  "": 500,
};

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  causes?: { reason?: string; message: string; field?: string }[];
}

/** A resource as Kubernetes names it in messages: `configmaps`, `deployments.apps`. */
export interface GroupResource {
  group: string;
  plural: string;
}

const qualified = ({ group, plural }: GroupResource) => (group ? `${plural}.${group}` : plural);

export class StatusError extends Error {
  override readonly name = "StatusError";

  constructor(
    readonly reason: StatusReason,
    message: string,
    readonly details: StatusDetails = {},
  ) {
    super(message);
  }

  get code(): number {
    return CODES[this.reason];
  }

  /** The `Status` object that the server answers with. */
  toStatus() {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      ...(this.reason !== "" && { reason: this.reason }),
      details: this.details,
      code: this.code,
    };
  }

  static tooManyRequests(): StatusError {
    return new StatusError("TooManyRequests", "Too many requests, please try again later.");
  }

  static internal(error: unknown): StatusError {
    return new StatusError("InternalError", error instanceof Error ? error.message : String(error));
  }

  static notFound(resource: GroupResource, name: string): StatusError {
    return new StatusError("NotFound", `${qualified(resource)} "${name}" not found`, details(resource, name));
  }

  static noSuchResource(): StatusError {
    return new StatusError("NotFound", "the server could not find the requested resource");
  }

  static alreadyExists(resource: GroupResource, name: string): StatusError {
    return new StatusError("AlreadyExists", `${qualified(resource)} "${name}" already exists`, details(resource, name));
  }

  /** Another client has changed the object since the caller read it. */
  static modified(resource: GroupResource, name: string): StatusError {
    return new StatusError(
      "Conflict",
      `Operation cannot be fulfilled on ${qualified(resource)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
      details(resource, name),
    );
  }

  /** Server-side apply would overwrite what other managers have set. */
  static applyConflict(conflicts: FieldConflict[]): StatusError {
    const causes = conflicts.map((conflict) => ({
      reason: "FieldManagerConflict",
      message: `conflict with ${managerOf(conflict)}`,
      field: conflict.field,
    }));
    return new StatusError("Conflict", conflictMessage(conflicts), { causes });
  }

  static invalid(
    resource: GroupResource,
    kind: string,
    name: string,
    problems: { field: string; message: string }[],
  ): StatusError {
    const list = problems.map(({ field, message }) => `${field}: ${message}`);
    const qualifiedKind = resource.group ? `${kind}.${resource.group}` : kind;
    return new StatusError(
      "Invalid",
      `${qualifiedKind} "${name}" is invalid: ${list.length === 1 ? list[0] : `[${list.join(", ")}]`}`,
      { name, group: resource.group, kind, causes: problems.map(({ field, message }) => ({ field, message })) },
    );
  }

  static forbidden(
    user: string,
    verb: string,
    { kind, resource }: { kind: GroupResource; resource: string },
    namespace: string | undefined,
    name?: string,
  ): StatusError {
    const where = namespace ? `in the namespace "${namespace}"` : "at the cluster scope";
    // The subresource is named once only: deployments.apps "x" ... cannot patch resource "deployments/scale".
    const what = name === undefined ? qualified(kind) : `${qualified(kind)} "${name}"`;
    return new StatusError(
      "Forbidden",
      `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${kind.group}" ${where}`,
      details(kind, name),
    );
  }

  static unauthorized(): StatusError {
    return new StatusError("Unauthorized", "Unauthorized");
  }
}

/** A field that is to be applied, and another manager who has set it. */
export interface FieldConflict {
  manager: string;
  /** The version of the API that it was updated by; undefined if it was applied. */
  updatedBy?: string;
  field: string;
}

/** [k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go, getConflictMessage] */
function conflictMessage(conflicts: FieldConflict[]): string {
  const [first, ...others] = conflicts;
  if (first && others.length === 0)
    return `Apply failed with 1 conflict: conflict with ${managerOf(first)}: ${first.field}`;
  const managers = [...new Set(conflicts.map(managerOf))].sort();
  const lines = managers.flatMap((manager) => [
    `conflicts with ${manager}:`,
    ...conflicts.filter((each) => managerOf(each) === manager).map(({ field }) => `- ${field}`),
  ]);
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}`;
}

/** [The same, printManager] */
function managerOf({ manager, updatedBy }: FieldConflict): string {
  return updatedBy === undefined ? `"${manager}"` : `"${manager}" using ${updatedBy}`;
}

function details({ group, plural }: GroupResource, name?: string): StatusDetails {
  return { ...(name === undefined ? {} : { name }), ...(group ? { group } : {}), kind: plural };
}
