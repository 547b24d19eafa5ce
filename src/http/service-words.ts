import { excerpt } from '../platform/masking.ts'
import type { HttpAnswer } from './exchange.ts'

/** What the service itself says of the failure, on one line, behind a colon. */
export function serviceWords(answer: HttpAnswer): string {
  const words = excerpt(partsOf(answer).join(': '))
  return words === '' ? '' : `: ${words}`
}

/** The same error with what the service says, unless it says that already. */
export function withServiceWords<E extends Error>(error: E, answer: HttpAnswer): E {
  const missing = partsOf(answer)
    .map((part) => excerpt(part))
    .filter((part) => part !== '' && !error.message.includes(part))
  if (missing.length > 0) error.message += `: ${missing.join(': ')}`
  return error
}

/** What is wrong, and how that is explained, as services call them in their answers. */
const kinds = [
  ['error', 'errors', 'err', 'title'],
  ['errordescription', 'description', 'detail', 'details', 'message', 'msg', 'reason'],
]

/** Of JSON what is wrong and its explanation, of XML the text, of a page for people nothing. */
function partsOf({ json, text }: HttpAnswer): string[] {
  if (typeof json === 'object' && json !== null) {
    const fields = Object.entries(json).map(
      ([name, value]) => [name.toLowerCase().replace(/[_-]/g, ''), value] as const,
    )
    const named = kinds.map((names) => {
      const found = names.flatMap((name) =>
        fields.filter(([known]) => known === name).map(([, value]) => wordsIn(value)),
      )
      return found.find((words) => words !== '') ?? ''
    })
    return [...new Set(named.filter((words) => words !== ''))]
  }
  if (/^\s*<(?:!doctype html|html|head|body)\b/i.test(text)) return []
  return [
    /^\s*</.test(text)
      ? text
          .replace(/<[^>]*>/g, ' ')
          .replace(/\s+/g, ' ')
          .trim()
      : text,
  ]
}

/** A text, the texts of a list, or what an object says of itself. */
function wordsIn(value: unknown): string {
  if (typeof value === 'string') return value.trim()
  if (Array.isArray(value)) return value.map(wordsIn).filter(Boolean).join('; ')
  if (typeof value !== 'object' || value === null) return ''
  const { message, description, error, reason, title } = value as Record<string, unknown>
  const own = [message, description, error, reason, title].find((one) => typeof one === 'string' && one !== '')
  return typeof own === 'string' ? own : wordsIn(Object.values(value))
}
