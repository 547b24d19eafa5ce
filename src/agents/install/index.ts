import { existsSync, rmdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { AgentName } from '../../notification/agent.ts'
import { exitCode, NtfyError, UsageError } from '../../platform/errors.ts'
import { makeFolder } from '../../platform/folder.ts'
import { replaceOwn } from '../../platform/own-file.ts'
import { dataFolder } from '../../platform/paths.ts'
import { didYouMean } from '../../platform/suggest.ts'
import { locate } from '../../process/locate.ts'
import { aider } from './aider.ts'
import { amp } from './amp.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { copilot } from './copilot.ts'
import { cursor } from './cursor.ts'
import { originalOf, readSettings, restoreSettings, writeSettings } from './file.ts'
import { gemini } from './gemini.ts'
import { goose } from './goose.ts'
import { opencode } from './opencode.ts'
import { qwen } from './qwen.ts'
import type { Installer } from './settings.ts'
import { windsurf } from './windsurf.ts'

const installers: readonly Installer[] = [
  ...[claude, codex, gemini, copilot, cursor, opencode, goose, amp, aider, qwen, windsurf],
]

/** What is known of an agent on this machine. */
export interface AgentStatus {
  agent: AgentName
  /** Its program, or a folder of its own, is there. */
  found: boolean
  /** The file that calls us, or would. */
  file: string
  installed: boolean
  trusted: boolean
  own_notifications: boolean
}

/** A file as it is, and as it is to be; nothing where there is to be none. */
export interface Change {
  agent: AgentName
  path: string
  before: string | undefined
  after: string | undefined
  todo?: string | undefined
}

/** The installers of these agents, of all if none is named. */
export function installersOf(names: string[]): Installer[] {
  for (const name of names) {
    if (installers.some(({ agent }) => agent === name)) continue
    if (name === 'kiro') {
      throw new UsageError(
        'agents: kiro has hooks only in the file of each agent: add `ntfy hook kiro` to its hooks userPromptSubmit and stop',
      )
    }
    const known = installers.map(({ agent }) => agent)
    throw new UsageError(`agents: unknown agent ${name}${didYouMean(name, known)} (known: ${known.join(', ')})`)
  }
  return installers.filter(({ agent }) => names.length === 0 || names.includes(agent))
}

export function statusOf(installer: Installer): AgentStatus {
  const files = installer.files()
  const texts = files.map((file) => ({ file, text: quietly(() => readSettings(file.path)) }))
  const installed = texts.every(({ file, text }) => text !== undefined && file.hasHooks(text))
  return {
    agent: installer.agent,
    found: isFound(installer),
    file: files.at(-1)?.path ?? '',
    installed,
    trusted: installed && (quietly(() => installer.isTrusted?.() ?? true) ?? false),
    own_notifications: quietly(() => installer.hasOwnNotifications?.()) ?? false,
  }
}

export function isFound({ programs, folder }: Installer): boolean {
  return programs.some((name) => 'path' in locate(name, process.env['PATH'])) || existsSync(folder())
}

/**
 * What installing an agent changes; nothing that is as it should be.
 *
 * @throws ConfigError a file is not as it is expected to be
 */
export async function installation({ agent, files, todo }: Installer): Promise<Change[]> {
  const launcher = launcherPath()
  const changes = await Promise.all(
    files().map(async (file): Promise<Change> => {
      const before = readSettings(file.path)
      return { agent, path: file.path, before, after: await file.withHooks(before, launcher), todo }
    }),
  )
  return changes.filter(({ before, after }) => before !== after)
}

/**
 * The same of uninstalling it.
 *
 * @throws ConfigError
 */
export async function removal({ agent, files }: Installer): Promise<Change[]> {
  const changes: Change[] = []
  for (const file of files()) {
    const before = readSettings(file.path)
    if (before === undefined || !file.hasHooks(before)) continue
    const original = originalOf(file.path, before)
    const after = original === undefined ? await file.withoutHooks(before) : original.text
    changes.push({ agent, path: file.path, before, after })
  }
  return changes.reverse()
}

/** @throws NtfyError a file cannot be written */
export async function carryOut(changes: Change[], installer: Installer, kind: 'install' | 'uninstall'): Promise<void> {
  if (kind === 'install') keepNode()
  for (const { path, before, after } of changes) {
    const file = installer.files().find((one) => one.path === path)
    if (kind === 'uninstall') restoreSettings(path, before ?? '', after)
    else if (after !== undefined) {
      const known = before === undefined ? undefined : originalOf(path, before)
      const isOld = before !== undefined && file?.hasHooks(before) === true
      const clean = known ? known.text : isOld ? await file?.withoutHooks(before) : before
      writeSettings(path, clean, after)
    }
  }
  if (kind === 'uninstall' && !installers.some((one) => statusOf(one).installed)) forgetNode()
}

/** The launcher, by the path that outlives an update of Node. */
function launcherPath(): string {
  const program = process.argv[1] ?? ''
  if (!program.startsWith('/')) throw new NtfyError(`agents: ${program}: expected a whole path`, exitCode.io)
  return program
}

/** For the launcher (shell/launcher.sh), which agents call with whatever PATH they have. */
function keepNode(): void {
  const folder = dataFolder()
  if (folder === undefined) return
  makeFolder(folder)
  replaceOwn(join(folder, 'node'), `${process.execPath}\n`)
}

/** With the last hook nobody needs it any more. */
function forgetNode(): void {
  const folder = dataFolder()
  if (folder === undefined) return
  rmSync(join(folder, 'node'), { force: true })
  for (const empty of [join(folder, 'agents'), folder]) quietly(() => rmdirSync(empty))
}

function quietly<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
