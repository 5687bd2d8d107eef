import type { PipelineResponse } from "@azure/core-rest-pipeline";
import { type AzureAccessSource, type AzureAccount, azureAccount, completedAccess } from "./azure";
import { AzureTransport, isNetworkProblem } from "./azure-transport";
import { waitingClock } from "./clock";
import { longWork } from "./long-work";

const REQUEST_TIMEOUT_MILLIS = 60_000;
/** How often a request is sent that Azure throttles, answers with an error of its own, or does not answer. */
const ATTEMPTS = 6;
/** Between two looks at a change that Azure is still making, when Azure names no time itself. */
const POLL_SECONDS = 10;
const PATIENCE_MILLIS = 2 * 60 * 60_000;
/** Between two tries, at most, while Azure works on another change of the same database. */
const LONGEST_BUSY_SECONDS = 15;
/** Another change takes minutes: an update of an account or a server some, a new standby or region up to half an hour. */
const BUSY_PATIENCE_MILLIS = 30 * 60_000;

/** A request that the Azure Resource Manager refused. */
export class ArmRequestError extends Error {
  readonly code: string;
  /** The status of the answer that says so. */
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: string, message: string, status: number, retryAfter?: number) {
    const hint = /^(Linked)?AuthorizationFailed$/.test(code) ? missingRight().azureHint(message) : "";
    super(`${code}: ${hint === "" ? message : message.replace(/\.$/, "")}${hint}`);
    this.name = "ArmRequestError";
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfter;
  }
}

// Loaded with the first such error, because it reads all roles.
function missingRight(): typeof import("./missing-right") {
  return require("./missing-right");
}

type Method = "GET" | "PUT" | "PATCH" | "POST" | "DELETE";

/** A request to the Resource Manager. */
interface Asked {
  method: Method;
  id: string;
  apiVersion: string;
  body?: Body | undefined;
}

/** What is sent; or what makes it, for each time that it is sent: others change a database while it is busy. */
type Body = object | (() => Promise<object>);

/** How far Azure is with a change, as text. */
interface Change {
  state?: string;
}

