/** An error as the Azure Resource Manager words it. The wire server and the provider each put it into their own shape. */
export class ArmError extends Error {
  /** Azure's own code, such as `ResourceNotFound`. */
  readonly code: string;
  /** The HTTP status that Azure answers with. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

export function invalidParameter(parameter: string): ArmError {
  return new ArmError(
    "InvalidParameterValue",
    `Invalid value given for parameter ${parameter}. Specify a valid parameter value.`,
  );
}

/** For a body that has members which the type doesn't, or which are not simulated. */
export function unknownMember(member: string, type: string): ArmError {
  return new ArmError(
    "InvalidRequestContent",
    `The request content was invalid and could not be deserialized: 'Could not find member '${member}' on object of type '${type}', or it is not simulated.'`,
  );
}

export function badRequest(message: string): ArmError {
  return new ArmError("BadRequest", message);
}
