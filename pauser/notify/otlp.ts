import type { Gauge } from "../../restore-points/metrics";
import { isObject } from "../../restore-points/shape";

/**
 * Gauges as OTLP's JSON, an `ExportMetricsServiceRequest`: https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding. Without
 * units: collectors would append them to the names.
 */
export function otlpBody(gauges: readonly Gauge[], now: number): string {
  // 64-bit integers are texts.
  const timeUnixNano = `${Math.floor(now)}000000`;
  const metrics = gauges
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, help, samples }) => ({
      name,
      description: help,
      gauge: {
        dataPoints: samples.map(({ labels, value }) => ({
          attributes: attributesOf(labels),
          timeUnixNano,
          asDouble: value,
        })),
      },
    }));
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: attributesOf({ "service.name": "scalar-backup" }) },
        scopeMetrics: [{ scope: { name: "scalar-backup/pauser" }, metrics }],
      },
    ],
  });
}

function attributesOf(labels: Record<string, string>) {
  return Object.entries(labels).map(([key, value]) => ({ key, value: { stringValue: value } }));
}

/** Why an answer with status 200 has not accepted every metric: https://opentelemetry.io/docs/specs/otlp/#partial-success-1 */
export function partialFailure(text: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    const partial = isObject(answer) && isObject(answer.partialSuccess) ? answer.partialSuccess : {};
    const rejected = Number(partial.rejectedDataPoints ?? 0);
    if (!(rejected > 0)) return undefined;
    return `it rejected ${rejected} metrics: ${typeof partial.errorMessage === "string" ? partial.errorMessage : "it does not say why"}`;
  } catch {
    // An empty answer, or one in protobuf: the status says that it was accepted.
    return undefined;
  }
}
