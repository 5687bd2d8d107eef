import * as pulumi from "@pulumi/pulumi";
import { main } from "@pulumi/pulumi/provider";
import { registerPackages } from "./packages";
import { ScalarBackupProvider } from "./provider";

// An error that ends the program is a message for users. The SDK's listener, which comes after this one, prints its stack.
process.on("unhandledRejection", (error) => {
  if (pulumi.RunError.isInstance(error)) error.stack = error.message;
});
registerPackages();
void main(new ScalarBackupProvider(), process.argv.slice(2));
