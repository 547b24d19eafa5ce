import { field } from '../platform/json.ts'

/** What an agent said, as it was parsed: nothing in it is to be relied on. */
export type Payload = Record<string, unknown>

/** The first of these fields that is a text and not empty; `a.b` is b within a. */
export function textIn(payload: unknown, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = field(payload, ...name.split('.'))
    if (typeof value === 'string' && value.trim() !== '') return value
  }
  return undefined
}

/** The elements of a list; none if it is no list. */
export function listIn(payload: unknown, name: string): unknown[] {
  const value = field(payload, ...name.split('.'))
  return Array.isArray(value) ? value : []
}

/** What a tool is to do, in one text, and whether that is a command of a shell. */
export function purposeOf(input: unknown): string | undefined {
  if (typeof input === 'string') return input
  const words = listIn(input, 'command').filter((word) => typeof word === 'string')
  if (words.length > 0) return words.join(' ')
  const [question] = listIn(input, 'questions')
  return (
    textIn(input, 'command', 'cmd', 'file_path', 'filePath', 'path', 'url', 'pattern', 'query', 'question') ??
    textIn(question, 'question', 'header') ??
    textIn(input, 'plan', 'prompt', 'description')
  )
}

/** Most that is kept of one text of a payload that was cut, in characters. */
const longestName = 4096

/**
 * The texts at the top of a JSON object whose end is missing: a payload that is too large is known by its session, its
 * event and its project alone.
 */
export function beginningOf(text: string): Payload {
  const found: Payload = Object.create(null)
  const token = /"((?:[^"\\]|\\.)*)"|[{}[\]:,]/gsy
  let [depth, key, expectsValue] = [0, undefined as string | undefined, false]
  for (let at = text.search(/\S/); at >= 0 && at < text.length; ) {
    token.lastIndex = at
    const match = token.exec(text)
    // A blank, a number, a word.
    if (match === null) {
      if (text[at] === '"') break
      at++
      continue
    }
    at = token.lastIndex
    const [all, content] = match
    if (content !== undefined && depth === 1) {
      if (expectsValue && key !== undefined && content.length <= longestName) found[key] ??= unquoted(all)
      else if (!expectsValue) key = unquoted(all)
    } else if (all === '{' || all === '[') depth++
    else if (all === '}' || all === ']') depth--
    if (depth === 1 && all === ':') expectsValue = true
    else if (depth === 1 && all !== '"') expectsValue = all === ',' ? false : expectsValue
  }
  return found
}

function unquoted(text: string): string {
  try {
    return JSON.parse(text)
  } catch {
    return ''
  }
}
