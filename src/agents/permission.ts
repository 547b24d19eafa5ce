import { beginsWith, commandPattern, patternWords } from '../command-line/command-pattern.ts'
import { innerCommands } from '../command-line/inner-command.ts'
import { isMentioned } from '../command-line/mention.ts'
import type { Config } from '../config/types.ts'
import type { AgentName } from '../notification/agent.ts'
import { asObject } from '../platform/json.ts'
import { isQuestionTool } from './events/claude.ts'
import type { Occurrence } from './happening.ts'
import { type Payload, textIn } from './payload.ts'

/** What an agent wants to do, and waits to be allowed. */
export interface Permission {
  agent: AgentName
  tool: string
  /** All of it, as nobody can approve what he was not shown: the command alone, or the tool's whole input as JSON. */
  text: string
  /** The command, where there is one, whatever else is to be approved with it. */
  command: string | undefined
  /** Every text of the input, as a command may stand in any. */
  texts: string[]
  /** What the hook prints for an answer, which the agent takes for the decision. */
  decision(answer: 'yes' | 'no', by: string): string
}

/** The permission that an event asks for, of an agent that takes an answer from a hook; nothing of all others. */
export function permissionIn({ agent, name, meaning }: Occurrence, payload: Payload): Permission | undefined {
  const decide = Object.hasOwn(deciders, agent) ? deciders[agent] : undefined
  if (decide === undefined || !/^permissionRequest$/i.test(name) || meaning !== 'needs-you') return undefined
  const tool = textIn(payload, 'tool_name', 'toolName') ?? ''
  const input = payload['tool_input'] ?? payload['toolInput'] ?? payload['toolArgs']
  // Without its input nobody can be shown what he would allow.
  if (tool === '' || isQuestionTool(tool) || input === undefined || input === null) return undefined
  return {
    agent,
    tool,
    text: whole(input),
    command: commandIn(input),
    texts: textsOf(input),
    decision: (answer, by) => JSON.stringify(decide(answer, by, name)),
  }
}

/** May it be asked for elsewhere? An agent whose permissions nobody has narrowed asks before its own rules decide. */
export function isAskable(permission: Permission, { askOnly, never }: Config['agents']): boolean {
  const { agent, tool, text, command = text, texts } = permission
  const isTool = (pattern: string) => pattern.toLowerCase() === tool.toLowerCase()
  // What is never asked for is looked for wherever it may hide; the agent still asks.
  if (never.some((pattern) => isTool(pattern) || [text, ...texts].some((one) => isMentioned(pattern, one))))
    return false
  const fits = (pattern: string) => isTool(pattern) || commandFits(pattern, command)
  return askOnly.length === 0 ? agent !== 'copilot' : askOnly.some(fits)
}

/** The words of a pattern as those of any command of the line; a regular expression anywhere in it. */
function commandFits(pattern: string, text: string): boolean {
  const words = patternWords(pattern)
  if (words === undefined) return commandPattern(pattern)(text)
  return words.length > 0 && innerCommands(text).some((command) => beginsWith(command, words))
}

/** All texts in a value, and those of a list, which may be a command's words, as one. */
function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  const texts = Object.values(value).flatMap(textsOf)
  return Array.isArray(value) && value.length > 1 ? [...texts, texts.join(' ')] : texts
}

/** What only describes a command, or says how long it may take. */
const aside = new Set(['description', 'timeout'])

/** What makes no difference while it is off. */
const switches = new Set(['run_in_background', 'dangerouslyDisableSandbox'])

function whole(input: unknown): string {
  const given = asObject(input) ?? {}
  const { command } = given
  const isAlone = Object.entries(given).every(
    ([key, value]) => key === 'command' || aside.has(key) || (switches.has(key) && value === false),
  )
  if (typeof command === 'string' && isAlone) return command
  return typeof input === 'string' ? input : JSON.stringify(input, null, 1)
}

function commandIn(input: unknown): string | undefined {
  const command = asObject(input)?.['command']
  return Array.isArray(command) ? command.join(' ') : typeof command === 'string' ? command : undefined
}

type Decider = (answer: 'yes' | 'no', by: string, event: string) => unknown

/** npm @anthropic-ai/claude-agent-sdk, sdk.d.ts; openai/codex, permission-request.command.output.schema.json. */
const likeClaude: Decider = (answer, by) => ({
  hookSpecificOutput: {
    hookEventName: 'PermissionRequest',
    decision: answer === 'yes' ? { behavior: 'allow' } : { behavior: 'deny', message: refusal(by) },
  },
})

/** docs.github.com, hooks reference of Copilot CLI: names in Pascal case answer as Claude's do. */
const copilot: Decider = (answer, by, event) => {
  if (event === 'PermissionRequest') return likeClaude(answer, by, event)
  return answer === 'yes' ? { behavior: 'allow' } : { behavior: 'deny', message: refusal(by) }
}

/** Gemini's Notification cannot decide (docs/hooks/reference.md), nor can the others' hooks. */
const deciders: Partial<Record<AgentName, Decider>> = { claude: likeClaude, codex: likeClaude, copilot }

function refusal(by: string): string {
  return `The user refused (${by}).`
}
