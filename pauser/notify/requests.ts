import { metricsText } from "../../restore-points/metrics";
import type { WebRequest } from "../ports";
import type { EndedRun, Facts } from "./facts";
import { webhookBody } from "./message";
import { metricLabels, pauseGauges } from "./metrics";
import { otlpBody } from "./otlp";
import type { Target } from "./targets";

type Request = Omit<WebRequest, "ca">;

/** The request that reports to a channel. @param run what the webhook reports */
export function requestTo(
  target: Target,
  facts: Facts,
  run: EndedRun | undefined,
  channels: readonly string[],
): Request {
  const { channel, url, headers } = target;
  switch (channel) {
    case "webhook": {
      if (run === undefined) throw new Error("a webhook gets reports of runs only");
      const body = webhookBody(facts, run);
      return { url, method: "POST", headers: { ...headers, "content-type": "application/json" }, body };
    }
    case "heartbeat":
      return { url, method: "GET", headers };
    case "pushgateway": {
      // POST keeps metrics of other names: what is not known now stays as it was.
      const body = metricsText(ungrouped(pauseGauges(facts, channels), metricLabels(facts)));
      const type = "text/plain; version=0.0.4; charset=utf-8";
      return { url: groupUrl(url, facts), method: "POST", headers: { ...headers, "content-type": type }, body };
    }
    case "otlp":
      return {
        url: below(url, "/v1/metrics"),
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: otlpBody(pauseGauges(facts, channels), facts.now),
      };
  }
}

/** The Pushgateway adds the labels of the grouping key to every metric. */
function ungrouped(gauges: ReturnType<typeof pauseGauges>, group: Record<string, string>) {
  return gauges.map((each) => ({
    ...each,
    samples: each.samples.map(({ labels, value }) => ({
      labels: Object.fromEntries(Object.entries(labels).filter(([name]) => group[name] === undefined)),
      value,
    })),
  }));
}

/** https://github.com/prometheus/pushgateway#url */
function groupUrl(url: URL, facts: Facts): URL {
  const group = Object.entries(metricLabels(facts)).map(([name, value]) => groupingLabel(name, value));
  return below(url, ["/metrics", groupingLabel("job", "scalar-backup"), ...group].join("/"));
}

/** A value with a slash has to be in base64: proxies and the Pushgateway's router decode %2F. */
function groupingLabel(name: string, value: string): string {
  if (!value.includes("/")) return `${name}/${encodeURIComponent(value)}`;
  return `${name}@base64/${Buffer.from(value).toString("base64url")}`;
}

function below(base: URL, path: string): URL {
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${path}`;
  return url;
}
