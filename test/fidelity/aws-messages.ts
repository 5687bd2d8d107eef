import type { Exchange } from "../../simulator/cloud/aws/observer";
import { awsModels, type Reference, type ServiceModel, type Shape } from "./aws-models";
import { FORM_NOTATION, type Form, JSON_NOTATION, problemsOf, XML_NOTATION } from "./aws-shapes";
import { type Element, readXml } from "./xml";

/** Every service whose wire is simulated, by botocore's names. */
const SERVICES = ["dynamodb", "application-autoscaling", "rds", "sts", "backup"] as const;

/**
 * Codes that no operation lists, because any may answer with them. [Amazon DynamoDB Developer Guide, Error handling;
 * Amazon RDS API Reference, Common Errors; AWS STS API Reference, Common Error Types; Application Auto Scaling API Reference,
 * Common Error Types]
 */
const COMMON_ERRORS = new Set([
  "AccessDenied",
  "AccessDeniedException",
  "ExpiredTokenException",
  "IncompleteSignature",
  "InternalFailure",
  "InvalidAction",
  "InvalidParameterCombination",
  "InvalidParameterValue",
  "InvalidSignatureException",
  "MissingAuthenticationTokenException",
  "MissingParameter",
  "RequestLimitExceeded",
  "SerializationException",
  "ServiceUnavailable",
  "Throttling",
  "ThrottlingException",
  "UnrecognizedClientException",
  "ValidationError",
  "ValidationException",
]);

/** What AWS itself, or a scene on purpose, does otherwise than the model says. */
const DEVIATIONS: { operation: RegExp; problem: RegExp; because: string }[] = [
  {
    operation: /^(DescribeTable|UpdateTable|DeleteTable|DeleteBackup|DescribeBackup|RestoreTable\w+)$/,
    problem: /^answer: .*ProvisionedThroughput\.(NumberOfDecreasesToday|(Read|Write)CapacityUnits): 0, less than 1$/,
    because: "[AWS CLI Command Reference, dynamodb update-table and create-table, examples] has 0",
  },
  {
    operation: /^(ListBackups|DescribeBackup)$/,
    problem: /^answer: .*BackupName: "[\w.-]+\$DeletedTableBackup" does not match/,
    because: "[Amazon DynamoDB Developer Guide, Before You Begin Using Point In Time Recovery] names system backups so",
  },
  {
    operation: /^AssumeRoleWithWebIdentity$/,
    problem: /^request: WebIdentityToken: "" has 0 characters/,
    because: "a scene of the pauser's has an empty token on purpose",
  },
];

/** One side of an exchange that the service's own model does not allow. */
export interface Finding {
  operation: string;
  problem: string;
}

/** AWS's own models of the simulated services as a judge of messages. @throws {NoPackages} */
export class AwsMessageJudge {
  readonly #models: Record<(typeof SERVICES)[number], ServiceModel> = awsModels(SERVICES);

  /** The operation that an exchange is of, and what is wrong with its request and its answer. */
  judge(exchange: Exchange): { operation: string; findings: Finding[] } {
    const found = this.#operationOf(exchange);
    if (typeof found === "string") return { operation: "?", findings: [{ operation: "?", problem: found }] };
    const { name, model } = found;
    const problems = [
      ...found.request.map((problem) => `request: ${problem}`),
      ...answerProblems(model, name, exchange.answer).map((problem) => `answer: ${problem}`),
    ];
    const findings = problems
      .map((problem) => ({ operation: name, problem }))
      .filter(
        (finding) => !DEVIATIONS.some((known) => known.operation.test(name) && known.problem.test(finding.problem)),
      );
    return { operation: name, findings };
  }

  #operationOf({ method, url, request }: Exchange): { name: string; model: ServiceModel; request: string[] } | string {
    const models = Object.values(this.#models);
    const target = request.headers["x-amz-target"];
    if (target !== undefined) {
      const [prefix, name = ""] = target.split(".");
      const model = models.find(({ metadata }) => metadata.targetPrefix === prefix);
      const { input } = model?.operations[name] ?? {};
      if (!model || !input) return `no model has the operation ${target}`;
      return { name, model, request: problemsOf(model, input, JSON.parse(request.body || "{}"), JSON_NOTATION) };
    }
    const form = formOf(request.body);
    if (form.has("Action")) {
      const [name, version] = [String(form.get("Action")), form.get("Version")];
      const model = models.find(({ metadata }) => metadata.protocol === "query" && metadata.apiVersion === version);
      if (!model?.operations[name]) return `no model has the operation ${name} of ${version}`;
      for (const member of ["Action", "Version"]) form.delete(member);
      const { input } = model.operations[name];
      // An operation without input takes nothing.
      const problems = input
        ? problemsOf(model, input, form, FORM_NOTATION)
        : [...form.keys()].map((member) => `${member}: unknown member`);
      return { name, model, request: problems };
    }
    return this.#restOperation(method, url, request.body) ?? `no model has the request ${method} ${url}`;
  }

