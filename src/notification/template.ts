import { formatDuration, shortDuration } from '../platform/duration.ts'
import { abbreviateHome } from '../platform/paths.ts'
import { didYouMean } from '../platform/suggest.ts'
import { hasFailed, type Notification } from './index.ts'

/** What each word of a title template stands for; a message without a command has no words about one. */
const words: Record<string, (notification: Notification) => string | number | undefined> = {
  user: ({ origin }) => origin.user,
  host: ({ origin }) => origin.host,
  cwd: ({ origin }) => abbreviateHome(origin.cwd),
  mark: (notification) => notification.outcome && (hasFailed(notification) ? '❌' : '✅'),
  command: ({ outcome }) => outcome?.command,
  took: ({ outcome }) => (outcome?.durationMs === undefined ? undefined : shortDuration(outcome.durationMs)),
  status: ({ outcome }) => outcome && (outcome.signal ?? outcome.status),
  code: ({ outcome }) => outcome?.status,
  signal: ({ outcome }) => outcome?.signal,
  usual: ({ outcome }) => (outcome?.usualMs === undefined ? undefined : formatDuration(outcome.usualMs)),
  cpu: ({ outcome }) => (outcome?.cpuMs === undefined ? undefined : formatDuration(outcome.cpuMs)),
  peak: ({ outcome }) => (outcome?.peak === undefined ? undefined : formatBytes(outcome.peak)),
  agent: ({ agent }) => agent?.name,
  project: ({ agent }) => agent?.project,
  event: ({ agent }) => agent?.event,
  tool: ({ agent }) => agent?.tool,
  job: ({ batch }) => batch?.job,
  array: ({ batch }) => batch?.array,
  rank: ({ batch }) => batch?.rank,
  duration: ({ outcome }) => (outcome?.durationMs === undefined ? undefined : formatDuration(outcome.durationMs)),
}

/** `512 kB`, `40 MB`, `1.3 GB`. */
function formatBytes(bytes: number): string {
  if (bytes < 1024 ** 2) return `${Math.round(bytes / 1024)} kB`
  return bytes < 1024 ** 3 ? `${Math.round(bytes / 1024 ** 2)} MB` : `${(bytes / 1024 ** 3).toFixed(1)} GB`
}

/** A title that begins with the command and its outcome, which is what a lock screen shows of it. */
export const outcomeTitle = '{mark} {command} ({took})'

/** A title from its template: `{user}@{host}`, `{{` for a brace. A message of no command has another title than that of one. */
export function renderTemplate(template: string, notification: Notification): string {
  const own = template === outcomeTitle && notification.outcome === undefined ? '{user}@{host}' : template
  return own.replace(/\{\{|\}\}|\{(\w+)\}/g, (match, word?: string) => {
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
