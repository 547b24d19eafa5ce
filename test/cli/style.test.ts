import { expect, it } from 'vitest'
import { ntfy, ntfyBin } from '../support/cli.ts'
import { temporaryHome } from '../support/home.ts'
import { openTerminal } from '../support/pty.ts'

const red = '\u001b[31m'

/** Whether a mistake is said in colour: into a pipe, and on a terminal. */
async function colored(variables: Record<string, string>, words: string[] = []): Promise<[boolean, boolean]> {
  const { env } = temporaryHome({ TERM: 'xterm', ...variables })
  const piped = await ntfy([...words, 'nonsense'], { env })
  const terminal = openTerminal(ntfyBin, [...words, 'nonsense'], { env, ...(variables['TERM'] && { name: 'dumb' }) })
  await terminal.exit
  return [piped.stderr.includes(red), terminal.output().includes(red)]
}

it.each<[Record<string, string>, string[], [boolean, boolean]]>([
  [{}, [], [false, true]],
  [{ NO_COLOR: '1' }, [], [false, false]],
  [{ NO_COLOR: '' }, [], [false, true]],
  [{ TERM: 'dumb' }, [], [false, false]],
  [{ FORCE_COLOR: '1' }, [], [true, true]],
  [{ FORCE_COLOR: '0' }, [], [false, false]],
  [{ CLICOLOR_FORCE: '1' }, [], [true, true]],
  [{ NO_COLOR: '1', FORCE_COLOR: '1' }, [], [false, false]],
  [{ NO_COLOR: '1' }, ['--color=always'], [true, true]],
  [{ FORCE_COLOR: '1' }, ['--color=never'], [false, false]],
])('with %j and %j colours are there in a pipe and on a terminal: %j', async (variables, words, expected) => {
  expect(await colored(variables, words)).toEqual(expected)
})

it('is never in JSON', async () => {
  const { env } = temporaryHome()
  const { stdout } = await ntfy(['--color', 'always', '--json', 'doctor'], { env })
  expect(stdout).not.toContain('\u001b')
  for (const line of stdout.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('check')
})

it('says which colours there are', async () => {
  const { env } = temporaryHome()
  const { code, stderr } = await ntfy(['--color', 'allways', 'log'], { env })
  expect([code, stderr]).toEqual([
    64,
    'ntfy: --color allways: unknown; did you mean always? (known: auto, always, never)\n',
  ])
})
