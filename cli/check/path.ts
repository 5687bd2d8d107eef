/** The steps of a problem's path: `databases[0].create.tables["a.b"]` is `["databases", 0, "create", "tables", "a.b"]`. */
export function stepsOf(path: string): (string | number)[] {
  const steps = path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g);
  return [...steps].map(([, index, quoted, key = ""]) =>
    index !== undefined ? Number(index) : quoted !== undefined ? String(JSON.parse(quoted)) : key,
  );
}
