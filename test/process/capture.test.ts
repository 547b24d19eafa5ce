import { spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { temporaryHome } from '../support/home.ts'
import { describeWith } from '../support/programs.ts'
import { openTerminal } from '../support/pty.ts'
import { waitFor } from '../support/wait.ts'
import { expectSame, ntfy } from './both.ts'

/** The wrapper with its output captured, which is not told because the command does not run long enough. */
const capturing = [ntfy, 'done', '-o', '-e', '-L', '1h', '--']

function start(command: string[]) {
  const { home, env } = temporaryHome()
  const [file = '', ...words] = [...capturing, ...command]
  const child = spawn(file, words, { env, cwd: home, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  const seen = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => {
    seen.stdout += data
  })
  child.stderr.on('data', (data) => {
    seen.stderr += data
  })
  const exit = new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? signal)))
  const close = new Promise((resolve) => child.on('close', resolve))
  onTestFinished(() => {
    try {
      process.kill(-(child.pid as number), 'SIGKILL')
    } catch {}
  })
  return { child, seen, exit, close, home }
}

describeWith(['bash', 'mkfifo', 'perl'], 'captured output', () => {
  it.each([
    ['both streams go where they went', `{ $W sh -c 'echo out; echo err >&2' 2>&1 >&3 | sed s/^/2:/; } 3>&1`],
    ['20 MB', '$W head -c 20000000 /dev/zero | cksum'],
    ['bytes', `$W printf '\\377\\000\\n' | od -c`],
    ['the last bytes before the end', `$W sh -c 'head -c 60000 /dev/zero' | cksum`],
    ['a slow reader gets all', `$W head -c 300000 /dev/zero | (sleep 0.3; cksum)`],
    [
      '/dev/stdout can be opened',
      `$W sh -c 'echo one >/dev/stdout; echo two >/dev/stderr; test -p /dev/stdout && echo a pipe' 2>&1 | cat`,
    ],
    ['a reader that goes away', `$W yes | head -n 1; echo "\${PIPESTATUS[0]}"`],
    ['the exit', `$W sh -c 'echo hi; exit 3'; echo $?; $W sh -c 'kill -TERM $$'; echo $?`],
    ['stdin', 'echo hello | $W cat'],
    ['nothing', '$W true'],
    ['a full disk', `$W yes 2>/dev/null >/dev/full || echo failed`],
    ['a full disk, seen at the end', `$W echo hi 2>/dev/null >/dev/full || echo failed`],
    ['a full disk, by a command that ignores PIPE', `trap '' PIPE; $W yes 2>/dev/null >/dev/full || echo failed`],
    ['a full disk for errors', `$W sh -c 'yes >&2; echo still here' 2>/dev/full`],
    ['a limit of file sizes', `(ulimit -f 1; $W yes >f || echo failed) 2>/dev/null; wc -c <f`],
    ['pipes that others share', `{ $W sh -c 'echo; echo >&2'; grep -h flags /proc/self/fdinfo/[12]; } 2>&1 | cat`],
    [
      'pipes that others share, when it is killed',
      `{ $W sh -c 'echo; kill -TERM $$'; grep -h flags /proc/self/fdinfo/[12]; } 2>&1 | cat`,
    ],
    [
      'pipes that are non-blocking',
      `{ perl -MFcntl -e 'fcntl(STDOUT, F_SETFL, O_WRONLY | O_NONBLOCK)'; $W true; grep flags /proc/self/fdinfo/1; } | cat`,
    ],
    [
      'with all to restore',
      `trap '' HUP; ulimit -Sn 300; $W bash -c 'grep SigIgn /proc/self/status; ulimit -Sn; cat <&5' 5<<<five`,
    ],
  ])('%s', (_, script) => {
    expectSame(script, {}, capturing)
  })

  it('is passed on at once', async () => {
    const { child, seen, exit } = start(['sh', '-c', 'echo first; read x; echo second $x'])
    await waitFor('first', () => seen.stdout === 'first\n')
    child.stdin.write('go\n')
    expect(await exit).toBe(0)
    await waitFor('second', () => seen.stdout === 'first\nsecond go\n')
  })

  it('a process left behind does not keep us, nor lose its life', async () => {
    const command = `(trap "echo PIPE >died" PIPE; until [ -e go ]; do sleep 0.02; done; echo more; echo more; echo alive >alive) & echo $!; echo end`
    const { seen, exit, close, home } = start(['bash', '-c', command])
    expect(await exit).toBe(0)
    await close
    expect(seen.stdout).toMatch(/^\d+\nend\n$/)
    writeFileSync(join(home, 'go'), '')
    await waitFor('alive', () => tryRead(join(home, 'alive')) === 'alive\n')
    expect(tryRead(join(home, 'died'))).toBe('')
  })

  it('on a terminal what a process left behind still appears', async () => {
    const { home, env } = temporaryHome()
    const [file = '', ...words] = capturing
    const script = `"$@" sh -c '(until [ -e go ]; do sleep 0.02; done; echo later) & echo now'; echo status $?; touch go; read x`
    const terminal = openTerminal('bash', ['-c', script, 'bash', file, ...words], { env, cwd: home })
    await terminal.see(/now[\s\S]*status 0[\s\S]*later/)
    terminal.type('\r')
    await terminal.exit
  })

  it('a slow reader does not keep signals from the command', async () => {
    const { child, exit, home } = start([
      'bash',
      '-c',
      `trap 'echo TERM >log; exit 4' TERM; echo $$ >pid; yes | cat & wait`,
    ])
    child.stdout.pause()
    await waitFor('the command', () => tryRead(join(home, 'pid')) !== '')
    child.kill('SIGTERM')
    await waitFor('TERM', () => tryRead(join(home, 'log')) === 'TERM\n')
    child.stdout.resume()
    expect(await exit).toBe(4)
  })
})

function tryRead(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
