/**
 * What clouds document of how long their work takes, for messages. Of restores of RDS, Aurora and Azure's databases they document
 * no duration: it depends on the data.
 */

/** "In most cases, restores complete in less than an hour" [Amazon DynamoDB Developer Guide, Restoring a DynamoDB table]. */
export const TABLE_RESTORE = "usually less than 60 min";

/** Role assignments may take up to 10 minutes to be in effect [Azure RBAC documentation, Troubleshoot Azure RBAC]. */
export const ROLE_ASSIGNMENT = "up to 10 min is usual";
