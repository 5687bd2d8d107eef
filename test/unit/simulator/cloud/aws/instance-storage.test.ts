import test from "ava";
import { storageOf } from "../../../../../simulator/cloud/aws/rds-instance-storage";

test("storage is gp3 unless IOPS are given, with the baseline of its size", (t) => {
  t.deepEqual(storageOf("postgres", { AllocatedStorage: 20 }), {
    storageType: "gp3",
    iops: 3000,
    storageThroughput: 125,
  });
  t.deepEqual(storageOf("oracle-ee", { AllocatedStorage: 200 }), {
    storageType: "gp3",
    iops: 12_000,
    storageThroughput: 500,
  });
  t.deepEqual(storageOf("mysql", { AllocatedStorage: 100, Iops: 1000 }), { storageType: "io1", iops: 1000 });
});

test("gp3 takes IOPS and throughput from a size on, which depends on the engine", (t) => {
  const gp3 = (engine: string, AllocatedStorage: number, Iops: number) => () =>
    storageOf(engine, { AllocatedStorage, StorageType: "gp3", Iops });
  t.throws(gp3("postgres", 399, 12_000), { message: /engine postgres and a storage size less than 400/ });
  t.throws(gp3("oracle-se2", 199, 12_000), { message: /less than 200/ });
  t.notThrows(gp3("oracle-se2", 200, 12_000));
  t.notThrows(gp3("sqlserver-se", 20, 4000));
  t.throws(gp3("sqlserver-se", 500, 16_001), { message: /not 3000 to 16000/ });
  t.throws(gp3("postgres", 400, 3000), { message: /not 12000 to 64000/ });
});

test("each type of storage has a least size", (t) => {
  const least = (engine: string, StorageType: string, AllocatedStorage: number) => () =>
    storageOf(engine, { AllocatedStorage, StorageType, Iops: StorageType.startsWith("io") ? 1000 : undefined });
  for (const [engine, type, size] of [
    ["postgres", "io1", 100],
    ["postgres", "gp2", 20],
    ["postgres", "standard", 5],
    ["oracle-ee", "standard", 10],
    ["sqlserver-ex", "standard", 20],
  ] as const) {
    t.throws(least(engine, type, size - 1), { name: "InvalidParameterValue" }, `${engine} ${type}`);
    t.notThrows(least(engine, type, size));
  }
});
