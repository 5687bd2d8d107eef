import * as pulumi from "@pulumi/pulumi";

/** The instant to restore to, from the stack's configuration. */
export const at = new pulumi.Config().require("at");

/** The end of a copy's name. */
export const suffix = at.replace(/[-:]/g, "").toLowerCase();

export const copyTags = { copy: "drill", "restored-to": at };
