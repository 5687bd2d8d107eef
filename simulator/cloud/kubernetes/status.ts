/** The failures of the API server, in Kubernetes' own words. */

export type StatusReason =
  | "AlreadyExists"
  | "BadRequest"
  | "Conflict"
  | "Forbidden"
  | "Invalid"
  | "MethodNotAllowed"
  | "NotFound"
  | "RequestEntityTooLarge"
  | "TooManyRequests"
  | "Unauthorized"
  | "UnsupportedMediaType";

/** [k8s.io/apimachinery/pkg/api/errors/errors.go] */
const CODES: Record<StatusReason, number> = {
  AlreadyExists: 409,
  BadRequest: 400,
  Conflict: 409,
  Forbidden: 403,
  Invalid: 422,
  MethodNotAllowed: 405,
  NotFound: 404,
  RequestEntityTooLarge: 413,
  TooManyRequests: 429,
  Unauthorized: 401,
  UnsupportedMediaType: 415,
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
      reason: this.reason,
      details: this.details,
      code: this.code,
    };
  }

  static tooManyRequests(): StatusError {
    return new StatusError("TooManyRequests", "Too many requests, please try again later.");
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
  static applyConflict(conflicts: { manager: string; field: string }[]): StatusError {
    const causes = conflicts.map(({ manager, field }) => ({
      reason: "FieldManagerConflict",
      message: `conflict with "${manager}"`,
      field,
    }));
    const count = conflicts.length === 1 ? "1 conflict" : `${conflicts.length} conflicts`;
    const list =
      conflicts.length === 1
        ? ` ${causes[0]?.message}: ${causes[0]?.field}`
        : ` conflicts:\n${causes.map(({ message, field }) => `- ${message}: ${field}`).join("\n")}`;
    return new StatusError("Conflict", `Apply failed with ${count}:${list}`, { causes });
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
    resource: GroupResource,
    namespace: string | undefined,
    name?: string,
  ): StatusError {
    const where = namespace ? `in the namespace "${namespace}"` : "at the cluster scope";
    const what = name === undefined ? qualified(resource) : `${qualified(resource)} "${name}"`;
    return new StatusError(
      "Forbidden",
      `${what} is forbidden: User "${user}" cannot ${verb} resource "${resource.plural}" in API group "${resource.group}" ${where}`,
      details(resource, name),
    );
  }

  static unauthorized(): StatusError {
    return new StatusError("Unauthorized", "Unauthorized");
  }
}

function details({ group, plural }: GroupResource, name?: string): StatusDetails {
  return { ...(name === undefined ? {} : { name }), ...(group ? { group } : {}), kind: plural };
}
