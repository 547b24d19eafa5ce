import type { AgentDetails, AgentEventName } from './agent.ts'
import type { Outcome } from './index.ts'

/** `needs you: Bash touch x`, `done (4m 12s): the first lines of the answer`, `stopped: rate limit`. */
export function agentMessage({ event, tool, question }: AgentDetails, { durationMs, output }: Outcome): string {
  const asked = [tool, question].filter(Boolean).join(' ')
  const details = event === 'needs-you' ? asked : (output ?? '')
  const time = event === 'done' && durationMs !== undefined ? ` (${compact(durationMs)})` : ''
  return `${sentences[event]}${time}${details === '' ? '' : `: ${details}`}`
}

const sentences: Record<AgentEventName, string> = {
  started: 'started',
  done: 'done',
  'needs-you': 'needs you',
  failed: 'stopped',
  idle: 'is waiting for you',
  ended: 'ended',
  subagent: 'sub-agent done',
}

function compact(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const parts = [hours && `${hours}h`, (hours || minutes) && `${minutes}m`, `${seconds % 60}s`]
  return parts.filter(Boolean).join(' ')
}
