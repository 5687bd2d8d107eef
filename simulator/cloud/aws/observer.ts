import type { IncomingMessage, ServerResponse } from "node:http";
import type { PropertyMap } from "../../providers/provider";

/** One request to the simulated AWS and its answer, as they were on the wire. */
export interface Exchange {
  method: string;
  /** The path and the query. */
  url: string;
  request: { headers: Record<string, string>; body: string };
  answer: { status: number; headers: Record<string, string>; body: string };
}

/** The inputs with which a provider created or changed a resource: checked, with every value known. */
export interface DeclaredResource {
  urn: string;
  type: string;
  inputs: PropertyMap;
}

/** What watches every simulated AWS of this process, to have it judged by what really decides (`test/fidelity/`). */
export interface Observer {
  exchanged?(exchange: Exchange): void;
  declared?(resource: DeclaredResource): void;
}

let observer: Observer = {};

export function observeAws(by: Observer): void {
  observer = by;
}

export function reportDeclared(resource: DeclaredResource): void {
  observer.declared?.(resource);
}

/** Reports the exchange once the answer ends. Call it when the request's body has been read, before anything is answered. */
export function reportExchange(request: IncomingMessage, body: string, response: ServerResponse): void {
  const { exchanged } = observer;
  if (!exchanged) return;
  const end = response.end;
  // Of the overloads of `end`, the simulated AWS uses only the one that takes a whole body.
  response.end = ((text?: string) => {
    exchanged({
      method: request.method ?? "",
      url: request.url ?? "",
      request: { headers: texts(request.headers), body },
      answer: { status: response.statusCode, headers: texts(response.getHeaders()), body: text ?? "" },
    });
    return end.call(response, text, "utf8");
  }) as typeof response.end;
}

function texts(headers: Record<string, number | string | string[] | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
