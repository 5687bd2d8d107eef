import * as aws from "@pulumi/aws";
import * as azure from "@pulumi/azure-native";
import * as command from "@pulumi/command";
import * as kubernetes from "@pulumi/kubernetes";

// All that a program over both clouds imports, and nothing declared.
export const loaded = [aws, azure, command, kubernetes].length;