/** The end of a resource's ID, for people: `ledger-mysql/configurations/max_connections`. */
function shortId(id: string): string {
  return id.replace(/^.*\/providers\/[^/]+\/[^/]+\//, "");
}

/** The Azure Resource Manager's REST API: long-running changes are waited for, throttled requests are made again. */
export class ArmClient {
  readonly #account: AzureAccount;
  readonly #transport: AzureTransport;

  private constructor(account: AzureAccount) {
    this.#account = account;
    this.#transport = new AzureTransport(account.endpoints.resourceManager);
  }

  static readonly #clients = new Map<string, Promise<ArmClient>>();

  /** One client for each access, so that its token is asked for once. */
  static async connect(source: AzureAccessSource): Promise<ArmClient> {
    const access = await source;
    const key = JSON.stringify(completedAccess(access));
    const known = ArmClient.#clients.get(key);
    if (known) return known;
    const client = azureAccount(access).then((account) => new ArmClient(account));
    ArmClient.#clients.set(key, client);
    client.catch(() => ArmClient.#clients.delete(key));
    return client;
  }

  get subscriptionId(): string {
    return this.#account.subscriptionId;
  }

  /** `resourceGroup` in this account's subscription: what ids of its resources begin with. */
  resourceGroup(name: string): string {
    return `/subscriptions/${this.subscriptionId}/resourceGroups/${name}`;
  }

  /** The resource, or undefined when there is none. */
  async find<Resource>(id: string, apiVersion: string): Promise<Resource | undefined> {
    try {
      return await this.request<Resource>("GET", id, apiVersion);
    } catch (error) {
      if (error instanceof ArmRequestError && error.status === 404) return undefined;
      throw error;
    }
  }

  /** All elements of a list, page after page. */
  async list<Element>(id: string, apiVersion: string): Promise<Element[]> {
    const elements: Element[] = [];
    let next: string | undefined = this.#url(id, apiVersion);
    while (next !== undefined) {
      const page: Page<Element> | undefined = parsed(await this.#send("GET", next));
      elements.push(...(page?.value ?? []));
      next = page?.nextLink ?? undefined;
    }
    return elements;
  }

  /**
   * Makes a request and answers what came of it, once Azure is done with it. While Azure works on another change of the
   * same database, it is made again: Azure says so at once, or only when its own operation has ended for that reason.
   */
  async request<Result>(method: Method, id: string, apiVersion: string, body?: Body): Promise<Result> {
    const change: Change = {};
    const send = () => this.#whenFree<Result>({ method, id, apiVersion, body }, change);
    if (method === "GET") return await send();
    return await longWork({ what: `Azure works on ${shortId(id)}`, state: () => change.state }, send);
  }

  async #whenFree<Result>(asked: Asked, change: Change): Promise<Result> {
    const clock = waitingClock();
    const deadline = clock.now() + BUSY_PATIENCE_MILLIS;
    for (let seconds = 2; ; seconds = Math.min(seconds * 2, LONGEST_BUSY_SECONDS)) {
      try {
        return await this.#attempt<Result>(asked, change);
      } catch (error) {
        if (!(error instanceof ArmRequestError) || !isBusy(error)) throw error;
        if (clock.now() > deadline)
          throw new ArmRequestError(
            error.code,
            `${error.message} Azure was still busy after ${BUSY_PATIENCE_MILLIS / 60_000} minutes; wait until its other changes are done, then run this again`,
            error.status,
          );
        change.state = "waits for another change";
        await clock.wait((error.retryAfterSeconds ?? seconds) * 1000);
      }
    }
  }

  async #attempt<Result>({ method, id, apiVersion, body }: Asked, change: Change): Promise<Result> {
    const sent = typeof body === "function" ? await body() : body;
    const answer = await this.#send(method, this.#url(id, apiVersion), sent);
    const monitor = answer.headers.get("azure-asyncoperation");
    const location = answer.headers.get("location");
    if (answer.status === 201 || answer.status === 202 || monitor !== undefined) {
      if (monitor !== undefined) await this.#finished(monitor, answer, change);
      else if (location !== undefined) return parsed<Result>(await this.#finishedAt(location, answer));
      if (method === "PUT" || method === "PATCH") return this.request<Result>("GET", id, apiVersion);
      if (location !== undefined) return parsed<Result>(await this.#send("GET", location));
    }
    return parsed<Result>(answer);
  }

  #url(id: string, apiVersion: string): string {
    return `${this.#account.endpoints.resourceManager}${id}?api-version=${apiVersion}`;
  }

  /** Polls the URL of an operation's status. */
  async #finished(monitor: string, first: PipelineResponse, change: Change): Promise<void> {
    const deadline = waitingClock().now() + PATIENCE_MILLIS;
    let answer = first;
    for (;;) {
      await pause(retryAfterSeconds(answer) ?? POLL_SECONDS);
      answer = await this.#send("GET", monitor);
      const { status, error } = parsed<OperationStatus>(answer);
      change.state = status;
      if (/^succeeded$/i.test(status ?? "")) return;
      // Azure's databases have statuses of their own, for running operations (Dequeued) and for failed ones
      // (ServerIsNotReady): only the failed ones have an error.
      if (error || /fail|^cancell?ed$/i.test(status ?? ""))
        throw new ArmRequestError(
          error?.code || status || "Failed",
          error?.message ?? "the operation did not succeed",
          answer.status,
        );
      if (waitingClock().now() > deadline)
        throw new Error(`Azure has not finished after 2 hours: ${status}; run this again`);
    }
  }

  /** Waits at the address that answers 202 until there is a result. */
  async #finishedAt(location: string, first: PipelineResponse): Promise<PipelineResponse> {
    const deadline = waitingClock().now() + PATIENCE_MILLIS;
    let answer = first;
    do {
      await pause(retryAfterSeconds(answer) ?? POLL_SECONDS);
      answer = await this.#send("GET", location);
      if (waitingClock().now() > deadline) throw new Error("Azure has not finished after 2 hours; run this again");
    } while (answer.status === 202);
    return answer;
  }

  /**
   * Retries by itself, not by the pipeline's policy: that one would also retry while Azure works on another change, which
   * `request` waits for, and could not be tested without waiting.
   */
  async #send(method: Method, url: string, body?: object): Promise<PipelineResponse> {
    for (let attempt = 1; ; attempt += 1) {
      const last = attempt === ATTEMPTS;
      let wait = Math.min(2 ** attempt, 30);
      try {
        const answer = await this.#sendOnce(method, url, body);
        if (answer.status < 400) return answer;
        const error = errorOf(answer);
        const passing = answer.status === 429 || answer.status >= 500;
        if (!passing || last || isBusy(error)) throw error;
        wait = retryAfterSeconds(answer) ?? wait;
      } catch (error) {
        if (error instanceof ArmRequestError || last || !isNetworkProblem(error)) throw error;
      }
      await pause(wait);
    }
  }

  async #sendOnce(method: Method, url: string, body: object | undefined): Promise<PipelineResponse> {
    return this.#transport.send({
      url,
      method,
      headers: {
        authorization: `Bearer ${await this.#account.token()}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeout: REQUEST_TIMEOUT_MILLIS,
    });
  }
}

interface Page<Element> {
  value?: Element[];
  nextLink?: string | null;
}

/** What the address of an operation's status answers. */
interface OperationStatus {
  status?: string;
  error?: { code?: string; message?: string } | null;
}

/**
 * A database works at one change at a time. Cosmos DB says so by 412 PreconditionFailed: no request here has a condition
 * of its own that could have failed (If-Match).
 */
function isBusy({ code }: ArmRequestError): boolean {
  return /^preconditionfailed$|busy|inprogress|conflictingserveroperation|isnotready/i.test(code);
}

function errorOf(answer: PipelineResponse): ArmRequestError {
  const text = answer.bodyAsText ?? "";
  try {
    const body = JSON.parse(text);
    const { code, message } = body.error ?? body;
    return new ArmRequestError(
      code ?? String(answer.status),
      message ?? text,
      answer.status,
      retryAfterSeconds(answer),
    );
  } catch {
    return new ArmRequestError(String(answer.status), text.slice(0, 500) || "no message", answer.status);
  }
}

/** The caller names the type that Azure documents for this address: JSON.parse returns `any`. An empty body is null. */
function parsed<Result>(answer: PipelineResponse): Result {
  return JSON.parse(answer.bodyAsText || "null");
}

function retryAfterSeconds(answer: PipelineResponse): number | undefined {
  const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) ? seconds : undefined;
}

function pause(seconds: number): Promise<void> {
  return waitingClock().wait(seconds * 1000);
}

/** A location as ids have it: `Japan East` is `japaneast`. */
export function locationName(location: string): string {
  return location.replaceAll(" ", "").toLowerCase();
}
