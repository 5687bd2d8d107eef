import type { types } from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { subdomainProblem } from "./pause/key-problems";
import { refusedBy, type Shape, wholeNumberFrom } from "./schema-tools";

type Texts = Record<string, string>;

/**
 * How a toleration compares a taint.
 * @enum
 */
export const TolerationOperator = { Equal: "Equal", Exists: "Exists" } as const;

export type TolerationOperator = (typeof TolerationOperator)[keyof typeof TolerationOperator];

/**
 * What a taint does to pods that do not tolerate it.
 * @enum
 */
export const TaintEffect = {
  NoSchedule: "NoSchedule",
  PreferNoSchedule: "PreferNoSchedule",
  NoExecute: "NoExecute",
} as const;

export type TaintEffect = (typeof TaintEffect)[keyof typeof TaintEffect];

/** A taint of nodes that pods may run on in spite of it, as Kubernetes writes it. */
export interface TolerationArgs {
  /** The taint's key. Absent with operator Exists: every taint. */
  key?: string;
  /** Equal compares the taint's value, Exists does not. Defaults to Equal. */
  operator?: TolerationOperator;
  /** The taint's value, for Equal. */
  value?: string;
  /** Defaults to every effect. */
  effect?: TaintEffect;
  /** How long a pod stays on a node that gets the taint, for NoExecute. Defaults to for ever. */
  tolerationSeconds?: number;
}

/** What a cluster asks of the pods that run in it. */
export interface PodArgs {
  /** More labels, such as `{ "sidecar.istio.io/inject": "false" }`. Those that the program sets itself keep their values. */
  labels?: Record<string, string>;
  /** More annotations, such as `{ "linkerd.io/inject": "disabled" }`. Those that the program sets itself keep their values. */
  annotations?: Record<string, string>;
  /** Labels of the nodes that the pods may run on. Defaults to all nodes. */
  nodeSelector?: Record<string, string>;
  /** Taints of nodes that the pods tolerate. Default to none. */
  tolerations?: TolerationArgs[];
  /** Secrets of the pods' namespace with credentials of the images' registry. Default to the ServiceAccount's. */
  imagePullSecrets?: string[];
}

const tolerationShape = {
  key: z.string().superRefine(refusedBy(keyProblem)).optional().describe("The taint's key; absent: every taint"),
  operator: z
    .enum(TolerationOperator)
    .optional()
    .describe("Equal compares the taint's value, Exists does not. Defaults to Equal."),
  value: z.string().superRefine(refusedBy(labelValueProblem)).optional().describe("The taint's value, for Equal"),
  effect: z.enum(TaintEffect).optional().describe("Defaults to every effect."),
  tolerationSeconds: wholeNumberFrom(0, "a whole number of seconds, 0 or more")
    .optional()
    .describe("How long a pod stays on a node that gets the taint, for NoExecute. Defaults to for ever."),
} satisfies Shape<TolerationArgs>;

const labels = z.record(z.string(), z.string()).superRefine(refusedBy(labelsProblem));

const podShape = {
  labels: labels
    .meta({ examples: [{ "sidecar.istio.io/inject": "false" }] })
    .optional()
    .describe("More labels. Those that the program sets itself keep their values."),
  annotations: z
    .record(z.string(), z.string())
    .superRefine(refusedBy(keysProblem))
    .meta({ examples: [{ "linkerd.io/inject": "disabled" }] })
    .optional()
    .describe("More annotations. Those that the program sets itself keep their values."),
  nodeSelector: labels
    .meta({ examples: [{ "kubernetes.io/os": "linux" }] })
    .optional()
    .describe("Labels of the nodes that the pods may run on. Defaults to all nodes."),
  tolerations: z
    .array(z.strictObject(tolerationShape).superRefine(refusedBy(tolerationProblem)))
    .meta({ examples: [[{ key: "dedicated", value: "scalar", effect: "NoSchedule" }]] })
    .optional()
    .describe("Taints of nodes that the pods tolerate. Default to none."),
  imagePullSecrets: z
    .array(z.string().superRefine(refusedBy(subdomainProblem)))
    .meta({ examples: [["registry-credentials"]] })
    .optional()
    .describe(
      "Secrets of the pods' namespace with credentials of the images' registry. Default to the ServiceAccount's.",
    ),
} satisfies Shape<PodArgs>;

/** Describes `PodArgs`. @param whose For the description: `the pauser's pods`. */
export function podSchema(whose: string) {
  return z
    .strictObject(podShape)
    .optional()
    .describe(`What the cluster asks of ${whose}: labels, annotations, nodes, tolerations, credentials`);
}

/** The metadata of a pod's template: what the cluster asks for, and the program's own. */
export function podMetadata(
  { labels: moreLabels, annotations: moreAnnotations }: PodArgs,
  own: { labels: pulumi.Input<Texts>; annotations?: Texts },
): types.input.meta.v1.ObjectMeta {
  const annotations = { ...moreAnnotations, ...own.annotations };
  return {
    labels: moreLabels ? pulumi.output(own.labels).apply((set) => ({ ...moreLabels, ...set })) : own.labels,
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
}

/** Where a pod may run, and how its images are pulled: a part of its spec. */
export function podPlacement({
  nodeSelector,
  tolerations,
  imagePullSecrets,
}: PodArgs): Pick<types.input.core.v1.PodSpec, "nodeSelector" | "tolerations" | "imagePullSecrets"> {
  return {
    ...(nodeSelector && { nodeSelector }),
    ...(tolerations && { tolerations }),
    ...(imagePullSecrets && { imagePullSecrets: imagePullSecrets.map((name) => ({ name })) }),
  };
}

/** Why Kubernetes does not take a text as the key of a label. [Kubernetes: IsQualifiedName] */
function keyProblem(key: string): string | undefined {
  const [name, prefix, ...rest] = key.split("/").reverse();
  const prefixed = prefix === undefined || (rest.length === 0 && subdomainProblem(prefix) === undefined);
  if (prefixed && isLabel(name ?? "")) return undefined;
  return `${JSON.stringify(key)} is not a key that Kubernetes allows: up to 63 letters, digits, dashes, dots and underscores, and before them, with a slash, a domain`;
}

/** [Kubernetes: IsValidLabelValue] */
function labelValueProblem(value: string): string | undefined {
  if (value === "" || isLabel(value)) return undefined;
  return `${JSON.stringify(value)} is not a value that Kubernetes allows in a label: up to 63 letters, digits, dashes, dots and underscores`;
}

function isLabel(text: string): boolean {
  return text.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(text);
}

function keysProblem(texts: Texts): string | undefined {
  return Object.keys(texts).map(keyProblem).find(Boolean);
}

function labelsProblem(texts: Texts): string | undefined {
  return keysProblem(texts) ?? Object.values(texts).map(labelValueProblem).find(Boolean);
}

/** [Kubernetes: pkg/apis/core/validation, ValidateTolerations] */
function tolerationProblem({ key, operator, value, effect, tolerationSeconds }: TolerationArgs): string | undefined {
  if (key === undefined && operator !== "Exists")
    return "has no key, which Kubernetes accepts only with operator: Exists (every taint is tolerated then); add key, or operator";
  if (operator === "Exists" && value) return "takes value only with operator: Equal; remove value, or operator";
  if (tolerationSeconds !== undefined && effect !== "NoExecute")
    return "takes tolerationSeconds only with effect: NoExecute; remove tolerationSeconds, or change effect";
  return undefined;
}
