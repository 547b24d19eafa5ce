import { expect, it } from 'vitest'
import { temporaryHome } from './home.ts'
import { openTerminal } from './pty.ts'

it('types into a program and sees what it writes', async () => {
  const terminal = openTerminal('sh', ['-c', 'read x; echo "got $x"; exit 3'], temporaryHome())
  terminal.type('hello\r')
  await terminal.see('got hello')
  expect(await terminal.exit).toEqual({ code: 3, signal: 0 })
})
