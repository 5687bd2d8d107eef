/** What is wrong with the components' declarations, as a sentence for who changes them. */
export class SchemaProblem extends Error {}
