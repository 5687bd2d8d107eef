import { aurora } from "./aurora";

export const auroraMysql = aurora({
  key: "auroraMysql",
  kind: "aurora-mysql",
  label: "Amazon Aurora MySQL",
  engine: "aurora-mysql",
  jdbcScheme: "mysql",
  defaultDatabase: "",
});
