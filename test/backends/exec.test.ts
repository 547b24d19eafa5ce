import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { attemptWith } from '../support/attempt.ts'
import { ntfy } from '../support/cli.ts'
import { temporaryFolder, temporaryHome } from '../support/home.ts'
import { waitFor } from '../support/wait.ts'

const shell = (script: string) => ({ command: ['sh', '-c', script] })

describe('what a program gets', () => {
  it('the notification on stdin and in variables, in the folder of the configuration, without a shell', async () => {
    const folder = temporaryFolder()
    const script = join(folder, 'tell')
    const text = '#!/bin/sh\nprintf "%s|" "$@" >words\ncat >stdin\npwd -P >folder\nenv -0 | tr "\\0" "\\1" >variables\n'
    writeFileSync(script, text, { mode: 0o755 })
    const message = '$(touch pwned); `id`\n"quoted" \'ä\''
    const result = await attemptWith(
      'exec',
      { command: ['./tell', '$(touch pwned)', '*'] },
      {
        id: 'fixed-1',
        config: join(folder, 'ntfy.yml'),
        notification: { title: 'a\0b', message, priority: 'high', tags: ['x', 'y\0'], outcome: { status: 3 } },
      },
    )
    expect(result).toMatchObject({ kind: 'delivered' })
    const read = (file: string) => readFileSync(join(folder, file), 'utf8')
    expect(read('words')).toBe('$(touch pwned)|*|')
    expect(read('folder').trim()).toBe(realpathSync(folder))
    expect(existsSync(join(folder, 'pwned'))).toBe(false)
    const whole = read('stdin')
    expect(JSON.parse(whole)).toMatchObject({
      id: 'fixed-1',
      title: 'ab',
      message,
      priority: 'high',
      outcome: { status: 3 },
    })
    expect(read('variables').split('\x01')).toEqual(
      expect.arrayContaining([
        ...['NTFY_ID=fixed-1', 'NTFY_TITLE=ab', `NTFY_MESSAGE=${message}`, 'NTFY_PRIORITY=high', 'NTFY_TAGS=x,y'],
        ...['NTFY_RETCODE=3', `NTFY_RAW=${whole}`],
      ]),
    )
  })

  it.each(['a', '日', '"'])('the longest text, of %s, fits into its variables', async (letter) => {
    const notification = { title: letter.repeat(5000), message: letter.repeat(300_000) }
    expect(await attemptWith('exec', shell('cat >/dev/null'), { notification })).toMatchObject({ kind: 'delivered' })
  })
})

describe('what its end means', () => {
  it.each([
    { script: 'exit 0', kind: 'delivered', says: undefined },
    { script: 'echo try later >&2; exit 75', kind: 'transient', says: 'try later' },
    { script: 'exit 77', kind: 'config', says: 'ended with 77' },
    { script: 'exit 78', kind: 'config', says: 'ended with 78' },
    { script: 'printf "no\\033[31m way" >&2; exit 1', kind: 'permanent', says: 'ended with 1: no way' },
    { script: 'kill -9 $$', kind: 'transient', says: 'signal' },
  ])('$script is $kind', async ({ script, kind, says }) => {
    const result = await attemptWith('exec', shell(script))
    expect(result).toMatchObject(says ? { kind, error: expect.stringContaining(says) } : { kind })
  })

  it.each([
    { command: '/nowhere/tell', says: 'was not found' },
    { command: '/etc/passwd', says: 'EACCES' },
    { command: '/', says: 'EACCES' },
  ])('$command cannot be started: $says', async ({ command, says }) => {
    const result = await attemptWith('exec', { command })
    expect(result).toMatchObject({ kind: 'config', error: expect.stringContaining(says) })
  })

  it('a folder that is gone is no reason not to run it', async () => {
    const config = join(temporaryFolder(), 'gone/ntfy.yml')
    expect(await attemptWith('exec', shell('test "$(pwd)" = /'), { config })).toMatchObject({ kind: 'delivered' })
  })
})

describe('programs that behave oddly', () => {
  it('one that does not read its stdin took the message all the same', async () => {
    const notification = { message: 'x'.repeat(90_000) }
    expect(await attemptWith('exec', shell('exec <&-; exit 0'), { notification })).toMatchObject({ kind: 'delivered' })
  })

  it('one that prints megabytes is read to its end', async () => {
    const script = 'head -c 20000000 /dev/zero; head -c 20000000 /dev/zero >&2; exit 1'
    const result = await attemptWith('exec', shell(script))
    expect(result.kind).toBe('permanent')
    expect(result.kind === 'permanent' && result.error.length).toBeLessThan(500)
  })

  it('one that does not end is ended with all that it started', async () => {
    const folder = temporaryFolder()
    const script = `sleep 600 & echo $! >'${folder}/pid'; wait`
    const result = await attemptWith('exec', shell(script), { deadline: 3000 })
    expect(result).toMatchObject({ kind: 'transient', error: expect.stringContaining('did not end in time') })
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    await waitFor('the end of what it started', () => hasEnded(pid))
  })

  it('one that leaves a process behind, which holds its pipes, has ended', async () => {
    const folder = temporaryFolder()
    const script = `sleep 600 & echo $! >'${folder}/pid'; echo said >&2; exit 1`
    const result = await attemptWith('exec', shell(script))
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'))
    onTestFinished(() => void process.kill(pid, 'SIGKILL'))
    expect(result).toMatchObject({ kind: 'permanent', error: expect.stringContaining('said') })
    expect(hasEnded(pid)).toBe(false)
  })
})

describe('from the command line', () => {
  it('the same happens in the folder of the configuration, wherever one stands', async () => {
    const { home, env } = temporaryHome()
    const folder = join(home, '.config/ntfy')
    mkdirSync(folder, { recursive: true })
    writeFileSync(join(folder, 'ntfy.yml'), 'backends: [mine]\nmine: {backend: exec, command: [tee, said]}\n', {
      mode: 0o600,
    })
    expect(await ntfy(['send', 'hi'], { env, cwd: '/' })).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(readFileSync(join(folder, 'said'), 'utf8'))).toMatchObject({ message: 'hi' })
  })
})

/** Gone, or a zombie that nobody has waited for. */
function hasEnded(pid: number): boolean {
  try {
    return /\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return true
  }
}
