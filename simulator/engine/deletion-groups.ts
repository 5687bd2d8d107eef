/**
 * Puts what is to be deleted into groups, each to be deleted together when the one before is gone: whatever nothing
 * left depends on comes last, as Pulumi schedules it.
 * @param needs Whether the first needs the second.
 */
export function deletionGroups<T>(condemned: Iterable<T>, needs: (one: T, other: T) => boolean): T[][] {
  const groups: T[][] = [];
  let left = [...condemned];
  while (left.length > 0) {
    const independent = left.filter((one) => !left.some((other) => other !== one && needs(one, other)));
    // A circle has no order.
    const group = independent.length > 0 ? independent : left;
    groups.unshift(group);
    left = left.filter((one) => !group.includes(one));
  }
  return groups;
}
