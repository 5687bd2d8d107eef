/** An error as AWS words it. Whoever hosts the simulated cloud (a wire server, a provider) puts it into its own shape. */
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
