/** `Japan East` is `japaneast`. */
export function locationOf(location: string): string {
  return location.replaceAll(" ", "").toLowerCase();
}
