import type { Backend } from '../backends/contract/backend.ts'

/** The first required option that nothing says, without fetching a secret; nothing if all are there. */
export function lackingOptions(
  { options, inherited, missing }: Pick<Backend, 'options' | 'inherited' | 'missing'>,
  settings: Record<string, unknown>,
  overrides: Record<string, unknown>,
): string | undefined {
  const given: Record<string, unknown> = { ...settings, ...overrides }
  const name = Object.keys(options).find((one) => options[one]?.details.required && given[one] === undefined)
  if (name === undefined) return missing?.(given)
  if (inherited?.()[name] !== undefined) return undefined
  return `${name} is missing: ${options[name]?.details.description}`
}
