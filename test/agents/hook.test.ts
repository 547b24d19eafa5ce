import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { recognize } from '../../src/agents/recognize.ts'
import type { Session } from '../../src/agents/state.ts'
import { step } from '../../src/agents/turn.ts'
import { agentNames } from '../../src/notification/agent.ts'
import { ntfy, ntfyBin, run } from '../support/cli.ts'
import { configuredHome } from '../support/configured.ts'
import { waitFor } from '../support/wait.ts'

const nothing = { code: 0, signal: null, stdout: '', stderr: '' }

/** A home whose agents notify at once, and whatever a test adds to its configuration. */
async function listening(agents = 'longer_than: 0, settle: 0.2', extra = '') {
  const { server, env, home } = await configuredHome(`agents: {${agents}}\n${extra}`)
  const state = join(home, '.local/state/ntfy')
  const hook = async (agent: string, payload: unknown, ...words: string[]) => {
    const stdin = typeof payload === 'string' ? payload : JSON.stringify(payload)
    expect(await ntfy(['hook', agent, ...words], { env, stdin })).toEqual(nothing)
  }
  const handled = () => waitFor('an empty inbox', () => readdirSync(join(state, 'inbox')).length === 0)
  const received = () => server.received.map(({ json }) => [json['title'], json['message'], json['priority'] ?? 3])
  const told = (count: number) => waitFor(`${count} notifications`, () => server.received.length >= count)
  const why = async () => {
    await handled()
    const { stdout } = await ntfy(['why', '-n', '100', '--json'], { env })
    return stdout
      .trim()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  }
  return { server, env, home, state, hook, handled, received, told, why }
}

const claude = (event: string, more: object = {}) => ({
  session_id: 's',
  cwd: '/src/proj',
  hook_event_name: event,
  ...more,
})
const codex = (event: string, more: object = {}) => ({ ...claude(event, more), turn_id: 't', tool_name: 'Bash' })

describe('a turn', () => {
  it('notifies once, with the first lines of the answer, without secrets', async () => {
    const { hook, received, told, why, handled, env } = await listening('longer_than: 0, lines: 2')
    await hook('claude', claude('UserPromptSubmit', { prompt: 'go', prompt_id: 'p' }))
    const answer = 'Done.\n\nexport TOKEN=ghp_abcdefghijklmnopqrstuvwxyz0123456789\nmore'
    await hook('claude', claude('Stop', { last_assistant_message: answer, prompt_id: 'p' }))
    await hook('claude', claude('Stop', { last_assistant_message: answer, prompt_id: 'p' }))
    await hook('claude', claude('Notification', { notification_type: 'idle_prompt', message: 'waiting' }))
    await told(1)
    await handled()
    expect(received()).toEqual([
      ['claude: proj', expect.stringMatching(/^done \(\d+s\): Done\.\nexport TOKEN=\*\*\*$/), 3],
    ])
    const [idle, again, done] = await why()
    expect(idle.explained).toEqual([
      'claude: proj: is waiting for you: not sent: the end of this turn was seen already',
    ])
    expect(again.explained[0]).toMatch(/not sent: the end of this turn was seen already$/)
    expect(done).toMatchObject({
      source: 'agent',
      agent: { name: 'claude', event: 'done', session: 's', project: 'proj' },
    })
    expect((await ntfy(['log'], { env })).stdout).toContain('claude: proj')
  })

  it('is silent under longer_than, with background tasks, of a sub-agent, off, and where somebody looks', async () => {
    const { hook, why, env, server } = await listening('longer_than: 1h')
    await hook('gemini', { session_id: 'g', cwd: '/w/gem', hook_event_name: 'BeforeAgent', prompt: 'go' })
    await hook('gemini', { session_id: 'g', cwd: '/w/gem', hook_event_name: 'AfterAgent', prompt_response: 'ok' })
    await hook('claude', claude('Stop', { background_tasks: [{ id: 'x' }] }))
    await hook('claude', claude('Stop', { agent_id: 'a' }))
    await hook('opencode', { type: 'session.created', properties: { info: { id: 'child', parentID: 'o' } } })
    await hook('opencode', { type: 'session.idle', properties: { sessionID: 'child' } })
    const reasons = (await why()).map(({ explained }) => explained[0])
    expect(reasons).toEqual([
      'claude: proj: done: not sent: it waits for tasks in the background',
      expect.stringMatching(
        /^gemini: gem: done: not sent: it took .*, under 1 h \(agents\.longer_than in .*ntfy\.yml:3\)$/,
      ),
    ])
    await ntfy(['off'], { env })
    await hook('claude', claude('Stop', { session_id: 'other' }))
    expect((await why())[0].explained).toEqual(['claude: proj: done: not sent: ntfy is off (ntfy on)'])
    expect(server.received).toEqual([])
    const looking = await listening('', 'away: never\n')
    await looking.hook('claude', claude('Stop'))
    expect((await looking.why())[0].explained).toEqual([
      'claude: proj: done: not sent: away: no (the configuration: away: never)',
    ])
  })

  it('leaves its notification to `ntfy done`', async () => {
    const { env, home, why, server, told } = await listening()
    const script = join(home, 'agent.sh')
    writeFileSync(script, `echo '${JSON.stringify(claude('Stop'))}' | '${ntfyBin}' hook claude\n`)
    await ntfy(['done', 'sh', script], { env })
    await told(1)
    const [of] = (await why()).filter(({ source }) => source === 'agent')
    expect(of.explained).toEqual(['claude: proj: done: not sent: ntfy done notifies when the agent ends'])
    expect(server.received).toHaveLength(1)
  })
})

