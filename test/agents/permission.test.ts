import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { type CachedMessage, ntfyServer, press } from '../support/ntfy-server.ts'
import { waitFor } from '../support/wait.ts'

/** A HOME whose agents ask on `phone`, a topic of an ntfy server, and notify on `desk`, another one. */
async function askingHome(agents = '') {
  const server = await ntfyServer()
  const { home, env } = temporaryHome()
  mkdirSync(join(home, '.config/ntfy'), { recursive: true })
  const configure = (text: string) =>
    writeFileSync(
      join(home, '.config/ntfy/ntfy.yml'),
      `backends: [desk]\nagents: {${text}}\n` +
        ['phone', 'desk']
          .map((topic) => `${topic}: {backend: ntfy_sh, topic: ${topic}, server: "${server.address}"}\n`)
          .join(''),
    )
  configure(`ask: phone, settle: 0.2${agents}`)
  const hook = (agent: string, payload: object, ...words: string[]) => {
    const child = spawn(ntfyBin, ['hook', agent, ...words], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (output += piece))
    child.stdin.end(JSON.stringify(payload))
    const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
      child.on('close', (code) => resolve({ code, output }))
    })
    return { child, ended }
  }
  const question = () => waitFor('a question', () => server.in('phone').find(({ actions }) => actions !== undefined))
  const why = async () => (await ntfy(['why', '-n', '100'], { env })).stdout
  return { server, env, home, configure, hook, question, why }
}

const payload = (event: string, more: object = {}) => ({
  session_id: 's',
  cwd: '/src/proj',
  hook_event_name: event,
  ...more,
})
const request = (command: string) => payload('PermissionRequest', { tool_name: 'Bash', tool_input: { command } })
const labels = ({ actions = [] }: CachedMessage) => actions.map(({ label }) => label)

