import { UsageError } from '../../platform/errors.ts'

/**
 * The mapping that a YAML file holds.
 *
 * @throws UsageError it is none
 */
export async function mappingIn(text: string, path: string): Promise<Record<string, unknown>> {
  const { parse } = await import('yaml')
  let content: unknown
  try {
    content = parse(text)
  } catch (error) {
    // The parser quotes the file, tokens included.
    const reason = (error as Error).message.split('\n')[0]?.replace(/:$/, '')
    throw new UsageError(`import: ${path || 'stdin'}: ${reason}`)
  }
  if (content === null || content === undefined) return {}
  if (typeof content === 'object' && !Array.isArray(content)) return content as Record<string, unknown>
  throw new UsageError(`import: ${path || 'stdin'}: expected a mapping (key: value)`)
}

/** A mapping, or an empty one. */
export function mapping(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
