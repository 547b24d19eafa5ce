import type { EventReader, Happening } from '../happening.ts'
import { listIn, type Payload, purposeOf, textIn } from '../payload.ts'

/** Tools that are questions themselves. */
const questionTools = new Set(['AskUserQuestion', 'ExitPlanMode', 'ask_user_question', 'exit_plan_mode'])

export function isQuestionTool(name: string): boolean {
  return questionTools.has(name)
}

/** npm @anthropic-ai/claude-agent-sdk, sdk.d.ts. */
export const claude: EventReader = (event, payload) => {
  const read = Object.hasOwn(events, event) ? events[event] : undefined
  if (read === undefined) return undefined
  const happening = read(payload)
  // Its dialog is of the same session as the others.
  const isOfSubagent = textIn(payload, 'agent_id') !== undefined && !/^(PermissionRequest|Notification)$/.test(event)
  return { ...(isOfSubagent ? { meaning: 'subagent' } : happening), turn: textIn(payload, 'prompt_id', 'turn_id') }
}

const active = (): Happening => ({ meaning: 'active' })

const events: Record<string, (payload: Payload) => Happening> = {
  UserPromptSubmit: (payload) => ({ meaning: 'started', text: textIn(payload, 'prompt', 'message') }),
  Stop(payload) {
    const isWaiting = listIn(payload, 'background_tasks').length + listIn(payload, 'session_crons').length > 0
    return { meaning: isWaiting ? 'paused' : 'done', text: textIn(payload, 'last_assistant_message') }
  },
  StopFailure(payload) {
    const kind = textIn(payload, 'error', 'error.type', 'error.message')
    // Of errors that have no name of their own only the message says anything.
    const message = textIn(payload, 'error_details', 'message', 'last_assistant_message')
    const error = kind === undefined || kind === 'unknown' ? (message ?? kind) : kind.replaceAll('_', ' ')
    return { meaning: 'failed', text: error }
  },
  SubagentStart: () => ({ meaning: 'subagent' }),
  SubagentStop: () => ({ meaning: 'subagent' }),
  TeammateIdle: () => ({ meaning: 'subagent' }),
  TaskCompleted: () => ({ meaning: 'subagent' }),
  Notification: notification,
  PermissionRequest: (payload) => {
    const isQuestion = isQuestionTool(textIn(payload, 'tool_name') ?? '')
    return { meaning: 'needs-you', asking: isQuestion ? 'hold' : 'keep', ...toolOf(payload) }
  },
  Elicitation: (payload) => ({
    meaning: 'needs-you',
    asking: 'keep',
    tool: textIn(payload, 'mcp_server_name'),
    question: textIn(payload, 'message'),
  }),
  PreToolUse: (payload) => {
    if (!isQuestionTool(textIn(payload, 'tool_name') ?? '')) return active()
    return { meaning: 'needs-you', asking: 'hold', ...toolOf(payload) }
  },
  PostToolUse: (payload) => ({ meaning: 'active', ...toolOf(payload) }),
  PostToolUseFailure: (payload) => ({ meaning: 'active', ...toolOf(payload) }),
  PostToolBatch: active,
  PermissionDenied: active,
  ElicitationResult: active,
  PreCompact: active,
  PostCompact: active,
  SessionStart: active,
  Interrupt: () => ({ meaning: 'interrupted' }),
  SessionEnd: () => ({ meaning: 'ended' }),
}

/** The tool that is to be approved, and what it is to do. */
export function toolOf(payload: Payload): Pick<Happening, 'tool' | 'question' | 'isCommand'> {
  const input = payload['tool_input'] ?? payload['toolInput'] ?? payload['toolArgs']
  const isCommand = textIn(input, 'command', 'cmd') !== undefined || listIn(input, 'command').length > 0
  return { tool: textIn(payload, 'tool_name', 'toolName'), question: purposeOf(input), isCommand }
}

const asking = new Set(['permission_prompt', 'worker_permission_prompt', 'elicitation_dialog', 'agent_needs_input'])

function notification(payload: Payload): Happening {
  const message = textIn(payload, 'message')
  const type = textIn(payload, 'notification_type') ?? typeByMessage(message)
  if (asking.has(type)) return { meaning: 'needs-you', asking: 'tell', question: message }
  if (type === 'idle_prompt' || type === 'agent_idle') return { meaning: 'idle' }
  if (/complete$|response$/.test(type) && type.startsWith('elicitation')) return active()
  if (isQuestion(type)) return { meaning: 'needs-you', asking: 'join', question: message }
  return { meaning: 'passive' }
}

/** Versions that have no types. */
function typeByMessage(message = ''): string {
  if (/permission/i.test(message)) return 'permission_prompt'
  return /waiting for your input/i.test(message) ? 'idle_prompt' : ''
}

/** Does the name of an event that nobody knows say that somebody is asked, and not that somebody has answered? */
export function isQuestion(event: string): boolean {
  return /permission|prompt|input/i.test(event) && !/answer|repl(?:y|ied)|cancel|submit|respon|reject/i.test(event)
}
