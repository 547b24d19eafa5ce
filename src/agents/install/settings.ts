import type { AgentName } from '../../notification/agent.ts'
import { JsonText } from './json-text.ts'

/** How one agent is made to call us. */
export interface Installer {
  agent: AgentName
  /** Its programs: one of them in PATH shows that it is there. */
  programs: readonly string[]
  /** The folder that it makes for itself. */
  folder(): string
  /** The files that are changed or made, each with what is put into it. */
  files(): readonly SettingsFile[]
  /** Has its user approved of the hooks? Where nobody has to, as soon as they are there. */
  isTrusted?(): boolean
  /** Does it notify by itself, too? */
  hasOwnNotifications?(): boolean
  /** What is left to do after it was installed. */
  todo?: string
}

/** A file of an agent. */
export interface SettingsFile {
  path: string
  /** Its text with our hooks; the same if they are there. */
  withHooks(text: string | undefined, launcher: string): Promise<string>
  /** Its text without them; nothing if the file is ours alone. */
  withoutHooks(text: string): Promise<string | undefined>
  /** Are hooks of ours in it, of whatever version? */
  hasHooks(text: string): boolean
}

/** One of our hooks in somebody's list of them. */
export interface Hook {
  /** Where the list is: `['hooks', 'Stop']`. */
  at: string[]
  element(command: (words: string) => string): unknown
}

/** The command of a hook of ours, wherever the launcher lies. */
const ours = /(?:^|[/'"\s])ntfy(?:-done)?["']?\s+hook\s+[a-z]+/

/** A JSON file of the user's with lists of hooks, to which ours are appended. */
export function mergedJson(path: string, hooks: readonly Hook[], base: Record<string, unknown> = {}): SettingsFile {
  return {
    path,
    async withHooks(text, launcher) {
      const isEmpty = text === undefined || text.trim() === ''
      const json = await JsonText.parse(path, isEmpty ? `${JSON.stringify(base, null, 2)}\n` : text)
      for (const { at, element } of hooks) {
        const wanted = element((words) => `${quoted(launcher)} hook ${words}`)
        const listed = json.value(...at)
        const found = Array.isArray(listed) ? listed.findIndex(isOurs) : -1
        if (found < 0) json.append(at, wanted)
        else if (JSON.stringify((listed as unknown[])[found]) !== JSON.stringify(wanted))
          json.replace([...at, found], wanted)
      }
      return json.text
    },
    async withoutHooks(text) {
      const json = await JsonText.parse(path, text)
      for (const { at } of hooks) removeOurs(json, at)
      if (isEmptyObject(json.value('hooks'))) json.remove(['hooks'])
      return json.text
    },
    hasHooks: (text) => ours.test(text),
  }
}

function removeOurs(json: JsonText, at: string[]): void {
  const listed = json.value(...at)
  if (!Array.isArray(listed)) return
  for (let index = listed.length - 1; index >= 0; index--) if (isOurs(listed[index])) json.remove([...at, index])
  const rest = json.value(...at)
  if (listed.length > 0 && Array.isArray(rest) && rest.length === 0) json.remove(at)
}

/** A group with others' hooks beside ours is the user's work. */
function isOurs(element: unknown): boolean {
  const text = commandsIn(element)
  return text.length > 0 && text.every((command) => ours.test(command))
}

function commandsIn(element: unknown): string[] {
  if (typeof element !== 'object' || element === null) return []
  const { command, bash, hooks } = element as Record<string, unknown>
  const own = [command, bash].filter((one) => typeof one === 'string')
  return [...own, ...(Array.isArray(hooks) ? hooks.flatMap(commandsIn) : [])]
}

function isEmptyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0
}

/** A file of our own. */
export function ownFile(path: string, content: (launcher: string) => string): SettingsFile {
  return {
    path,
    withHooks: async (_, launcher) => content(launcher),
    withoutHooks: async () => undefined,
    hasHooks: () => true,
  }
}

/** A word of a shell, without quotes where it needs none. */
export function quoted(path: string): string {
  return /^[\w./+@%:,-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
