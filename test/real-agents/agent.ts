import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Act, Turn } from './script.ts'

/** A coding agent as its users run it, made to talk to a model of ours. */
export interface RealAgent {
  name: string
  /** The words that start it; those with a slash are below node_modules. */
  program: string[]
  /** Prepares its HOME, whose projects it is to trust; returns what its environment has besides. */
  setUp(home: { home: string; project: string; model: string }): Record<string, string>
  /** Reads a request to the model; nothing if it asks for a title or the like. */
  read(path: string, body: Record<string, unknown>): Turn | undefined
  /** The answer of the model. */
  write(act: Act): Reply
  /** What its screen shows when it waits for a prompt, and when it asks for a permission. */
  ready: RegExp
  asks: RegExp
  /** The keys that give and refuse a permission, and interrupt a turn. */
  keys: { yes: string; no: string; interrupt: string }
  /** What its hooks do not say, or what it does not do, by the names of the scenarios. */
  lacks?: readonly Scenario[]
  /** The tool that runs commands, as the agent calls it. */
  shell: string
}

export type Scenario = 'failure' | 'sub-agent' | 'background task' | 'remote answer' | 'dialog meanwhile' | 'next turn'

export interface Reply {
  status?: number
  type: string
  body: string
}

/** Where the agents are: the folder of `npm run test:agents -- --install`, or one like it. */
const folder = process.env['NTFY_TEST_AGENTS'] ?? ''

/** The whole paths and words that start an agent; nothing if it is not there. */
export function commandOf({ program }: RealAgent): string[] | undefined {
  const words = program.map((word) => (word.includes('/') ? join(folder, 'node_modules', word) : word))
  return words.every((word) => !word.includes('/') || existsSync(word)) ? words : undefined
}

/** Events as a stream, each named by its `type`. */
export function serverSentEvents(events: object[], { named }: { named: boolean }): Reply {
  const lines = events.map((event) => {
    const name = named && 'type' in event ? `event: ${event.type}\n` : ''
    return `${name}data: ${JSON.stringify(event)}\n\n`
  })
  return { type: 'text/event-stream', body: lines.join('') }
}
