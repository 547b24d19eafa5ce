import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RealAgent, serverSentEvents } from './agent.ts'
import { runScenarios } from './scenarios.ts'
import { type Act, turnOf } from './script.ts'

const key = 'sk-ant-none-of-this-is-a-real-key'

const claude: RealAgent = {
  name: 'claude',
  program: ['@anthropic-ai/claude-code-linux-x64/claude'],
  setUp({ home, project, model }) {
    const known = {
      hasCompletedOnboarding: true,
      customApiKeyResponses: { approved: [key.slice(-20)], rejected: [] },
      projects: { [project]: { hasTrustDialogAccepted: true } },
      // Its notification that it is idle, which comes after a minute otherwise.
      messageIdleNotifThresholdMs: 4000,
    }
    writeFileSync(join(home, '.claude.json'), JSON.stringify(known))
    mkdirSync(join(home, '.claude'))
    const permissions = { defaultMode: 'default', allow: ['Bash(sleep:*)'] }
    writeFileSync(join(home, '.claude/settings.json'), JSON.stringify({ permissions }))
    return { ANTHROPIC_BASE_URL: model, ANTHROPIC_API_KEY: key, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1' }
  },
  read(path, { messages, tools }) {
    if (!path.startsWith('/v1/messages') || path.includes('count_tokens') || !Array.isArray(tools) || !tools.length)
      return undefined
    const parts = (messages as Message[])
      .filter(({ role }) => role === 'user')
      .flatMap(({ content }) => (typeof content === 'string' ? [{ type: 'text', text: content }] : content))
    return turnOf(
      parts.map(({ type, text = '' }) => (type === 'text' ? { text } : { isResult: type === 'tool_result' })),
    )
  },
  write(act) {
    if (act.kind === 'fail') {
      const error = { type: 'invalid_request_error', message: 'nothing of it' }
      return { status: 400, type: 'application/json', body: JSON.stringify({ type: 'error', error }) }
    }
    const { block, delta, reason } = contentOf(act)
    const usage = { input_tokens: 1, output_tokens: 1 }
    const message = {
      ...{ id: 'msg_1', type: 'message', role: 'assistant', model: 'mock', content: [] },
      ...{ stop_reason: null, stop_sequence: null, usage },
    }
    const events = [
      { type: 'message_start', message },
      { type: 'content_block_start', index: 0, content_block: block },
      { type: 'content_block_delta', index: 0, delta },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: reason, stop_sequence: null }, usage },
      { type: 'message_stop' },
    ]
    return serverSentEvents(events, { named: true })
  },
  ready: /\? for shortcuts|❯/,
  asks: /Do you want to proceed/,
  keys: { yes: 'Enter', no: 'Escape', interrupt: 'C-c' },
  shell: 'Bash',
}

interface Message {
  role: string
  content: string | { type: string; text?: string }[]
}

function contentOf(act: Exclude<Act, { kind: 'fail' }>) {
  if (act.kind === 'say') {
    const block = { type: 'text', text: '' }
    return { block, delta: { type: 'text_delta', text: act.text }, reason: 'end_turn' }
  }
  const [name, input] =
    act.kind === 'run'
      ? ['Bash', { command: act.command, description: 'as asked', run_in_background: act.background }]
      : ['Task', { description: 'as asked', prompt: act.prompt, subagent_type: 'general-purpose' }]
  return {
    block: { type: 'tool_use', id: `toolu_${crypto.randomUUID()}`, name, input: {} },
    delta: { type: 'input_json_delta', partial_json: JSON.stringify(input) },
    reason: 'tool_use',
  }
}

runScenarios(claude)
