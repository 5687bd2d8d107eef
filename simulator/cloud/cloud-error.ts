/** An error as a cloud words it. The wire server and the provider each put it into their own shape. */
export class CloudError extends Error {
  /** The cloud's own code, such as AWS's `ResourceNotFoundException` or Azure's `ResourceNotFound`. */
  readonly code: string;
  /** The HTTP status that it answers with. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}