  /** By the path; what the path and the query say are members as well. */
  #restOperation(method: string, url: string, body: string) {
    const { pathname, searchParams } = new URL(url, "http://aws");
    const model = this.#models.backup;
    for (const [name, { http, input }] of Object.entries(model.operations)) {
      if (http?.method !== method || !input) continue;
      const labels: string[] = [];
      const pattern = http.requestUri.replace(/\{([\w+]+)\}/g, (_, label: string) => {
        labels.push(label);
        return label.endsWith("+") ? "(.+)" : "([^/]+)";
      });
      const match = new RegExp(`^${pattern.replace(/\/$/, "")}/?$`).exec(pathname);
      if (!match) continue;
      const inPath = labels.map((label, index) => [label, decodeURIComponent(match[index + 1] ?? "")]);
      const value = { ...Object.fromEntries(inPath), ...JSON.parse(body || "{}") };
      const query = queryProblems(model, input, searchParams);
      return { name, model, request: [...problemsOf(model, input, value, JSON_NOTATION), ...query] };
    }
    return undefined;
  }
}

/** What of a query the model does not have: in it, all is text. */
function queryProblems(model: ServiceModel, input: Reference, query: URLSearchParams): string[] {
  const members = Object.entries(model.shapes[input.shape]?.members ?? {});
  const inQuery = new Map(
    members.flatMap(([name, member]) =>
      member.location === "querystring" ? [[member.locationName ?? name, member] as const] : [],
    ),
  );
  return [...query].flatMap(([name, value]) => {
    const member = inQuery.get(name);
    return member ? problemsOf<Form>(model, member, value, FORM_NOTATION, name) : [`${name}: unknown parameter`];
  });
}

function answerProblems(model: ServiceModel, name: string, { status, body }: Exchange["answer"]): string[] {
  const query = model.metadata.protocol === "query";
  try {
    if (status >= 300)
      return query ? xmlErrorProblems(model, name, status, body) : jsonErrorProblems(model, name, status, body);
    const { output } = model.operations[name] ?? {};
    if (!query) return output ? problemsOf(model, output, JSON.parse(body), JSON_NOTATION) : [];
    return xmlProblems(model, name, output, readXml(body));
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

function xmlProblems(
  model: ServiceModel,
  name: string,
  output: (Reference & { resultWrapper?: string }) | undefined,
  document: Element,
): string[] {
  if (document.name !== `${name}Response`) return [`<${document.name}> instead of <${name}Response>`];
  const names = document.children.map((child) => child.name);
  const wrapper = output?.resultWrapper;
  const foreign = names.find((each) => each !== wrapper && each !== "ResponseMetadata");
  // Of an operation without output, an empty result is no harm to any SDK.
  const result = document.children.find((child) => child.name === (wrapper ?? `${name}Result`));
  if (!output) return result && result.children.length > 0 ? [`${result.name}: the operation has no output`] : [];
  if (foreign) return [`${foreign}: unknown element`];
  if (!result) return [`${wrapper}: required, but missing`];
  return problemsOf(model, output, result, XML_NOTATION);
}

/** The errors of an operation, by the codes that are on the wire. */
function errorsOf(model: ServiceModel, name: string): Map<string, Shape> {
  return new Map(
    (model.operations[name]?.errors ?? []).map(({ shape: name }) => {
      const shape = model.shapes[name] as Shape;
      return [shape.error?.code ?? name, shape];
    }),
  );
}

function errorProblems(model: ServiceModel, name: string, status: number, code: string): string[] {
  const shape = errorsOf(model, name).get(code);
  if (!shape) return COMMON_ERRORS.has(code) ? [] : [`error ${code}: the operation has no such error`];
  const expected = shape.error?.httpStatusCode ?? (shape.fault ? 500 : 400);
  return status === expected ? [] : [`error ${code}: the status is ${status} instead of ${expected}`];
}

function jsonErrorProblems(model: ServiceModel, name: string, status: number, body: string): string[] {
  const error = JSON.parse(body) as Record<string, unknown>;
  const code = String(error.__type ?? "").replace(/^.*#/, "");
  const missing =
    typeof error.message === "string" || typeof error.Message === "string" ? [] : ["error without a message"];
  return [...errorProblems(model, name, status, code), ...missing];
}

function xmlErrorProblems(model: ServiceModel, name: string, status: number, body: string): string[] {
  const error = readXml(body).children.find((child) => child.name === "Error");
  const text = (of: string) => error?.children.find((child) => child.name === of)?.text;
  const missing = ["Type", "Code", "Message"].filter((member) => !text(member));
  return [
    ...errorProblems(model, name, status, text("Code") ?? ""),
    ...missing.map((member) => `error without ${member}`),
  ];
}

/** A form as a tree: its names are paths, such as `Filters.Filter.1.Name`. */
function formOf(body: string): Map<string, Form> {
  const root = new Map<string, Form>();
  for (const [path, value] of new URLSearchParams(body)) {
    const names = path.split(".");
    let node = root;
    for (const name of names.slice(0, -1)) {
      const next = node.get(name);
      const branch = next === undefined || typeof next === "string" ? new Map<string, Form>() : next;
      node.set(name, branch);
      node = branch;
    }
    node.set(names.at(-1) as string, value);
  }
  return root;
}
