import { isObject } from "../../restore-points/shape";
import { objectIn } from "./fields";

const PAGE_ITEMS = 500;

/** All objects of a collection that match the label selector, page by page. */
export async function listPages(
  get: (path: string) => Promise<Record<string, unknown>>,
  path: string,
  labelSelector?: string,
): Promise<Record<string, unknown>[]> {
  const items: Record<string, unknown>[] = [];
  const query = new URLSearchParams({
    limit: String(PAGE_ITEMS),
    ...(labelSelector !== undefined && { labelSelector }),
  });
  for (;;) {
    const page = await get(`${path}?${query}`);
    if (Array.isArray(page.items)) items.push(...page.items.filter(isObject));
    const next = objectIn(page, "metadata").continue;
    if (typeof next !== "string" || next === "") return items;
    query.set("continue", next);
  }
}
