import type { JsonObject } from "./json";

/** A request to an account's document endpoint. */
export interface DocumentRequest {
  method: string;
  /** Such as `ledger-prod.documents.azure.com`. */
  host: string;
  /** Without the query. */
  path: string;
  /** By their names in small letters. */
  headers: Record<string, string | undefined>;
  body: string;
}

export interface DocumentAnswer {
  status: number;
  headers: Record<string, string>;
  body: JsonObject;
}

/** A refusal as Cosmos DB writes it. */
export class DocumentError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}
