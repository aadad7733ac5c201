/** The router's query strings: plain, readable, lists as repeated keys, the same names as the API. */

export function parseSearch(text: string): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = {};
  for (const [key, value] of new URLSearchParams(text)) {
    const known = result[key];
    if (known === undefined) result[key] = value;
    else if (Array.isArray(known)) known.push(value);
    else result[key] = [known, value];
  }
  return result;
}

/** Encoded as little as a query string allows, so that a shared link can be read. */
function encode(text: string): string {
  return encodeURIComponent(text)
    .replace(/%(3A|3D|2F|2C|40)/g, (escaped) => decodeURIComponent(escaped))
    .replace(/%20/g, "+");
}

export function stringifySearch(search: Record<string, unknown>): string {
  const parts: string[] = [];
  for (const [key, value] of Object.entries(search)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item === undefined || item === null || item === "" || item === false) continue;
      parts.push(`${encode(key)}=${encode(item === true ? "1" : String(item))}`);
    }
  }
  return parts.length ? `?${parts.join("&")}` : "";
}
