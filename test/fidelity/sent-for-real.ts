import { CreateDBClusterSnapshotCommand, RDSClient } from "@aws-sdk/client-rds";
import { type Sent, startProxy } from "./moto-proxy";
import { SENT_ROWS, TRIO, TRIO_INPUTS, TRIO_SNAPSHOT } from "./sent-rows";
import { createForReal, REGION, registerTarget } from "./terraform";

/** What the real provider sends for each row, in the order of the rows. */
export async function sentForReal(moto: string, plugins: string): Promise<(Sent | undefined)[]> {
  const proxy = await startProxy(moto);
  try {
    const cluster = "aws:rds/cluster:Cluster";
    await createForReal(moto, plugins, new Map([[TRIO, { type: cluster, inputs: TRIO_INPUTS }]]));
    const rds = new RDSClient({
      endpoint: moto,
      region: REGION,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    await rds.send(
      new CreateDBClusterSnapshotCommand({ DBClusterIdentifier: TRIO, DBClusterSnapshotIdentifier: TRIO_SNAPSHOT }),
    );
    await registerTarget(moto);
    await createForReal(
      proxy.url,
      plugins,
      new Map(SENT_ROWS.map(({ type, inputs }, index) => [`row-${index}`, { type, inputs }])),
    );
  } finally {
    proxy.stop();
  }
  return SENT_ROWS.map(
    ({ action, inputs }) =>
      proxy.requests.find(
        (each) => each.action === action && [inputs.clusterIdentifier, inputs.name].includes(nameIn(each.sent)),
      )?.sent,
  );
}

function nameIn(sent: Sent): string | undefined {
  return sent.DBClusterIdentifier ?? sent.PolicyName;
}
