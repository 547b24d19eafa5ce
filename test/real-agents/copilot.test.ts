import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RealAgent, serverSentEvents } from './agent.ts'
import { runScenarios } from './scenarios.ts'
import { type Act, type Part, turnOf } from './script.ts'

const copilot: RealAgent = {
  name: 'copilot',
  program: ['@github/copilot-linux-x64/copilot'],
  setUp({ home, project, model }) {
    mkdirSync(join(home, '.copilot'))
    writeFileSync(join(home, '.copilot/config.json'), JSON.stringify({ trusted_folders: [project], banner: 'never' }))
    return {
      ...{ COPILOT_OFFLINE: 'true', COPILOT_PROVIDER_BASE_URL: model },
      ...{ COPILOT_MODEL: 'mock', COPILOT_PROVIDER_API_KEY: 'x' },
    }
  },
  read(path, { messages, tools }) {
    if (!path.endsWith('/chat/completions') || !Array.isArray(tools) || tools.length === 0) return undefined
    const known = messages as { role: string; content: string | { text?: string }[] | null }[]
    return turnOf(
      known.flatMap(({ role, content }): Part[] => {
        if (role === 'tool') return [{ isResult: true }]
        const texts = typeof content === 'string' ? [{ text: content }] : (content ?? [])
        return role === 'user'
          ? texts.map(({ text = '' }) => ({ text: text.slice(Math.max(0, text.indexOf('play '))) }))
          : []
      }),
    )
  },
  write(act) {
    if (act.kind === 'fail') {
      const error = { type: 'invalid_request_error', message: 'nothing of it' }
      return { status: 400, type: 'application/json', body: JSON.stringify({ error }) }
    }
    const chunk = (delta: object, finish_reason: string | null) => ({
      ...{ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'mock' },
      choices: [{ index: 0, delta, finish_reason }],
    })
    const reason = act.kind === 'say' ? 'stop' : 'tool_calls'
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
    const events = [chunk({ role: 'assistant', ...deltaOf(act) }, null), { ...chunk({}, reason), usage }]
    const reply = serverSentEvents(events, { named: false })
    return { ...reply, body: `${reply.body}data: [DONE]\n\n` }
  },
  ready: /❯|for shortcuts|Type @/,
  asks: /Do you want to run this command/,
  keys: { yes: 'Enter', no: 'Escape', interrupt: 'C-c' },
  shell: 'bash',
  // It neither says that a turn was interrupted nor names its turns, and its dialog waits for its hooks.
  lacks: ['background task', 'sub-agent', 'dialog meanwhile', 'next turn'],
}

function deltaOf(act: Exclude<Act, { kind: 'fail' }>) {
  if (act.kind === 'say') return { content: act.text }
  const given = { command: act.kind === 'run' ? act.command : '', description: 'as asked' }
  const call = { name: 'bash', arguments: JSON.stringify(given) }
  return { tool_calls: [{ index: 0, id: `call_${crypto.randomUUID()}`, type: 'function', function: call }] }
}

runScenarios(copilot)
