import { CloudError } from "../cloud-error";

/** An error as AWS words it. */
export class AwsError extends CloudError {}
