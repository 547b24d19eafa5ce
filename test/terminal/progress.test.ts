import { chmodSync, chownSync, copyFileSync, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ntfyBin } from '../support/cli.ts'
import { openEmulator } from '../support/emulator.ts'
import { temporaryFolder, temporaryHome } from '../support/home.ts'
import { which } from '../support/programs.ts'
import { openTerminal } from '../support/pty.ts'

const [busy, idle] = ['\u001b]9;4;3\u001b\\', '\u001b]9;4;0\u001b\\']

/** Runs a line in a shell that has a terminal emulator of that name; gives back what that was sent. */
async function shownBy(emulator: string, line: string, env: Record<string, string> = {}): Promise<string> {
  const terminal = await openEmulator(emulator, `sleep 0.3; ${line}; echo e''nd; sleep 600`, env)
  await terminal.see('end')
  return terminal.output()
}

const ghostty = { TERM_PROGRAM: 'ghostty', TERM_PROGRAM_VERSION: '1.2.3' }
const done = `${ntfyBin} done -L 60`

it('a terminal that can shows that a command is running, if it is asked for', async () => {
  const output = await shownBy('ghostty', `${done} --progress sleep 0.6`, ghostty)
  expect(output).toBe(`${busy}${idle}end\r\n`)
  const config = `${temporaryFolder()}/ntfy.yml`
  writeFileSync(config, 'terminal: {progress: true}\n')
  expect(await shownBy('ghostty', `${done} sleep 0.6`, { ...ghostty, NTFY_CONFIG: config })).toBe(output)
  expect(await shownBy('ghostty', `${done} --progress sh -c "sleep 0.6; kill -9 \\$\\$"`, ghostty)).toContain(idle)
})

describe.runIf(process.getuid?.() === 0)('as root', () => {
  it("no file of another user's is run to learn the version of a terminal", async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o755)
    const [program, ran] = [join(folder, 'kitty'), join(folder, 'ran')]
    copyFileSync(which('bash') ?? '/bin/bash', program)
    const trap = `#!/bin/sh\ntouch ${ran}; echo 0.47.0\n`
    chownSync(folder, 4711, 4711)
    // Its own file at first, then another one of that name, and one of the name that the kernel gives it then.
    const steps = [
      `${done} --progress sleep 0.3`,
      `rm ${program}; printf %s '${trap}' | tee ${program} >'${program} (deleted)'`,
    ]
    const script = [
      steps[0],
      steps[1],
      `chmod +x ${program}*`,
      steps[0],
      `rm ${program}`,
      steps[0],
      "echo e''nd; sleep 60; :",
    ]
    const terminal = openTerminal(program, ['--norc', '-c', script.join('; ')], temporaryHome({ TERM: 'xterm-kitty' }))
    await terminal.see('end')
    expect(terminal.output()).not.toContain(busy)
    expect(existsSync(ran)).toBe(false)
  })
})

it('others are sent nothing, nor is one that was not asked for it', async () => {
  const sleep = 'sleep 0.3'
  const outputs = await Promise.all([
    shownBy('ghostty', `${done} ${sleep}`, ghostty),
    shownBy('ghostty', `${done} --progress ${sleep}`, { ...ghostty, TERM_PROGRAM_VERSION: '1.1.3' }),
    shownBy('foot', `${done} --progress ${sleep}`, ghostty),
    shownBy('kitty', `${done} --progress ${sleep}`, ghostty),
    shownBy('tmux', `${done} --progress ${sleep}`, ghostty),
    shownBy('ghostty', `${done} --progress ${sleep} | cat`, ghostty),
    shownBy('ghostty', `${done} --progress true`, ghostty),
  ])
  for (const output of outputs) expect(output).toBe('end\r\n')
})
