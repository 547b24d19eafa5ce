import type { AgentName } from '../../notification/agent.ts'
import type { EventReader, Happening } from '../happening.ts'
import type { Payload } from '../payload.ts'
import { claude, isQuestion } from './claude.ts'
import { codex } from './codex.ts'
import { copilot } from './copilot.ts'
import { gemini } from './gemini.ts'
import { opencode } from './opencode.ts'
import { aider, amp, cursor, generic, goose, kiro, qwen, windsurf } from './others.ts'

const readers: Record<AgentName, EventReader> = {
  ...{ claude, codex, gemini, copilot, cursor, opencode, goose, amp, aider, qwen, kiro, windsurf, generic },
}

/** What an event of an agent means; of one that nobody knows, what its name says. */
export function readEvent(agent: AgentName, event: string, payload: Payload): Happening {
  const known = readers[agent](event, payload)
  if (known !== undefined) return known
  return isQuestion(event) ? { meaning: 'needs-you', asking: 'hold', question: event } : { meaning: 'active' }
}
