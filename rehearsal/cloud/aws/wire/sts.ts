import { ACCOUNT } from "../account";
import type { QueryOperations } from "./query";

/** STS, the query protocol of 2011-06-15: whoever asks is the account's one user. */
export function stsOperations(): QueryOperations {
  return {
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
    elementNames: {},
    operations: {
      GetCallerIdentity: {
        members: {},
        run: () => ({ Arn: `arn:aws:iam::${ACCOUNT}:user/rehearsal`, UserId: "AIDAREHEARSAL", Account: ACCOUNT }),
      },
    },
  };
}
