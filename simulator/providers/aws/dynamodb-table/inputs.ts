import { type PropertyMap, UNKNOWN } from "../../provider";
import { hasUnknown, isAbsent, type Problem, type Properties, type Property } from "../../schema";
import { ARN, objects, STRINGS, TAGS, TIMESTAMP } from "../resource-type";

/** Capacity is as in the request when it says nothing: unlimited is -1, and AWS omits it. */
const REQUEST_UNITS: Property = {
  type: "integer",
  computed: true,
  equivalent: (old, next) => (old ?? 0) === 0 && next === -1,
};

const ON_DEMAND: Property = {
  type: "object",
  properties: { maxReadRequestUnits: REQUEST_UNITS, maxWriteRequestUnits: REQUEST_UNITS },
};

export const inputs: Properties = {
  attributes: {
    type: "set",
    computed: true,
    of: {
      type: "object",
      properties: {
        name: { type: "string", required: true },
        type: { type: "string", required: true, values: ["S", "N", "B"] },
      },
    },
  },
  billingMode: { type: "string", default: "PROVISIONED", values: ["PROVISIONED", "PAY_PER_REQUEST"] },
  deletionProtectionEnabled: { type: "boolean" },
  globalSecondaryIndexes: {
    type: "set",
    computed: true,
    of: {
      type: "object",
      properties: {
        hashKey: { type: "string", computed: true },
        keySchemas: {
          type: "list",
          computed: true,
          of: {
            type: "object",
            properties: {
              attributeName: { type: "string", required: true },
              keyType: { type: "string", required: true, values: ["HASH", "RANGE"] },
            },
          },
        },
        name: { type: "string", required: true },
        nonKeyAttributes: STRINGS,
        onDemandThroughput: ON_DEMAND,
        projectionType: { type: "string", required: true, values: ["ALL", "INCLUDE", "KEYS_ONLY"] },
        rangeKey: { type: "string", computed: true },
        readCapacity: { type: "integer", computed: true },
        writeCapacity: { type: "integer", computed: true },
      },
    },
  },
  hashKey: { type: "string", computed: true, replaces: true },
  localSecondaryIndexes: {
    type: "set",
    replaces: true,
    of: {
      type: "object",
      properties: {
        name: { type: "string", required: true, replaces: true },
        nonKeyAttributes: { type: "list", of: { type: "string" }, replaces: true },
        projectionType: { type: "string", required: true, replaces: true, values: ["ALL", "INCLUDE", "KEYS_ONLY"] },
        rangeKey: { type: "string", required: true, replaces: true },
      },
    },
  },
  name: { type: "string", replaces: true },
  onDemandThroughput: ON_DEMAND,
  pointInTimeRecovery: {
    type: "object",
    computed: true,
    properties: {
      enabled: { type: "boolean", required: true },
      recoveryPeriodInDays: { type: "integer", computed: true, range: [1, 35] },
    },
  },
  rangeKey: { type: "string", replaces: true },
  readCapacity: { type: "integer", computed: true },
  restoreBackupArn: { type: "string", replaces: true, format: ARN },
  restoreDateTime: { type: "string", replaces: true, format: TIMESTAMP },
  restoreSourceName: { type: "string", replaces: true },
  restoreSourceTableArn: { type: "string", replaces: true, format: ARN },
  restoreToLatestTime: { type: "boolean", replaces: true },
  serverSideEncryption: {
    type: "object",
    computed: true,
    properties: {
      enabled: { type: "boolean", required: true },
      kmsKeyArn: { type: "string", computed: true, format: ARN },
    },
  },
  streamEnabled: { type: "boolean" },
  streamViewType: {
    type: "string",
    computed: true,
    values: ["", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"],
  },
  tableClass: { type: "string", default: "STANDARD", values: ["STANDARD", "STANDARD_INFREQUENT_ACCESS"] },
  tags: TAGS,
  ttl: {
    type: "object",
    computed: true,
    properties: {
      attributeName: { type: "string" },
      enabled: { type: "boolean", default: false },
    },
  },
  writeCapacity: { type: "integer", computed: true },
};

/** Every key needs an attribute's type, and every attribute must be some key's. */
export function indexProblems(table: PropertyMap): Problem[] {
  if ([table.attributes, table.globalSecondaryIndexes, table.localSecondaryIndexes].some(hasUnknown)) return [];
  const keys = new Set(
    [
      table.hashKey,
      table.rangeKey,
      ...objects(table.localSecondaryIndexes).map((index) => index.rangeKey),
      ...objects(table.globalSecondaryIndexes).flatMap((index) => [
        index.hashKey,
        index.rangeKey,
        ...objects(index.keySchemas).map((key) => key.attributeName),
      ]),
    ].filter((key) => !isAbsent(key) && key !== UNKNOWN),
  );
  const names = new Set(objects(table.attributes).map((attribute) => attribute.name));
  const unmatched = [...keys].filter((key) => !names.has(key as string));
  const unused = [...names].filter((name) => !keys.has(name as string));
  const problems: Problem[] = [];
  if (unmatched.length)
    problems.push({
      property: "attributes",
      reason: `all indexes must match a defined attribute. Unmatched indexes: ${JSON.stringify(unmatched)}`,
    });
  if (unused.length && table.hashKey !== UNKNOWN && table.rangeKey !== UNKNOWN)
    problems.push({
      property: "attributes",
      reason: `all attributes must be indexed. Unused attributes: ${JSON.stringify(unused)}`,
    });
  return problems;
}
