import { main } from "@pulumi/pulumi/provider";
import { registerPackages } from "./packages";
import { ScalarBackupProvider } from "./provider";

registerPackages();
void main(new ScalarBackupProvider(), process.argv.slice(2));
