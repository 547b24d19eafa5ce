/** What stands at a path of parsed JSON, or nothing: `field(answer.json, 'data', 'id')`. */
export function field(value: unknown, ...path: string[]): unknown {
  let node = value
  for (const name of path) {
    if (typeof node !== 'object' || node === null || !Object.hasOwn(node, name)) return undefined
    node = (node as Record<string, unknown>)[name]
  }
  return node
}

/** What was to be a text; empty for what is none: an object of a stranger's may not even become one (`toString: 1`). */
export function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}

/** The texts in what was to be a list of them. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.map(textOf).filter((text) => text !== '') : []
}

/** Parsed JSON as an answer to give on; nothing if it is no object. */
export function asObject(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}
