import { basename } from 'node:path'
import type { Call } from '../inbox/call.ts'
import type { AgentName } from '../notification/agent.ts'
import type { TerminalReference } from '../notification/index.ts'
import { type ProcessStat, readCommandLine, readStat, terminalOf } from '../process/proc.ts'

/** Who called: the ancestors of the hook, the nearest first, as they were then. */
export type Caller = Pick<Call, 'ancestors' | 'variables'>

/** The launcher has seen `ntfy done` among the ancestors, which may be gone by now. */
export const wrapped = 'NTFY_WRAPPED'

/** What stands between an agent and its hook. */
const shells = /^(sh|bash|dash|ash|zsh|fish|ksh|busybox|env|timeout|nice|setsid)$/

const programs: [program: RegExp, agent: AgentName][] = [
  [/^claude(-code)?$/, 'claude'],
  [/^codex/, 'codex'],
  [/^gemini(-cli)?$/, 'gemini'],
  [/^copilot$/, 'copilot'],
  [/^(cursor-agent|cursor)$/i, 'cursor'],
  [/^opencode$/, 'opencode'],
  [/^goosed?$/, 'goose'],
  [/^amp$/, 'amp'],
  [/^aider$/, 'aider'],
  [/^qwen(-code)?$/, 'qwen'],
  [/^(kiro-cli|q_?cli|kiro)$/, 'kiro'],
  [/^windsurf$/, 'windsurf'],
]

/** The agent that a hook's nearest ancestor that is no shell is; nothing if that is none, or is gone. */
export function agentOfCaller({ ancestors }: Caller): AgentName | undefined {
  const nearest = ancestors.find(({ comm }) => !shells.test(comm))
  if (nearest === undefined) return undefined
  return namesOf(nearest).flatMap((name) => programs.find(([program]) => program.test(name))?.[1] ?? [])[0]
}

/** A process and its start, which tell one agent of a machine from another where its events name no session. */
export function processOfCaller({ ancestors }: Caller): string | undefined {
  const nearest = ancestors.find(({ comm }) => !shells.test(comm)) ?? ancestors[0]
  return nearest && `${nearest.pid}-${nearest.startTicks}`
}

/** The nearest ancestor with a terminal: the hooks of some agents have none of their own. */
export function terminalOfAgent({ ancestors, variables }: Caller): TerminalReference | undefined {
  const named = ancestors.filter(({ pid }) => String(pid) === variables['CLAUDE_PID'])
  for (const one of [...named, ...ancestors]) {
    const tty = terminalOf(one)
    if (tty !== undefined) return { tty, shellPid: one.pid }
  }
  return undefined
}

/** Does `ntfy done` wrap the agent, which notifies itself? */
export function isWrapped({ ancestors, variables }: Caller): boolean {
  if (variables[wrapped] !== undefined) return true
  return ancestors.some((one) => {
    const words = isThere(one) ? (readCommandLine(one.pid) ?? []) : []
    const at = words.findIndex((word) => /^(ntfy|ntfy-done|main\.cjs)$/.test(basename(word)))
    return at >= 0 && at < 2 && words.includes('done', at)
  })
}

/** Scripts are called by their interpreter's name: their own is among its first words. */
function namesOf(one: ProcessStat): string[] {
  const words = isThere(one) ? (readCommandLine(one.pid) ?? []) : []
  const script = words.slice(0, 3).find((word, at) => at > 0 && !word.startsWith('-'))
  return [one.comm, basename(words[0] ?? ''), ...(script === undefined ? [] : [basename(script).replace(/\.\w+$/, '')])]
}

function isThere({ pid, startTicks }: ProcessStat): boolean {
  return readStat(pid)?.startTicks === startTicks
}
