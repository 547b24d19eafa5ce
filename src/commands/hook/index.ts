import { isatty } from 'node:tty'
import { isWrapped, wrapped } from '../../agents/caller.ts'
import { defineCommand } from '../../cli/command.ts'
import { longestInput } from '../../inbox/call.ts'
import { storeCall } from '../../inbox/index.ts'
import { startReader } from '../../inbox/start.ts'
import { keptVariables } from '../../inbox/variables.ts'
import { inboxFolder } from '../../inbox/waiting.ts'
import { exitCode, NtfyError, UsageError } from '../../platform/errors.ts'
import { parseStat, statLines } from '../../process/proc.ts'
import { unknownAgent } from './agents.ts'

/** How long a pipe may stay open, milliseconds: not every agent closes it. */
const patience = 1000

/**
 * What the launcher does of `ntfy hook` (shell/spool.sh) where somebody reads stderr, and where there is no launcher:
 * the words are checked, the event is stored, and a process of its own handles it (later.ts).
 */
export default defineCommand({
  name: 'hook',
  words: 'AGENT [EVENT] [JSON]',
  summary: 'take an event of a coding agent',
  group: 'scripts',
  examples: [['ntfy hook claude', 'an event of Claude Code, as JSON on stdin']],
  flags: {},
  takes: [],
  neverFails: true,
  async run({ words, global }) {
    const [agent] = words
    if (agent === undefined) throw new UsageError('hook: expected the name of an agent')
    const problem = unknownAgent(agent)
    const folder = inboxFolder()
    if (folder === undefined) throw new NtfyError('hook: not stored: there is no place for it', exitCode.unavailable)
    const input = words.at(-1)?.startsWith('{') ? Buffer.alloc(0) : readEvent()
    const options = global.config === undefined ? [] : [`--config=${global.config}`]
    const variables = Object.fromEntries(
      keptVariables.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
    ) as Record<string, string>
    if (isWrapped({ ancestors: ancestorsNow(), variables })) variables[wrapped] = '1'
    const cwd = process.env['PWD'] ?? ''
    startReader(
      storeCall(folder, { words: [...options, 'hook', ...words], input, cwd, caller: process.ppid, variables }),
    )
    if (problem !== undefined) throw new UsageError(problem)
    return exitCode.ok
  },
})

function ancestorsNow() {
  return statLines('self').slice(1).map(parseStat)
}

/** What is there within a second, by a program that can be ended: a read of our own could not be. */
function readEvent(): Buffer {
  if (isatty(0)) return Buffer.alloc(0)
  const { spawnSync } = process.getBuiltinModule('node:child_process')
  const { stdout } = spawnSync('cat', { stdio: [0, 'pipe', 'ignore'], timeout: patience, maxBuffer: longestInput + 1 })
  return stdout ?? Buffer.alloc(0)
}
