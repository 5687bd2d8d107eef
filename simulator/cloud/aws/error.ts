/** An error as AWS words it. The wire server and the provider each put it into their own shape. */
export class AwsError extends Error {
  /** AWS's own code, such as `ResourceNotFoundException`. */
  readonly code: string;
  /** The HTTP status that AWS answers with. */
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}
