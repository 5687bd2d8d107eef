// Nothing is declared: what the CLI and the SDK cost alone. The SDK is loaded in any case; this is how a program would get it.
require("@pulumi/pulumi");
