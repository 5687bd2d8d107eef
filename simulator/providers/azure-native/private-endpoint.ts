import type { JsonObject, JsonValue } from "../../cloud/azure/json";
import { isObject } from "../schema";
import {
  type AzureResourceType,
  COMMON_OUTPUTS,
  list,
  NAME,
  object,
  RESOURCE_GROUP,
  TAGS,
  TEXT,
  TEXTS,
} from "./resource-type";

export const privateEndpoint: AzureResourceType = {
  token: "azure-native:network:PrivateEndpoint",
  armType: "Microsoft.Network/privateEndpoints",
  apiVersion: "2024-05-01",
  path: ["privateEndpointName"],
  inputs: {
    customNetworkInterfaceName: TEXT,
    location: TEXT,
    privateEndpointName: NAME,
    privateLinkServiceConnections: list({
      groupIds: TEXTS,
      name: TEXT,
      privateLinkServiceId: TEXT,
      requestMessage: TEXT,
    }),
    resourceGroupName: RESOURCE_GROUP,
    // The SDK fills in the two policies, and Azure takes the id alone from here.
    subnet: object({ id: TEXT, privateEndpointNetworkPolicies: TEXT, privateLinkServiceNetworkPolicies: TEXT }),
    tags: TAGS,
  },
  topLevel: ["location", "tags"],
  outputs: [...COMMON_OUTPUTS.filter((name) => name !== "systemData"), "networkInterfaces", "provisioningState"],
  located: true,
  toBody(body) {
    const shaped = withElements(body, "privateLinkServiceConnections");
    const properties = shaped.properties as JsonObject;
    const { id, ...policies } = properties.subnet as JsonObject;
    return { ...shaped, properties: { ...properties, subnet: { id: id as string, properties: policies } } };
  },
};

export const privateDnsZoneGroup: AzureResourceType = {
  token: "azure-native:network:PrivateDnsZoneGroup",
  armType: "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
  apiVersion: "2024-05-01",
  path: ["privateEndpointName", "privateDnsZoneGroupName"],
  inputs: {
    name: TEXT,
    privateDnsZoneConfigs: list({ name: TEXT, privateDnsZoneId: TEXT }),
    privateDnsZoneGroupName: NAME,
    privateEndpointName: { ...NAME, required: true },
    resourceGroupName: RESOURCE_GROUP,
  },
  topLevel: ["name"],
  outputs: ["azureApiVersion", "provisioningState"],
  located: false,
  toBody: (body) => withElements(body, "privateDnsZoneConfigs"),
};

/** The elements of a list with all but their name under `properties`, as Azure has them. */
function withElements(body: JsonObject, name: string): JsonObject {
  const properties = body.properties as JsonObject;
  const elements = properties[name];
  if (!Array.isArray(elements)) return body;
  const nested = elements.map((element): JsonValue => {
    if (!isObject(element)) return element;
    const { name: own, ...rest } = element as JsonObject;
    return { ...(own === undefined ? {} : { name: own }), properties: rest };
  });
  return { ...body, properties: { ...properties, [name]: nested } };
}
