import * as pulumi from "@pulumi/pulumi";
import test from "ava";
import { awsSettings } from "../../../../components/databases/settings";

const NOT_READ = {
  "aws:assumeRoleWithWebIdentity": '{"roleArn":"arn:aws:iam::123456789012:role/ci","webIdentityTokenFile":"/token"}',
  "aws:sharedConfigFiles": '["/etc/aws/config"]',
  "aws:sharedCredentialsFiles": '["/etc/aws/credentials"]',
  "aws:endpoints": '[{"dynamodb":"http://localhost:4566"}]',
  "aws:ec2MetadataServiceEndpoint": "http://169.254.169.254",
};

for (const [key, value] of Object.entries(NOT_READ)) {
  test(`${key}, which only the provider would read, is refused with what to use instead`, (t) => {
    // Without a wait in between: other tests of this thread have the same configuration.
    pulumi.runtime.setConfig(key, value);
    const error = t.throws(() => awsSettings(), { instanceOf: pulumi.RunError });
    pulumi.runtime.setConfig(key, "");
    t.regex(error?.message ?? "", new RegExp(`^${key}: .*pulumi config rm ${key}`));
    t.notThrows(() => awsSettings());
  });
}

test("an empty list is as good as none", (t) => {
  pulumi.runtime.setConfig("aws:endpoints", "[]");
  t.notThrows(() => awsSettings());
  pulumi.runtime.setConfig("aws:endpoints", "");
});
