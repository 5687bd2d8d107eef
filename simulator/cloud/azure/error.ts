import { CloudError } from "../cloud-error";

/** An error as the Azure Resource Manager words it. */
export class ArmError extends CloudError {}

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
