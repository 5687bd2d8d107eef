/** The API server refused a request, or could not be reached. */
export class KubernetesError extends Error {
  constructor(
    message: string,
    /** The HTTP status; absent without an answer. */
    readonly status?: number,
  ) {
    super(message);
  }

  /** Whether the same request may succeed a moment later. */
  get transient(): boolean {
    return this.status === undefined || this.status === 429 || this.status >= 500;
  }

  /** Whether a write may succeed after reading the object again: a write conflict or a transient error. */
  get mayBeWrittenAgain(): boolean {
    return this.transient || this.status === 409;
  }
}
