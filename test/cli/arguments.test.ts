import { describe, expect, it } from 'vitest'
import { findVerb, quickInvocation, splitArguments } from '../../src/cli/arguments.ts'
import { parseWithYargs } from '../../src/cli/parser.ts'
import { commands } from '../../src/commands/index.ts'

async function parse(argv: string[]) {
  const at = findVerb(argv)
  const command = (await commands[argv[at] ?? '']?.())?.default
  if (command === undefined) throw new Error(`no command in ${argv}`)
  const split = splitArguments(argv, at, command)
  return { quick: quickInvocation(split, command), thorough: await parseWithYargs(split, command) }
}

describe('the quick way and yargs understand a command line alike', () => {
  it.each(
    [
      'send hi',
      'send hi there --priority high',
      'send --priority=high hi',
      'send -t title hi',
      'send -ttitle hi',
      'send -vt -title hi',
      'send -vEttitle hi',
      'send --title -x hi',
      'send --tag a --tag b hi',
      'send 007 1e3 0x10',
      'send -- -5 --no-such',
      'send -',
      'send',
      '-vE send hi',
      '-c file -l DEBUG -q send hi',
      'send hi --json --no-queue',
      '-b a -o k v -b c -o k2 -5 -o k3 v3 send hi',
      '-o k v send -b x hi',
      'done make -j4 --help 1e3 -b -o x',
      'done -L5 -b -o -e -H make',
      'done -boe --tail 5 -- make -L 3',
      'done --on failure --shell x',
      'done -p 1 2 3',
      'done -p 1 -p 2',
      'done --pid=1',
      '-b phone done -b true',
      '-t title done true',
      'done --formatter cmd 1 2',
      'shell-integration -s bash -L 5 -f',
      'queue list',
      'queue',
      'config check',
      'shell-done --shell bash --status 1 --duration-ms 5 --opts -bx --ignore vim',
    ].map((line) => ({ line })),
  )('ntfy $line', async ({ line }) => {
    const { quick, thorough } = await parse(line.split(' '))
    expect(quick).toBeDefined()
    expect(thorough).toEqual(quick)
  })

  it.each([
    'send --nosuch',
    'send --priority',
    'send --priority loud hi',
    'send --no-queue=1 hi',
    'done --on never true',
    'help a b',
    'config x y',
  ])('ntfy %s is for neither', async (line) => {
    const argv = line.split(' ')
    const at = findVerb(argv)
    const command = (await commands[argv[at] ?? '']?.())?.default
    if (command === undefined) throw new Error('no command')
    const understood = async () => {
      const split = splitArguments(argv, at, command)
      expect(quickInvocation(split, command)).toBeUndefined()
      return parseWithYargs(split, command)
    }
    await expect(understood()).rejects.toMatchObject({ exitCode: 64 })
  })
})

it('binds -o to the -b before it, and gives both back their meaning after done', async () => {
  const { quick } = await parse('-o all 1 -b a -o k v done -b -o cmd -b x'.split(' '))
  expect(quick?.global).toMatchObject({ sharedOptions: { all: '1' }, targets: [{ name: 'a', options: { k: 'v' } }] })
  expect(quick?.flags).toMatchObject({ 'background-only': true, stdout: true })
  expect(quick?.words).toEqual(['cmd', '-b', 'x'])
})
