import type { FoundRelease, ReleaseState, ReleasesState } from "../../operations/kubernetes/releases";
import { nearestWord } from "../../restore-points/rules/nearest-word";
import { ADMIN_PORTS, AUDITOR, HEADLESS_SUFFIX, LEDGER } from "../../restore-points/scalar-products";
import type { ReleaseNameArgs } from "./release-args";

/** A release, as far as its configuration says whether it runs transactions. */
type Configured = Pick<ReleaseNameArgs, "transactions">;

/**
 * Releases of ScalarDL that are not configured as what they are: a restore would look for a coordinator of Auditor's, or leave out
 * Ledger's. Both are in the same order.
 */
export function transactionDoubts(
  { releases }: Pick<ReleasesState, "releases">,
  args: readonly Configured[],
): string[] {
  return releases.flatMap(({ namespace, name, products }, index) => {
    const { transactions } = args[index] ?? {};
    if (products.includes(LEDGER) && transactions === false)
      return [
        `release ${namespace}/${name} is ScalarDL Ledger, which runs ScalarDB transactions, and its coordinator is left out of the verification of restores; remove pause.releases[${index}].transactions`,
      ];
    return products.length > 0 && products.every((product) => product === AUDITOR) && transactions === undefined
      ? [
          `release ${namespace}/${name} is ScalarDL Auditor, which runs no ScalarDB transactions: a restore is verified by a coordinator that it does not have; set pause.releases[${index}].transactions to false`,
        ]
      : [];
  });
}

/** More of what was found would hide the message. */
const SHOWN = 10;

/**
 * What is wrong with releases as they are in the cluster. Warnings, not errors: a first deployment may install Scalar's
 * products after this, or in the same program.
 */
export function releaseProblems(state: ReleasesState): string[] {
  return state.releases.flatMap((release) =>
    release.products.length === 0 ? missing(release, state) : missingAdminPort(release),
  );
}

function missing({ namespace, name }: ReleaseState, { nearby, inOtherNamespaces = [] }: ReleasesState): string[] {
  const here = nearby.filter((found) => found.namespace === namespace);
  const found =
    here.length === 0
      ? `namespace ${namespace} has no release of a Scalar product`
      : `namespace ${namespace} has ${shown(here, ({ name: other, product }) => `${other} (${product})`)}`;
  const there =
    inOtherNamespaces.length === 0
      ? ""
      : `; in other namespaces: ${shown(inOtherNamespaces, (other) => `${other.namespace}/${other.name} (${other.product})`)}`;
  const meant = nearestWord(
    name,
    here.map((other) => other.name),
  );
  const guess = meant === undefined ? "" : `; did you mean "${meant}"?`;
  return [
    `release ${namespace}/${name} has no Deployment of a Scalar product, so every pause fails until it is installed: ${found}${there}${guess}`,
  ];
}

function missingAdminPort({ namespace, name, withoutAdminPort }: ReleaseState): string[] {
  return withoutAdminPort.map(
    (product) =>
      `${product} of release ${namespace}/${name} has no Service ending in ${HEADLESS_SUFFIX} with a port named ${ADMIN_PORTS[product]}, so the pauser does not find its admin interface; set the release's adminPort if it has another`,
  );
}

function shown(found: readonly FoundRelease[], text: (each: FoundRelease) => string): string {
  const more = found.length > SHOWN ? ` and ${found.length - SHOWN} more` : "";
  return found.slice(0, SHOWN).map(text).join(", ") + more;
}
