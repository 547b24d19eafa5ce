import type { Destinations } from '../delivery/destinations.ts'
import type { Draft } from '../delivery/redacted-view.ts'
import type { AgentName } from '../notification/agent.ts'
import type { TerminalReference } from '../notification/index.ts'
import { draftOf } from './notify.ts'
import type { Payload } from './payload.ts'
import { projectOf, recognize } from './recognize.ts'
import { step } from './turn.ts'

const answer = 'This is a test. It worked.'

/** The last event of a turn as each agent sends it; its name where the payload has none. */
const samples: Record<AgentName, { event?: string; payload: Payload }> = {
  claude: { payload: { hook_event_name: 'Stop', session_id: 'test', last_assistant_message: answer } },
  codex: { payload: { hook_event_name: 'Stop', session_id: 'test', turn_id: '1', last_assistant_message: answer } },
  gemini: { payload: { hook_event_name: 'AfterAgent', session_id: 'test', prompt_response: answer } },
  copilot: { event: 'agentStop', payload: { sessionId: 'test', timestamp: 0 } },
  cursor: { payload: { hook_event_name: 'stop', conversation_id: 'test', generation_id: '1', status: 'completed' } },
  opencode: { payload: { type: 'session.idle', properties: { sessionID: 'test' }, text: answer } },
  goose: { payload: { event: 'Stop', session_id: 'test', last_assistant_message: answer } },
  amp: { payload: { type: 'agent.end', thread: { id: 'test' }, status: 'done' } },
  aider: { event: 'needs-you', payload: {} },
  qwen: { payload: { hook_event_name: 'Stop', session_id: 'test', last_assistant_message: answer } },
  kiro: { payload: { hook_event_name: 'stop', assistant_response: answer } },
  windsurf: { payload: { agent_action_name: 'post_cascade_response', tool_info: { response: answer } } },
  generic: { event: 'done', payload: { session: 'test', text: answer } },
}

/** The notification of an agent's event, made of its payload as any other is. */
export async function trialOf(
  agent: AgentName,
  destinations: Pick<Destinations, 'config' | 'trouble'>,
  terminal: TerminalReference | undefined,
): Promise<Draft> {
  const { event, payload } = samples[agent]
  const caller = { ancestors: [], variables: {} }
  const [cwd, time] = [process.cwd(), Date.now()]
  const occurrence = recognize({ agent, event, payload, time, cwd, caller })
  if (occurrence === undefined) throw new Error(`${agent}: the sample has no event`)
  const { agents } = destinations.config
  const begun = { cwd, seen: 0, started: time - 2 * agents.longerThan - 1000, answer }
  const { decision } = step(begun, occurrence, { ...agents, notify: ['done', 'needs-you'] })
  const name = decision.kind === 'hold' ? 'needs-you' : 'done'
  return draftOf(
    {
      agent: { name: agent, event: name, session: occurrence.session, project: projectOf(cwd) },
      ...(decision.kind === 'notify' && { durationMs: decision.durationMs, text: decision.text }),
      ...{ lines: agents.lines, cwd, time, terminal },
    },
    destinations,
  )
}
