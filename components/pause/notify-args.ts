import type * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { CHANNELS } from "../../restore-points/notifications";
import { refusedBy, SECRET, type Shape } from "../schema-tools";
import { certificateProblem } from "./key-problems";

/** A key of a Kubernetes Secret in the pauser's namespace, which you create. */
export interface SecretKeyArgs {
  /** The Secret's name. */
  name: string;
  /** The key in it. */
  key: string;
}

/** Which runs a webhook reports. */
export const NotifyWhen = {
  /** Runs that fail, and the first success after them. */
  Failure: "failure",
  /** Every run. */
  Always: "always",
} as const;

export type NotifyWhen = (typeof NotifyWhen)[keyof typeof NotifyWhen];

/** An incoming webhook of Slack, Mattermost, Rocket.Chat or Discord (`/slack`). Exactly one of `url` and `secretKeyRef`. */
export interface WebhookArgs {
  /** Its URL, which is a secret. */
  url?: pulumi.Input<string>;
  /** Where its URL is, in place of `url`. */
  secretKeyRef?: SecretKeyArgs;
  /** Which runs it reports. Defaults to `failure`: runs that fail, and the first success after them. */
  when?: NotifyWhen;
}

/** A server that is called by its URL. Exactly one of `url` and `secretKeyRef`. */
export interface NotifyEndpointArgs {
  /** Its URL, which may be a secret. */
  url?: pulumi.Input<string>;
  /** Where its URL is, in place of `url`. */
  secretKeyRef?: SecretKeyArgs;
}

/** An OpenTelemetry collector, or another server that takes OTLP over HTTP. */
export interface OtlpArgs {
  /** Its base URL, such as `http://otel-collector.monitoring:4318`: metrics go to `/v1/metrics` below it. */
  endpoint: pulumi.Input<string>;
  /** Headers for its requests, such as an API key: they are secrets. */
  headers?: pulumi.Input<Record<string, pulumi.Input<string>>>;
  /** Where the headers are, in place of `headers`, in the form of OTEL_EXPORTER_OTLP_HEADERS: `key=value,key=value`. */
  headersSecretKeyRef?: SecretKeyArgs;
}

/** Where the pauser reports its runs. It does so once pods are unpaused; no failure of it changes a run. */
export interface NotifyArgs {
  /** Messages for people. */
  webhook?: WebhookArgs;
  /** Called after each run that succeeds: a service such as healthchecks.io or Dead Man's Snitch alerts when the calls stop. */
  heartbeat?: NotifyEndpointArgs;
  /** A Prometheus Pushgateway: metrics every five minutes. */
  pushgateway?: NotifyEndpointArgs;
  /** An OpenTelemetry collector: the same metrics. */
  otlp?: OtlpArgs;
  /** A CA that signed certificates of these servers, in PEM, besides the public ones that Node.js knows. */
  caCertificate?: pulumi.Input<string>;
}

/** Messages must not show the URL: it may be a secret. */
function urlProblem(url: string): string | undefined {
  if (URL.canParse(url.trim()) && /^https?:$/.test(new URL(url.trim()).protocol)) return undefined;
  return "its value is not an http or https URL (it is not shown, because it may be a secret); expected one that begins with https:// or http://";
}

const secretUrl = z.string().superRefine(refusedBy(urlProblem)).meta(SECRET);

const secretKeySchema = z.strictObject({
  name: z
    .string()
    // As the API server takes them. [Kubernetes, Object Names and IDs, "DNS Subdomain Names"; k8s.io/apimachinery: IsConfigMapKey]
    .regex(/^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/, {
      error: "the name of a Secret",
    })
    .meta({ examples: ["alerts"] })
    .describe("The Secret's name"),
  key: z
    .string()
    .regex(/^(?!\.$|\.\.)[-.\w]{1,253}$/, { error: "a key of that Secret" })
    .meta({ examples: ["slack"] })
    .describe("The key in it"),
} satisfies Shape<SecretKeyArgs>);

function eitherProblem({ url, secretKeyRef }: { url?: unknown; secretKeyRef?: unknown }): string | undefined {
  if ((url === undefined) !== (secretKeyRef === undefined)) return undefined;
  return "takes either url, as a secret, or secretKeyRef, a key of a Kubernetes Secret of yours; give one of them";
}

const endpointShape = {
  url: secretUrl
    .optional()
    .describe(
      "Its URL, a secret; in a stack's configuration: pulumi config set --secret --path scalar-backup:pause.notify.<channel>.url",
    ),
  secretKeyRef: secretKeySchema
    .optional()
    .describe("In place of url: a key of a Kubernetes Secret of yours, in the pauser's namespace"),
} satisfies Shape<NotifyEndpointArgs>;

const endpoint = (what: string) =>
  z.strictObject(endpointShape).superRefine(refusedBy(eitherProblem)).meta(SECRET).optional().describe(what);

const webhookSchema = z
  .strictObject({
    ...endpointShape,
    when: z
      .enum(NotifyWhen)
      .optional()
      .describe("failure: runs that fail, and the first success after them; always: every run. Defaults to failure."),
  } satisfies Shape<WebhookArgs>)
  .superRefine(refusedBy(eitherProblem));

function headersProblem({ headers, headersSecretKeyRef }: { headers?: unknown; headersSecretKeyRef?: unknown }) {
  return headers === undefined || headersSecretKeyRef === undefined
    ? undefined
    : "takes either headers or headersSecretKeyRef; remove one of them";
}

const otlpSchema = z
  .strictObject({
    endpoint: secretUrl.describe(
      "Its base URL, such as http://otel-collector.monitoring:4318; metrics go to /v1/metrics below it",
    ),
    headers: z
      .record(
        z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, { error: "the name of an HTTP header" }),
        z.string().meta(SECRET),
      )
      .meta(SECRET)
      .optional()
      .describe("Headers of its requests, such as an API key; set them as secrets"),
    headersSecretKeyRef: secretKeySchema
      .optional()
      .describe("In place of headers: a key of a Kubernetes Secret of yours, with the text key=value,key=value"),
  } satisfies Shape<OtlpArgs>)
  .superRefine(refusedBy(headersProblem));

function nowhereProblem(notify: object): string | undefined {
  return CHANNELS.some((channel) => channel in notify)
    ? undefined
    : `names no channel; give one or more of ${CHANNELS.join(", ")}, or remove it`;
}

/** Describes `NotifyArgs`. */
export const notifySchema = z
  .strictObject({
    webhook: webhookSchema
      .meta(SECRET)
      .optional()
      .describe("Messages for people: an incoming webhook of Slack, Mattermost, Rocket.Chat or Discord"),
    heartbeat: endpoint(
      "Called after each run that succeeds; healthchecks.io, Dead Man's Snitch and others alert when the calls stop",
    ),
    pushgateway: endpoint("A Prometheus Pushgateway: metrics every five minutes"),
    otlp: otlpSchema.meta(SECRET).optional().describe("An OpenTelemetry collector (OTLP over HTTP): the same metrics"),
    caCertificate: z
      .string()
      .superRefine(refusedBy(certificateProblem))
      .optional()
      .describe("A CA that signed certificates of these servers, in PEM, besides the public ones that Node.js knows"),
  } satisfies Shape<NotifyArgs>)
  .superRefine(refusedBy(nowhereProblem))
  .meta(SECRET);
