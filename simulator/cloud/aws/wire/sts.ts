import { ACCOUNT } from "../account";
import type { AwsCloud } from "../aws";
import type { QueryOperations } from "./query";

/** STS, the query protocol of 2011-06-15: a signed request is from the account's one user; one with a token may assume a role. */
export function stsOperations(cloud: AwsCloud): QueryOperations {
  return {
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    elementNames: {},
    operations: {
      GetCallerIdentity: {
        members: {},
        run: () => ({ Arn: cloud.caller.arn, UserId: "AIDAREHEARSAL", Account: ACCOUNT }),
      },
      AssumeRoleWithWebIdentity: {
        unsigned: true,
        members: {
          RoleArn: "string",
          RoleSessionName: "string",
          WebIdentityToken: "string",
          DurationSeconds: "number",
        },
        run(input: { RoleArn: string; RoleSessionName: string; WebIdentityToken: string }) {
          const session = cloud.sessions.byWebIdentity(input.RoleArn, input.WebIdentityToken, input.RoleSessionName);
          return {
            Credentials: {
              AccessKeyId: session.accessKeyId,
              SecretAccessKey: session.secretAccessKey,
              SessionToken: session.token,
              Expiration: new Date(session.expires),
            },
          };
        },
      },
    },
  };
}
