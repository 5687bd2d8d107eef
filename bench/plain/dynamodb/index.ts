import * as pulumi from "@pulumi/pulumi";
import { protectTables, restoreTables } from "../shared/dynamodb";
import { pausePods } from "../shared/pause";

const config = new pulumi.Config();
const tables = config.requireObject<string[]>("tables");

protectTables(tables);
pausePods("scalar", "scalardb-cluster");
restoreTables(tables, config.require("copiesRegion"));
