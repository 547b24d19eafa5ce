/** What stands at a path of parsed JSON, or nothing: `field(answer.json, 'data', 'id')`. */
export function field(value: unknown, ...path: string[]): unknown {
  let node = value
  for (const name of path) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return undefined
    node = (node as Record<string, unknown>)[name]
  }
  return node
}

/** Parsed JSON as an answer to give on; nothing if it is no object. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