describe('a question', () => {
  it('notifies if nobody answers it, and not at all if somebody does', async () => {
    const { hook, received, told, state, env, handled, why } = await listening('settle: 1h')
    const permission = codex('PermissionRequest', { tool_input: { command: 'touch x' } })
    await hook('codex', permission)
    await handled()
    const rows = async () =>
      (await ntfy(['queue', 'list', '--json'], { env })).stdout.trim().split('\n').filter(Boolean)
    expect((await rows()).map((row) => JSON.parse(row))).toMatchObject([
      { state: 'held', title: 'codex: proj', error: expect.stringContaining('unless it is answered before') },
    ])
    expect(readdirSync(join(state, 'agents')).filter((name) => name.endsWith('.pending'))).toHaveLength(1)
    await hook('codex', codex('PostToolUse'), 'PostToolUse')
    await waitFor('nothing held', async () => (await rows()).length === 0)
    expect((await why())[0].explained[0]).toMatch(/not needed: the session went on, or somebody was looking$/)
    expect(received()).toEqual([])
    const alone = await listening('settle: 0.2')
    await alone.hook('codex', permission)
    await alone.hook('codex', permission)
    await alone.told(1)
    expect(alone.received()).toEqual([['codex: proj', 'needs you: Bash touch x', 4]])
    await told(0)
  })

  it('of Claude notifies when its dialog was left alone, with the command that it asked of before', async () => {
    const { hook, received, told, handled } = await listening('settle: 1h')
    await hook('claude', claude('PermissionRequest', { tool_name: 'Bash', tool_input: { command: 'rm -r x' } }))
    await hook('claude', claude('PostToolUse'))
    await hook('claude', claude('PermissionRequest', { tool_name: 'Bash', tool_input: { command: 'touch y' } }))
    await hook('claude', claude('Notification', { notification_type: 'permission_prompt', message: 'permission' }))
    await hook('claude', claude('Notification', { notification_type: 'permission_prompt', message: 'permission' }))
    await told(1)
    await handled()
    expect(received()).toEqual([['claude: proj', 'needs you: Bash touch y', 4]])
  })

  it('ends in the launcher where there is none and an event only cancels', async () => {
    const { env, state, hook, handled } = await listening('settle: 1h')
    await hook('codex', codex('UserPromptSubmit'))
    await handled()
    const asleep = { ...env, NTFY_NODE: '/bin/true' }
    const inbox = () => readdirSync(join(state, 'inbox')).length
    for (const words of [['codex', 'PostToolUse'], ['claude']]) {
      expect(await ntfy(['hook', ...words], { env: asleep, stdin: JSON.stringify(codex('PostToolUse')) })).toEqual(
        nothing,
      )
    }
    expect(inbox()).toBe(0)
    await hook('codex', codex('PermissionRequest'))
    await handled()
    await ntfy(['hook', 'codex', 'PostToolUse'], { env: asleep, stdin: JSON.stringify(codex('PostToolUse')) })
    expect(inbox()).toBe(1)
  })
})

