import { describe, expect, it } from 'vitest'
import { away } from '../support/away.ts'
import { openEmulator } from '../support/emulator.ts'
import type { Terminal } from '../support/pty.ts'
import { minutes } from '../support/wait.ts'

const limit = () => AbortSignal.timeout(minutes)
const at = (terminal: Terminal) => ({ tty: terminal.device, shellPid: terminal.pid })

describe('whether nobody is looking', () => {
  it('is unknown without a terminal, or where nothing can be asked', async () => {
    expect(await away(undefined, limit())).toEqual({ answer: 'unknown', source: 'without a terminal' })
    expect(await away({ shellPid: process.pid }, limit())).toMatchObject({ answer: 'unknown' })
    expect(await away(at(await openEmulator('kitty')), limit())).toMatchObject({ answer: 'unknown' })
    expect(await away({ tty: '/dev/pts/0', shellPid: 2 ** 22 }, limit())).toMatchObject({ answer: 'unknown' })
  })

  it('is unknown where DISPLAY is of another machine, dead, or refuses', async () => {
    for (const DISPLAY of ['localhost:10.0', ':94', 'example.org:0', 'nonsense']) {
      const emulator = await openEmulator('xterm', undefined, { DISPLAY, WINDOWID: '12345' })
      const signal = limit()
      expect(await away(at(emulator), signal)).toMatchObject({ answer: 'unknown' })
      expect(signal.aborted).toBe(false)
    }
  })
})