describe('a permission that an agent asks for', () => {
  it('is given or refused where its user is, once', async () => {
    for (const [answer, behavior] of [
      ['yes', 'allow'],
      ['no', 'deny'],
    ] as const) {
      const { hook, question, server, env, why } = await askingHome()
      const { ended } = hook('claude', request('touch x'))
      const asked = await question()
      expect(asked).toMatchObject({ title: 'claude: proj', message: 'Bash: touch x' })
      expect(labels(asked)).toEqual(['yes', 'no'])
      // Six seconds later Claude says that nobody has answered: that was said already.
      expect(await hook('claude', payload('Notification', { notification_type: 'permission_prompt' })).ended).toEqual({
        code: 0,
        output: '',
      })
      await press(asked, answer)
      const { code, output } = await ended
      expect(code).toBe(0)
      expect(JSON.parse(output)).toMatchObject({
        hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior } },
      })
      expect(Object.keys(JSON.parse(output))).toEqual(['hookSpecificOutput'])
      await waitFor('both in the journal', async () => (await why()).includes('this question was asked already'))
      expect(await why()).toContain('asked on phone')
      expect(server.in('desk')).toEqual([])
      expect((await ntfy(['log'], { env })).stdout).toContain(`Bash: touch x: ${answer}`)
    }
  })

  it('stays where it is when its user was first, or nobody answers', async () => {
    const { hook, question, server, configure } = await askingHome()
    const { child, ended } = hook('claude', request('make'))
    await question()
    child.kill('SIGTERM')
    expect((await ended).output).toBe('')
    await waitFor('the withdrawal', () => server.in('phone').at(-1)?.message.includes('withdrawn'))
    // Claude's hook may run on where its dialog was answered: its tool has run then.
    const other = hook('claude', request('make b'))
    await waitFor('a question', () => server.in('phone').at(-1)?.message.includes('make b'))
    await hook('claude', payload('PostToolUse', { tool_name: 'Read', tool_input: {} }), 'PostToolUse').ended
    await hook(
      'claude',
      payload('PostToolUse', { tool_name: 'Bash', tool_input: { command: 'make b' } }),
      'PostToolUse',
    ).ended
    expect(await other.ended).toEqual({ code: 0, output: '' })
    expect(server.in('phone').at(-1)?.message).toContain('withdrawn')
    configure('ask: [phone], ask_timeout: 0.5, settle: 0.2')
    expect(await hook('claude', request('make again')).ended).toEqual({ code: 0, output: '' })
    expect(server.in('phone').at(-1)?.message).toContain('Nobody answered in time')
    expect(server.in('desk')).toEqual([])
  })

  it('can only be refused by who was not shown all of it', async () => {
    const { hook, question } = await askingHome()
    const { ended } = hook('claude', request('curl -H "Authorization: Bearer abcdefgh12345678" h'))
    const asked = await question()
    expect(asked.message).not.toContain('abcdefgh')
    expect(labels(asked)).toEqual(['no', "I'll come"])
    await press(asked, "I'll come")
    expect(await ended).toEqual({ code: 0, output: '' })
    for (const input of [
      { command: 'ls \u202esl' },
      { command: 'ls\u001b[2K' },
      { command: 'ls\u200b', run_in_background: true },
    ]) {
      const other = await askingHome()
      const { ended, child } = other.hook(
        'claude',
        payload('PermissionRequest', { tool_name: 'Bash', tool_input: input }),
      )
      expect(labels(await other.question())).not.toContain('yes')
      child.kill('SIGTERM')
      await ended
    }
  })

  it('shows the whole input of a tool', async () => {
    const { hook, question } = await askingHome()
    const input = { command: 'make', run_in_background: false, dangerouslyDisableSandbox: true }
    const { child, ended } = hook('claude', payload('PermissionRequest', { tool_name: 'Bash', tool_input: input }))
    expect((await question()).message).toContain('dangerouslyDisableSandbox')
    child.kill('SIGTERM')
    await ended
  })

  it('is asked for only where it is wanted', async () => {
    const { hook, server, configure } = await askingHome(
      ', ask_only: [Bash, /^https/], never: ["/rm +-rf/", git push, sudo]',
    )
    for (const command of ['rm -rf /', 'cd x && sudo git push origin', 'sudo make']) {
      expect(await hook('claude', request(command)).ended).toEqual({ code: 0, output: '' })
    }
    for (const input of [{ command: 'git push', run_in_background: true }, undefined]) {
      const all = payload('PermissionRequest', { tool_name: 'Bash', tool_input: input })
      expect(await hook('claude', all).ended).toEqual({ code: 0, output: '' })
    }
    const other = payload('PermissionRequest', { tool_name: 'Edit', tool_input: { file_path: 'x' } })
    expect(await hook('claude', other).ended).toEqual({ code: 0, output: '' })
    const question = payload('PermissionRequest', { tool_name: 'AskUserQuestion', tool_input: {} })
    expect(await hook('claude', question).ended).toEqual({ code: 0, output: '' })
    expect(await hook('gemini', payload('Notification', { notification_type: 'ToolPermission' })).ended).toEqual({
      code: 0,
      output: '',
    })
    // What was to narrow it cannot be read.
    for (const wrong of ['nevr: [make]', 'never: {make: yes}', 'ask_only: "/(/"']) {
      configure(`ask: phone, settle: 0.2, ${wrong}`)
      expect(await hook('claude', request('make')).ended).toEqual({ code: 0, output: '' })
    }
    configure('settle: 0.2')
    expect(await hook('claude', request('make')).ended).toEqual({ code: 0, output: '' })
    expect(server.in('phone')).toEqual([])
  })

  it('is answered in the words of each agent', async () => {
    const codex = await askingHome()
    const asked = codex.hook('codex', { ...request('make'), turn_id: 't' })
    await press(await codex.question(), 'yes')
    expect(JSON.parse((await asked.ended).output)).toEqual({
      hookSpecificOutput: { hookEventName: 'PermissionRequest', decision: { behavior: 'allow' } },
    })
    const copilot = await askingHome(', ask_only: [bash]')
    const event = { sessionId: 's', cwd: '/src/proj', toolName: 'bash', toolInput: { command: 'make' } }
    const other = copilot.hook('copilot', event, 'permissionRequest')
    await press(await copilot.question(), 'no')
    expect(JSON.parse((await other.ended).output)).toEqual({
      behavior: 'deny',
      message: expect.stringContaining('refused'),
    })
    copilot.configure('ask: phone')
    expect(await copilot.hook('copilot', { ...event, sessionId: 't' }, 'permissionRequest').ended).toEqual({
      code: 0,
      output: '',
    })
  })

  it('is a question like any other where nobody can be asked', async () => {
    const { hook, server, home } = await askingHome()
    writeFileSync(
      join(home, '.config/ntfy/ntfy.yml'),
      `backends: [desk]\nagents: {ask: gone, settle: 0.2}\ngone: {backend: prowl, api_key: x}\ndesk: {backend: ntfy_sh, topic: desk, server: "${server.address}"}\n`,
    )
    expect(await hook('codex', { ...request('make'), turn_id: 't' }).ended).toEqual({ code: 0, output: '' })
    await waitFor('the notification', () =>
      server.in('desk').some(({ message }) => message.includes('needs you: Bash make')),
    )
  })
})
