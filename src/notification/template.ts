import { formatDuration } from '../platform/duration.ts'
import { abbreviateHome } from '../platform/paths.ts'
import { didYouMean } from '../platform/suggest.ts'
import type { Notification } from './index.ts'

/** What each word of a title template stands for; a message without a command has no words about one. */
const words: Record<string, (notification: Notification) => string | number | undefined> = {
  user: ({ origin }) => origin.user,
  host: ({ origin }) => origin.host,
  cwd: ({ origin }) => abbreviateHome(origin.cwd),
  command: ({ outcome }) => outcome?.command,
  status: ({ outcome }) => outcome && (outcome.signal ?? outcome.status),
  code: ({ outcome }) => outcome?.status,
  signal: ({ outcome }) => outcome?.signal,
  duration: ({ outcome }) => (outcome?.durationMs === undefined ? undefined : formatDuration(outcome.durationMs)),
}

/** A title from its template: `{user}@{host}`, `{{` for a brace. */
export function renderTemplate(template: string, notification: Notification): string {
  return template.replace(/\{\{|\}\}|\{(\w+)\}/g, (match, word?: string) => {
    if (word === undefined) return match[0] ?? ''
    return String(words[word]?.(notification) ?? '')
  })
}

/** What is wrong with a template, or nothing. */
export function templateProblem(template: string): string | undefined {
  const known = Object.keys(words)
  for (const [, word = ''] of template.replaceAll('{{', '').matchAll(/\{([^}]*)\}?/g)) {
    if (!known.includes(word)) return `unknown word {${word}}${didYouMean(word, known)} (known: ${known.join(', ')})`
  }
  return undefined
}
