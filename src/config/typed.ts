import type { Document } from './read.ts'
import { isMapping } from './shapes.ts'

/**
 * A value with each scalar as it was typed: 007 and 1.10, +15551234567 and 12345678901234567890 are keys and numbers of
 * somebody's account, of which a parser leaves 7 and 1.1.
 */
export async function asTyped(value: unknown, at: string[], document: Document): Promise<unknown> {
  return needsTyping(value) ? combined(value, await typedAt(at, document), (_, typed) => typed) : value
}

/** The same for values whose type counts: a number stays one, unless JSON would write it otherwise. */
export async function withoutLoss(value: unknown, at: string[], document: Document): Promise<unknown> {
  if (!needsTyping(value)) return value
  return combined(value, await typedAt(at, document), (one, typed) => (isLossy(one, typed) ? typed : one))
}

/** Is there a scalar that a parser has changed? */
function needsTyping(value: unknown): boolean {
  if (value instanceof Date) return true
  if (typeof value === 'object' && value !== null) return Object.values(value).some(needsTyping)
  return typeof value === 'number' || typeof value === 'boolean'
}

function isLossy(value: unknown, typed: string): boolean {
  if (typeof value !== 'number') return value instanceof Date
  return /^(?:\+|-?0\d)/.test(typed) || (Number.isInteger(value) && !Number.isSafeInteger(value))
}

function combined(value: unknown, typed: unknown, choose: (value: unknown, typed: string) => unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((one, index) => combined(one, Array.isArray(typed) ? typed[index] : undefined, choose))
  }
  if (isMapping(value) && !(value instanceof Date)) {
    const other = isMapping(typed) ? typed : {}
    const entries = Object.entries(value).map(([key, one]) => [key, combined(one, own(other, key), choose)] as const)
    return Object.fromEntries(entries)
  }
  return typeof value === 'string' || typeof typed !== 'string' ? value : choose(value, typed)
}

async function typedAt(at: string[], document: Document): Promise<unknown> {
  document.typed ??= typedContent(document.text)
  return at.reduce<unknown>((node, key) => (isMapping(node) ? own(node, key) : undefined), await document.typed)
}

function own(mapping: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined
}

/** All that the file says, aliases and merges followed, from the nodes that hold the values; loaded only when needed. */
async function typedContent(text: string): Promise<unknown> {
  const { parseDocument, visit } = await import('yaml')
  const document = parseDocument(text, { merge: true, uniqueKeys: false, logLevel: 'silent' })
  visit(document, {
    Scalar(key, node) {
      const isChanged = typeof node.value !== 'string' && node.value !== null
      if (key !== 'key' && isChanged && typeof node.source === 'string') node.value = node.source
    },
  })
  // The number of nodes, aliases followed, has been checked.
  return document.toJS({ maxAliasCount: -1 })
}
