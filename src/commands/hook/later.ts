import { type AgentCall, handleAgentCall } from '../../agents/index.ts'
import { beginningOf, type Payload } from '../../agents/payload.ts'
import { findVerb, quickInvocation, splitArguments } from '../../cli/arguments.ts'
import { note } from '../../history/journal.ts'
import { type Call, longestInput } from '../../inbox/call.ts'
import { type CallHandler, nothingLeft } from '../../inbox/handler.ts'
import type { AgentName } from '../../notification/agent.ts'
import { messageOf, UsageError } from '../../platform/errors.ts'
import { asObject } from '../../platform/json.ts'
import { oneLine } from '../../platform/text.ts'
import { unknownAgent } from './agents.ts'
import hook from './index.ts'

/** `ntfy hook AGENT`, long after the agent has gone on: whatever is wrong is in `why`. */
export const hookLater: CallHandler = async (call, options) => {
  try {
    return await handle(call, options)
  } catch (error) {
    noteTrouble(call, messageOf(error).replace(/^hook: /, ''))
    return nothingLeft
  }
}

/** @throws NtfyError the command line or the JSON is wrong */
async function handle(call: Call, options: Parameters<CallHandler>[1]): ReturnType<CallHandler> {
  return handleAgentCall(await agentCallOf(call), options)
}

/**
 * What a call of a hook says.
 *
 * @throws NtfyError the command line or the JSON is wrong
 */
export async function agentCallOf(call: Call): Promise<AgentCall> {
  const split = splitArguments(call.words, findVerb(call.words), hook)
  const typed =
    quickInvocation(split, hook) ?? (await (await import('../../cli/parser.ts')).parseWithYargs(split, hook))
  const [agent, ...rest] = typed?.words ?? []
  if (agent === undefined) throw new UsageError('expected the name of an agent')
  const problem = unknownAgent(agent)
  if (problem !== undefined) throw new UsageError(problem)
  const json = rest.at(-1)?.startsWith('{') ? rest.pop() : undefined
  const payload = json === undefined ? payloadOf(call, agent) : parsed(json)
  const event = rest[0]
  return { agent: agent as AgentName, event, payload, call, config: typed?.global.config }
}

/** Of what is too large no more than its beginning: session, event and project. */
function payloadOf({ input, words }: Call, agent: string): Payload {
  const text = input.subarray(0, longestInput).toString('utf8')
  if (input.length > longestInput) return beginningOf(text)
  // It calls without a word, and without stdin.
  if (text.trim() === '' && agent === 'aider') return {}
  if (text.trim() === '' && words.length > 2 && agent === 'generic') return {}
  return parsed(text)
}

function parsed(text: string): Payload {
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch {
    throw new UsageError(text.trim() === '' ? 'there is no event: expected JSON' : 'the event is not valid JSON')
  }
  const payload = asObject(value)
  if (payload === undefined) throw new UsageError('the event is no JSON object')
  return payload
}

/** Without the event, which may hold anything. */
function noteTrouble({ words, time }: Call, reason: string): void {
  const command = ['ntfy', ...words.filter((word) => !word.startsWith('{'))].join(' ')
  note({
    time: time.toISOString(),
    source: 'agent',
    command,
    silent: { rule: 'hook', reason: oneLine(reason) },
    targets: [],
  })
}
