/** The storage of a DB instance. */
import { AwsError } from "./error";
import type { InstanceSettings } from "./rds-instance";

interface Wanted {
  AllocatedStorage?: number | undefined;
  StorageType?: string | undefined;
  Iops?: number | undefined;
  StorageThroughput?: number | undefined;
}

interface Performance {
  iops: number;
  throughput: number;
}

/** [Amazon RDS User Guide, Amazon RDS DB instance storage, gp3 storage: the table of baselines and ranges] */
const SMALL: Performance = { iops: 3000, throughput: 125 };
/** [ibid.] */
const STRIPED: Performance = { iops: 12_000, throughput: 500 };
/** [ibid.] */
const MOST_STRIPED: Performance = { iops: 64_000, throughput: 4000 };
/** [ibid.] */
const MOST_SQLSERVER: Performance = { iops: 16_000, throughput: 1000 };

/**
 * Each type of storage with the IOPS and throughput that AWS returns for it.
 * @throws InvalidParameterValue, InvalidParameterCombination [botocore: rds/2014-10-31, CreateDBInstanceMessage, AllocatedStorage,
 * StorageType: "Default: io1, if the Iops parameter is specified. Otherwise, gp3"; pulumi-aws-native #968 has the words of gp3's]
 */
export function storageOf(
  engine: string,
  wanted: Wanted,
): Pick<InstanceSettings, "storageType" | "iops" | "storageThroughput"> {
  const { AllocatedStorage: size = 0, Iops: iops, StorageThroughput: throughput } = wanted;
  const storageType = wanted.StorageType ?? (iops ? "io1" : "gp3");
  if (size < leastStorage(engine, storageType))
    throw new AwsError(
      "InvalidParameterValue",
      `Invalid storage size for engine name ${engine} and storage type ${storageType}: ${size}`,
    );
  if (storageType.startsWith("io")) {
    if (!iops)
      throw new AwsError(
        "InvalidParameterCombination",
        `You must specify the Iops parameter for storage type ${storageType}.`,
      );
    return { storageType, iops };
  }
  if (storageType !== "gp3") return { storageType };
  const threshold = engine.startsWith("oracle") ? 200 : 400;
  const sqlserver = engine.startsWith("sqlserver");
  if (size < threshold && !sqlserver && (iops || throughput))
    throw new AwsError(
      "InvalidParameterCombination",
      `You can't specify IOPS or storage throughput for engine ${engine} and a storage size less than ${threshold}.`,
    );
  const least = sqlserver || size < threshold ? SMALL : STRIPED;
  const most = sqlserver ? MOST_SQLSERVER : MOST_STRIPED;
  const given = { iops: iops || least.iops, throughput: throughput || least.throughput };
  for (const each of ["iops", "throughput"] as const)
    if (given[each] < least[each] || given[each] > most[each])
      throw new AwsError(
        "InvalidParameterCombination",
        `Invalid ${each} value for engine name ${engine} and storage type gp3: ${given[each]}, not ${least[each]} to ${most[each]}.`,
      );
  return { storageType, iops: given.iops, storageThroughput: given.throughput };
}

/** In GiB. [botocore: rds/2014-10-31, CreateDBInstanceMessage, AllocatedStorage] */
function leastStorage(engine: string, storageType: string): number {
  if (storageType.startsWith("io")) return 100;
  if (storageType !== "standard" || engine.startsWith("sqlserver")) return 20;
  return engine.startsWith("oracle") ? 10 : 5;
}
