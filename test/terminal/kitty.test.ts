import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { expect, it, onTestFinished } from 'vitest'
import terminal from '../../src/backends/terminal.ts'
import { kinds, unknownKind } from '../../src/terminal/kinds.ts'
import { showByTerminal } from '../../src/terminal/show.ts'
import { testContext, testNotification } from '../support/context.ts'
import { desktopPrograms, useDesktop } from '../support/desktop.ts'
import { temporaryFolder } from '../support/home.ts'
import { hostileTexts } from '../support/hostile.ts'
import { describeWith, which } from '../support/programs.ts'
import { tmuxServer } from '../support/tmux.ts'
import { minutes, waitFor } from '../support/wait.ts'

type Sequence = Parameters<typeof terminal.send>[1]['sequence']

describeWith([...desktopPrograms, 'kitty', 'xdotool', 'tmux', 'screen'], 'a real kitty', () => {
  const desktop = useDesktop({ windows: true })

  /** Starts kitty with a shell script in it and waits until the script has written `$SIGN`. */
  async function openKitty(script: string) {
    const folder = temporaryFolder()
    const sign = `${folder}/sign`
    const remote = ['-o', 'allow_remote_control=yes', '--listen-on', `unix:${folder}/kitty`]
    const write = `echo $$ $(tty) > ${sign}.tmp; mv ${sign}.tmp ${sign}`
    const words = ['sh', '-c', script.replaceAll('$WRITE_SIGN', () => write).replaceAll('$FOLDER', folder)]
    const child = desktop().start('kitty', [
      '--title',
      'the title',
      '-o',
      'confirm_os_window_close=0',
      ...remote,
      ...words,
    ])
    await waitFor('a shell in kitty', () => existsSync(sign))
    const [pid, tty = ''] = readFileSync(sign, 'utf8').trim().split(' ')
    const screen = async () => {
      const args = ['@', '--to', `unix:${folder}/kitty`, 'get-text']
      return (await promisify(execFile)('kitty', args, { env: desktop().env })).stdout
    }
    return { tty, shellPid: Number(pid), folder, screen, close: () => child.kill('SIGKILL') }
  }

  function send(at: { tty: string; shellPid: number }, title: string, message: string, sequence: Sequence = 'auto') {
    const reference = { tty: at.tty, shellPid: at.shellPid }
    const options = { sequence, progress: undefined }
    return terminal.send(testNotification({ title, message, terminal: reference }), options, testContext())
  }

  it('shows what it is handed, and nothing of a hostile text becomes a command, an answer or a character', async () => {
    const kitty = await openKitty('stty raw -echo; $WRITE_SIGN; cat > $FOLDER/replies')
    const before = desktop().shown().length
    expect(await send(kitty, 'make; done', 'a <b>ß✅</b> & more')).toEqual({ handed_to: 'kitty', as: 'osc99' })
    expect((await desktop().waitForShown(before + 1))[before]).toMatchObject({ title: 'make; done' })
    for (const sequence of ['auto', 'osc9', 'osc777', 'osc1337'] as const) {
      for (const text of hostileTexts(150)) await send(kitty, text, text, sequence)
    }
    await send(kitty, 'the last', 'one')
    await waitFor('the last one', () =>
      desktop()
        .shown()
        .some(({ title }) => title === 'the last'),
    )
    expect((await kitty.screen()).trim()).toBe('')
    expect(readFileSync(`${kitty.folder}/replies`, 'utf8')).toBe('')
    const args = ['search', '--name', '^the title$']
    expect((await promisify(execFile)('xdotool', args, { env: desktop().env })).stdout).toMatch(/^\d+\n$/)
    kitty.close()
  })

  it('shows what happens in a hidden window of tmux, whose screen stays as it is', async () => {
    const { run, panes, command } = tmuxServer()
    const kitty = await openKitty(`$WRITE_SIGN; ${command.join(' ')} attach -t main; :`)
    await waitFor('the client', async () => (await run('list-clients')) !== '')
    await run('new-window', '-t', 'main', 'sleep 600')
    const [hidden] = await panes()
    const name = randomUUID()
    if (hidden) expect(await send(hidden, name, 'in tmux')).toEqual({ handed_to: 'kitty', as: 'osc99' })
    await waitFor('the notification', () =>
      desktop()
        .shown()
        .some(({ title }) => title === name),
    )
    expect((await run('capture-pane', '-p', '-t', 'main:0')).trim()).toBe('')
    kitty.close()
  })

  it('shows what happens in screen', async () => {
    const program = which('screen') ?? 'screen'
    const folder = temporaryFolder()
    const script = `echo $$ $(tty) > ${folder}/w.tmp; mv ${folder}/w.tmp ${folder}/w; sleep 600; :`
    const kitty = await openKitty(`$WRITE_SIGN; SCREENRC=/dev/null ${program} sh -c '${script}'; :`)
    await waitFor('a window of screen', () => existsSync(`${folder}/w`))
    const [pid, tty = ''] = readFileSync(`${folder}/w`, 'utf8').trim().split(' ')
    // Its only window ends the session, which would outlive kitty.
    onTestFinished(() => void process.kill(Number(pid)))
    const name = randomUUID()
    expect(await send({ tty, shellPid: Number(pid) }, name, 'x'.repeat(400))).toMatchObject({ handed_to: 'kitty' })
    await waitFor('the notification', () =>
      desktop()
        .shown()
        .some(({ title }) => title === name),
    )
    // With several clients of screen nobody knows which one it is: then screen hands it on.
    const place = { tty, kind: kinds[0] ?? unknownKind, remote: false, through: 'screen' as const }
    const other = testNotification({ title: randomUUID(), message: '✅'.repeat(400) })
    await showByTerminal(other, place, 'osc99', AbortSignal.timeout(minutes))
    await waitFor('the wrapped one', () =>
      desktop()
        .shown()
        .some(({ title }) => title === other.title),
    )
    expect(await kitty.screen()).toMatch(/^\s*$/)
    kitty.close()
  })
})
