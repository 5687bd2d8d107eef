import { main } from "@pulumi/pulumi/provider";
import { ScalarBackupProvider } from "./provider";

void main(new ScalarBackupProvider(), process.argv.slice(2));
