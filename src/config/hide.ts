import type { Option } from '../backends/contract/options.ts'
import { normalKey } from '../backends/contract/read-option.ts'
import { hideSecret } from '../platform/masking.ts'
import { referenceOf } from './secrets.ts'
import { isMapping } from './shapes.ts'

/** Hides what an option's value says of a secret itself. @returns whether there was any */
export function hideSecretsOf({ kind, details }: Option, value: unknown): boolean {
  if (!details.secret) return false
  const texts =
    kind === 'map' && isMapping(value)
      ? Object.entries(value).flatMap(([name, text]) => (isOpen(details, name) ? [] : [text]))
      : [value]
  const literal = texts.filter((text) => referenceOf(text) === undefined)
  for (const text of literal) hideValue(text)
  return literal.length > 0
}

function isOpen({ open = [] }: Option['details'], name: string): boolean {
  return open.some((word) => normalKey(word) === normalKey(name))
}

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