describe('a notification of an agent', () => {
  it('fails loudly, and follows the titles, the texts and the rules of the configuration', async () => {
    const rule = '  when: {source: agent, agent: [claude], event: [failed]}\n'
    const { hook, server, why, env, home, told } = await listening('text: none')
    const config = join(home, '.config/ntfy/ntfy.yml')
    const target = `  backend: ntfy_sh\n  topic: a\n  server: "${server.address}"\n`
    writeFileSync(config, `title: "{agent}/{project}/{event}{tool}"\nphone:\n${target}${rule}backends: [phone]\n`)
    expect((await ntfy(['config', 'check'], { env })).code).toBe(0)
    await hook('claude', claude('StopFailure', { error: 'rate_limit' }))
    await hook('goose', { event: 'Stop', session_id: 'g', last_assistant_message: 'ok' })
    await told(1)
    expect((await why()).map(({ explained }) => explained[0])).toEqual([
      expect.stringMatching(/^goose: .*: not sent: from goose, not from claude \(when\.agent in /),
      expect.stringMatching(/^claude: proj: stopped: phone: delivered/),
    ])
    expect(server.received.map(({ json }) => [json['title'], json['message'], json['priority']])).toEqual([
      ['claude/proj/failed', 'stopped: rate limit', 4],
    ])
  })

  it('can be tried', async () => {
    const { server, env, home } = await listening()
    for (const agent of agentNames) expect(await ntfy(['test', '--agent', agent], { env })).toMatchObject({ code: 0 })
    expect(server.received).toHaveLength(agentNames.length)
    expect(existsSync(join(home, '.local/state/ntfy/agents'))).toBe(false)
  })

  it('has its configuration checked', async () => {
    const { env } = await configuredHome('agents: {settel: 1, notify: [don], text: all, lines: many}\n')
    const { code, stdout } = await ntfy(['config', 'check'], { env })
    expect([code, stdout]).toEqual([78, expect.stringMatching(/agents: settel: unknown word.*settle/)])
  })
})

/** What is no payload of any agent, and what one could put into its texts. */
const hostile: unknown[] = [
  ...[{}, { hook_event_name: null }, { hook_event_name: [] }, { hook_event_name: '' }, { type: {} }],
  ...[
    1,
    null,
    true,
    'x',
    [],
    {},
    [[]],
    { a: 1 },
    '\u0000\u001b[31m',
    '\ud800',
    '$(reboot)',
    '@all',
    '{{agent}}',
    'x'.repeat(99_999),
  ].flatMap((value) => [
    { hook_event_name: 'Stop', session_id: value, cwd: value, last_assistant_message: value, background_tasks: value },
    { hook_event_name: 'PermissionRequest', session_id: 's', cwd: '/', tool_name: value, tool_input: value },
    {
      hook_event_name: 'PermissionRequest',
      session_id: 's',
      cwd: '/',
      tool_input: { command: value, questions: value },
    },
    { hook_event_name: 'Notification', session_id: 's', notification_type: value, message: value, details: value },
    { type: 'session.error', properties: { sessionID: value, error: value, info: value } },
    { type: 'agent.end', thread: value, status: value, messages: value },
    { type: 'agent-turn-complete', 'thread-id': value, 'input-messages': value },
    { sessionId: value, timestamp: 1, error: value, transcriptPath: value },
  ]),
  JSON.parse('{"__proto__": {"hook_event_name": "Stop"}, "constructor": 1, "hook_event_name": "constructor"}'),
]

describe('hostile payloads', () => {
  it('are at least a hundred, and never stop the state of a session', () => {
    expect(hostile.length).toBeGreaterThan(100)
    let session: Session | undefined
    for (const agent of agentNames) {
      for (const payload of hostile) {
        const call = { agent, event: 'agentStop', payload: payload as object as never, time: 1, cwd: '/' }
        const occurrence = recognize({ ...call, caller: { ancestors: [], variables: {} } })
        if (occurrence === undefined) continue
        expect(occurrence.session.length + (occurrence.text?.length ?? 0)).toBeLessThan(20_000)
        session = step(session, occurrence, { longerThan: 0, notify: ['done', 'needs-you', 'failed'] }).session
        expect(JSON.stringify(session).length).toBeLessThan(400_000)
      }
    }
  })

  it.each([
    ['', 'there is no event: expected JSON'],
    ['[]', 'the event is no JSON object'],
    ['"x"', 'the event is no JSON object'],
    ['{"hook_event_name":', 'the event is not valid JSON'],
    ['{"session_id": "s"}', 'the event has no name'],
  ])('%j is in `why` and nowhere else', async (payload, reason) => {
    const { hook, why } = await listening()
    await hook('claude', payload)
    expect((await why()).map(({ explained }) => explained)).toEqual([[`ntfy hook claude: not sent: ${reason}`]])
  })

  it('are shown as they are: no control characters, no templates, and of what is too large the names alone', async () => {
    const { hook, received, told } = await listening()
    const text = '\u001b]0;x\u0007a {agent} $(id) \u202eb'
    await hook('claude', claude('Stop', { cwd: '/w/\u001b[31mred {user}', last_assistant_message: text }))
    await told(1)
    await hook('claude', claude('Stop', { session_id: 'big', last_assistant_message: 'x'.repeat(1_200_000) }))
    await told(2)
    expect(received()).toEqual([
      ['claude: red {user}', 'done: a {agent} $(id) b', 3],
      ['claude: proj', 'done', 3],
    ])
  })

  it('are nobody’s where the working directory is gone', async () => {
    const { env, home, told } = await listening()
    const script = `mkdir gone && cd gone && rmdir ../gone && echo '${JSON.stringify(claude('Stop'))}' | '${ntfyBin}' hook claude`
    expect(await run('sh', ['-c', script], { env, cwd: home })).toMatchObject({ code: 0, stdout: '' })
    await told(1)
  })
})
