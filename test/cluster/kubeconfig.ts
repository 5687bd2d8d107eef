/** A kubeconfig's text with one context, of this name: the API server, and a user such as `{ token }`. */
export function kubeconfigOf({ url, ca }: { url: string; ca: string }, user: object, context = "test"): string {
  const cluster = { server: url, "certificate-authority-data": Buffer.from(ca).toString("base64") };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: context, cluster }],
    users: [{ name: "user", user }],
    contexts: [{ name: context, context: { cluster: context, user: "user" } }],
    "current-context": context,
  });
}
