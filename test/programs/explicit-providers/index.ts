/** A program of a library's user that works in another account than its own credentials are of. */
import { Provider, type ProviderArgs } from "@pulumi/aws/provider";
import { Provider as AzureProvider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { type DatabaseArgs, ScalarBackup, ScalarRestore } from "../../../components";

const config = new pulumi.Config("explicit-providers");
const databases = config.requireObject<DatabaseArgs[]>("databases");
const region = "ap-northeast-1";
const other = new Provider("other-account", config.requireObject<ProviderArgs>("provider"));
const azure = config.getObject<{ subscriptionId?: string }>("azure");
const opts = { providers: { aws: other, ...(azure && { "azure-native": new AzureProvider("other-azure", azure) }) } };

const backup = new ScalarBackup("scalar", { databases, aws: { region } }, opts);
const at = config.get("at");
if (at !== undefined) new ScalarRestore("restore", { backup, at, aws: { region } }, opts);
