/** A gauge with its samples. Its name has the prefix `scalar_backup_`. */
export interface Gauge {
  name: string;
  help: string;
  samples: { labels: Record<string, string>; value: number }[];
}

/** A gauge of this project. */
export function gauge(name: string, help: string, ...samples: Gauge["samples"]): Gauge {
  return { name: `scalar_backup_${name}`, help, samples };
}

/** Gauges in Prometheus' text format; those without samples are left out. */
export function metricsText(gauges: readonly Gauge[]): string {
  const lines = gauges
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, help, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} gauge`,
      ...samples.map(({ labels, value }) => `${name}${labelText(labels)} ${value}`),
    ]);
  return `${lines.join("\n")}\n`;
}

/** An instant as Prometheus has it; what never happened is 0 seconds after 1970, so that an alert on its age fires. */
export function secondsOf(instant: string | undefined): number {
  return instant === undefined ? 0 : Math.floor(Date.parse(instant) / 1000);
}

/** Labels with their values escaped as the text format demands. */
function labelText(labels: Record<string, string>): string {
  const escaped = (value: string) => value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}
