import type { Option } from '../backends/contract/options.ts'
import { didYouMean } from '../platform/suggest.ts'
import { referenceOf, referenceWords } from './secrets.ts'
import { isMapping } from './shapes.ts'

/** What is wrong with a value that was meant to be had from elsewhere, and would be sent as it stands. */
export function misunderstanding({ kind, details }: Option, value: unknown): string | undefined {
  if (kind === 'json' || kind === 'words') return undefined
  const isAddress = details.secret === true || /^https?:/i.test(String(value))
  const each = kind === 'map' && isMapping(value) ? Object.values(value) : [value].flat()
  for (const one of each) {
    const what = typeof one === 'string' ? unexpanded(one, isAddress) : unknownReference(one)
    if (what !== undefined) return what
  }
  return undefined
}

/** A variable or a command, as a shell would replace it. */
function unexpanded(text: string, anywhere: boolean): string | undefined {
  const [, variable] = /^\$(?:\{(\w+)\}|[A-Z_][A-Z0-9_]*)$/.exec(text) ?? []
  if (variable !== undefined || /^\$[A-Z_][A-Z0-9_]*$/.test(text)) {
    return `variables are not replaced here: expected {env: ${variable ?? text.slice(1)}}`
  }
  if (/^(?:\$\(.+\)|`.+`)$/s.test(text)) return 'commands are not run here: expected {command: [PROGRAM, ARGUMENT]}'
  const within = anywhere ? /\$\{(\w+)\}/.exec(text)?.[1] : undefined
  if (within === undefined) return undefined
  return `variables are not replaced within a text: expected {env: ${within}}, with the whole text in the variable`
}

function unknownReference(value: unknown): string | undefined {
  if (!isMapping(value) || value instanceof Date || referenceOf(value) !== undefined) return undefined
  const [word = '', ...more] = Object.keys(value)
  const known = referenceWords.find((one) => one === word.toLowerCase())
  if (known === undefined || more.length > 0) {
    const guess = more.length > 0 ? '' : didYouMean(word, referenceWords)
    return `expected a value, {env: VARIABLE}, {file: PATH} or {command: [PROGRAM, ARGUMENT]}${guess}`
  }
  return known === 'command' ? 'command: expected a program and its arguments' : `${known}: expected a string`
}
