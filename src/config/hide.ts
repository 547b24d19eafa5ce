import { hideSecret } from '../platform/output.ts'
import { isMapping } from './shapes.ts'

/** Hides a secret value from all that is said: whole, and the parts of it that somebody could use. */
export function hideValue(value: unknown): void {
  const texts = isMapping(value) ? Object.values(value).map(String) : [String(value)]
  for (const text of texts) for (const secret of [text, ...partsOf(text)]) hideSecret(secret)
}

/** A server may echo a header's value without its scheme, or an address's path without its host. */
function partsOf(text: string): string[] {
  const scheme = /^\w+ +(\S+)$/.exec(text)?.[1]
  if (scheme !== undefined) return [scheme]
  if (!/^https?:/i.test(text) || !URL.canParse(text)) return []
  const { pathname, search, password, searchParams } = new URL(text)
  const segments = pathname.split('/').filter((segment) => segment.length >= shortestSecret)
  const values = [...searchParams.values()].filter((value) => value.length >= shortestSecret)
  return [`${pathname}${search}`, ...segments, ...values, password].filter((part) => part.length >= shortestSecret)
}

/** Shorter parts of an address are words (`hooks`, `v1`) and no secrets. */
const shortestSecret = 8
