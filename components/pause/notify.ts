import type { types } from "@pulumi/kubernetes";
import { Secret } from "@pulumi/kubernetes/core/v1/secret";
import * as pulumi from "@pulumi/pulumi";
import { NOTIFY_VARIABLES, type NotifySettings, OTLP_HEADERS_VARIABLE } from "../../pauser/notify/settings";
import { CHANNELS, type Channel } from "../../restore-points/notifications";
import { type NotifyArgs, NotifyWhen, type SecretKeyArgs } from "./notify-args";

type EnvVar = types.input.core.v1.EnvVar;

/** What a schedule needs so that its runs are reported. */
export interface Notification {
  settings: pulumi.Output<NotifySettings>;
  /** Variables of the pauser's container, whose values are in Secrets. */
  env: EnvVar[];
}

/** The channels in use. */
export function channelsOf(notify: NotifyArgs | undefined): Channel[] {
  return CHANNELS.filter((channel) => notify?.[channel] !== undefined);
}

/** Whether `declareNotification` declares a Secret. */
export function declaresSecret({ webhook, heartbeat, pushgateway, otlp }: NotifyArgs = {}): boolean {
  return otlp !== undefined || [webhook, heartbeat, pushgateway].some((channel) => channel?.url !== undefined);
}

/**
 * Declares a Secret for what is secret of the channels, as `name-notify`, unless all of it is in Secrets of the user's own. The pod gets
 * it as variables. A Secret or key that is missing leaves its variable out: the pauser reports that, and pauses all the same.
 */
export function declareNotification(
  name: string,
  notify: NotifyArgs,
  { namespace, labels }: { namespace: string; labels: pulumi.Output<Record<string, string>> },
  opts: pulumi.CustomResourceOptions,
): Notification {
  const own: Record<string, pulumi.Input<string>> = {};
  const theirs: [variable: string, SecretKeyArgs][] = [];
  const from: NotifySettings["channels"] = {};
  const keep = (variable: string, value: pulumi.Input<string> | undefined, reference: SecretKeyArgs | undefined) => {
    if (value !== undefined) own[variable] = value;
    else if (reference) theirs.push([variable, reference]);
  };
  for (const channel of ["webhook", "heartbeat", "pushgateway"] as const) {
    const { url, secretKeyRef } = notify[channel] ?? {};
    keep(NOTIFY_VARIABLES[channel], url, secretKeyRef);
    if (url !== undefined) from[channel] = `pause.notify.${channel}.url`;
    else if (secretKeyRef)
      from[channel] =
        `the key ${secretKeyRef.key} of Secret ${namespace}/${secretKeyRef.name} (pause.notify.${channel}.secretKeyRef)`;
  }
  const { otlp } = notify;
  if (otlp) {
    from.otlp = "pause.notify.otlp.endpoint";
    keep(NOTIFY_VARIABLES.otlp, otlp.endpoint, undefined);
    keep(OTLP_HEADERS_VARIABLE, otlp.headers && headersText(otlp.headers), otlp.headersSecretKeyRef);
  }
  const secret =
    Object.keys(own).length === 0
      ? undefined
      : new Secret(
          `${name}-notify`,
          { metadata: { namespace, labels }, type: "Opaque", data: pulumi.secret(encoded(own)) },
          opts,
        );
  return {
    settings: pulumi.output(notify.caCertificate).apply(
      (caCertificate): NotifySettings => ({
        stack: pulumi.getStack(),
        schedule: name,
        channels: from,
        when: notify.webhook?.when ?? NotifyWhen.Failure,
        ...(caCertificate !== undefined && { caCertificate }),
      }),
    ),
    env: [
      ...(secret ? Object.keys(own).map((variable) => variableFrom(variable, secret.metadata.name, variable)) : []),
      ...theirs.map(([variable, reference]) => variableFrom(variable, reference.name, reference.key)),
    ],
  };
}

function variableFrom(name: string, secret: pulumi.Input<string>, key: string): EnvVar {
  return { name, valueFrom: { secretKeyRef: { name: secret, key, optional: true } } };
}

function encoded(texts: Record<string, pulumi.Input<string>>): pulumi.Output<Record<string, string>> {
  return pulumi
    .all(texts)
    .apply((known) =>
      Object.fromEntries(Object.entries(known).map(([key, text]) => [key, Buffer.from(text).toString("base64")])),
    );
}

function headersText(headers: pulumi.Input<Record<string, pulumi.Input<string>>>): pulumi.Output<string> {
  return pulumi.output(headers).apply((known) =>
    Object.entries(known)
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join(","),
  );
}
