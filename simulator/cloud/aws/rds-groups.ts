import { AwsError } from "./error";
import { engineFacts } from "./rds-engines";

/** An option group, for one engine. */
interface OptionGroup {
  engine: string;
  /** Options that an instance can't be parted from once it has them, such as Oracle's TDE. */
  permanent: string[];
}

/** The groups that databases of a region refer to by name; each reference is checked as RDS checks it. */
export class RdsGroups {
  readonly defaultSecurityGroup: string;
  readonly subnetGroups = new Set(["default"]);
  readonly clusterParameterGroups = new Set<string>();
  readonly parameterGroups = new Set<string>();
  readonly securityGroups: Set<string>;
  readonly optionGroups = new Map<string, OptionGroup>();

  constructor(defaultSecurityGroup: string) {
    this.defaultSecurityGroup = defaultSecurityGroup;
    this.securityGroups = new Set([defaultSecurityGroup]);
  }

  subnetGroup(name: string | undefined): string {
    if (name !== undefined && !this.subnetGroups.has(name))
      throw new AwsError("DBSubnetGroupNotFoundFault", `DB subnet group '${name}' does not exist.`, 404);
    return name ?? "default";
  }

  clusterParameterGroup(name: string | undefined, engine: string, version: string): string {
    const fallback = `default.${engineFacts(engine).family(version)}`;
    if (name !== undefined && name !== fallback && !this.clusterParameterGroups.has(name))
      throw new AwsError("DBClusterParameterGroupNotFound", `DBClusterParameterGroup not found: ${name}`, 404);
    return name ?? fallback;
  }

  parameterGroup(name: string | undefined, engine: string, version: string): string {
    const fallback = `default.${engineFacts(engine).family(version)}`;
    if (name !== undefined && name !== fallback && !this.parameterGroups.has(name))
      throw new AwsError("DBParameterGroupNotFound", `DBParameterGroup not found: ${name}`, 404);
    return name ?? fallback;
  }

  optionGroup(name: string | undefined, engine: string, version: string): string {
    // Such as default:mysql-8-0, default:postgres-17 and default:sqlserver-se-16-00: the engine and its major version.
    // [Amazon RDS User Guide, Working with option groups]
    const fallback = `default:${engine}-${engineFacts(engine).majorVersion(version).replaceAll(".", "-")}`;
    if (name === undefined || name === fallback) return fallback;
    const group = this.optionGroups.get(name);
    if (!group) throw new AwsError("OptionGroupNotFoundFault", `Specified OptionGroupName: ${name} not found.`, 404);
    if (group.engine !== engine)
      throw new AwsError(
        "InvalidParameterCombination",
        `The option group ${name} is associated with a different engine than ${engine}.`,
      );
    return name;
  }

  securityGroupsOf(ids: string[] | undefined): string[] {
    if (!ids?.length) return [this.defaultSecurityGroup];
    for (const id of ids)
      if (!this.securityGroups.has(id))
        throw new AwsError("InvalidParameterValue", `Invalid security group , groupId= ${id}, groupName=.`);
    return ids;
  }
}
