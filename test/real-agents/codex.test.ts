import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type RealAgent, serverSentEvents } from './agent.ts'
import { runScenarios } from './scenarios.ts'
import { type Act, type Part, turnOf } from './script.ts'

const codex: RealAgent = {
  name: 'codex',
  program: [
    '@openai/codex/vendor/x86_64-unknown-linux-musl/bin/codex',
    // Its user approves of hooks by hand.
    '--dangerously-bypass-hook-trust',
  ],
  setUp({ home, project, model }) {
    mkdirSync(join(home, '.codex'))
    const lines = [
      'model = "mock"',
      'model_provider = "mock"',
      'approval_policy = "on-request"',
      'sandbox_mode = "workspace-write"',
      'check_for_update_on_startup = false',
      '[model_providers.mock]',
      'name = "mock"',
      `base_url = "${model}/v1"`,
      'wire_api = "responses"',
      'request_max_retries = 0',
      'stream_max_retries = 0',
      `[projects."${project}"]`,
      'trust_level = "trusted"',
    ]
    writeFileSync(join(home, '.codex/config.toml'), `${lines.join('\n')}\n`)
    return {}
  },
  read(path, { input, tools }) {
    if (!path.startsWith('/v1/responses') || !Array.isArray(tools) || tools.length === 0) return undefined
    const items = input as { type: string; role?: string; content?: { text?: string }[] }[]
    return turnOf(
      items.flatMap(({ type, role, content = [] }): Part[] => {
        if (type === 'function_call_output') return [{ isResult: true }]
        return type === 'message' && role === 'user' ? content.map(({ text = '' }) => ({ text })) : []
      }),
    )
  },
  write(act) {
    if (act.kind === 'fail') {
      const error = { type: 'invalid_request_error', message: 'nothing of it' }
      return { status: 400, type: 'application/json', body: JSON.stringify({ error }) }
    }
    const usage = {
      input_tokens: 1,
      input_tokens_details: null,
      output_tokens: 1,
      output_tokens_details: null,
      total_tokens: 2,
    }
    const events = [
      { type: 'response.created', response: { id: 'resp_1' } },
      { type: 'response.output_item.done', output_index: 0, item: itemOf(act) },
      { type: 'response.completed', response: { id: 'resp_1', usage } },
    ]
    return serverSentEvents(events, { named: true })
  },
  ready: /\? for shortcuts|context left|›/,
  asks: /Would you like to run the following command/,
  keys: { yes: 'y', no: 'Escape', interrupt: 'Escape' },
  shell: 'Bash',
  // Its hooks know neither failures nor tasks in the background, and its dialog waits for them.
  lacks: ['failure', 'background task', 'sub-agent', 'dialog meanwhile'],
}

/** Only what is to run outside of the sandbox is asked for. */
const outside = { sandbox_permissions: 'require_escalated', justification: 'as asked' }

function itemOf(act: Exclude<Act, { kind: 'fail' }>) {
  if (act.kind === 'say') {
    const content = [{ type: 'output_text', text: act.text, annotations: [] }]
    return { type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }
  }
  const command = act.kind === 'run' ? act.command : ''
  return {
    ...{ type: 'function_call', id: 'fc_1', call_id: `call_${crypto.randomUUID()}`, status: 'completed' },
    ...{ name: 'exec_command', arguments: JSON.stringify({ cmd: command, ...outside }) },
  }
}

runScenarios(codex)
