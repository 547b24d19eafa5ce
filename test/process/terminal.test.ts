import { constants } from 'node:fs'
import { expect, it } from 'vitest'
import { describeWith } from '../support/programs.ts'
import { waitFor } from '../support/wait.ts'
import { counting, hasWitness, isForeground, openShell, processes, running } from './shell.ts'

describeWith(['bash', 'stty', 'python3'], 'at a terminal', () => {
  it('Ctrl-C, Ctrl-\\ and a new size reach the command once each', async () => {
    const shell = await openShell()
    shell.write('count', counting)
    shell.type('$W bash count\r')
    await shell.see(/[\r\n]ready/)
    await waitFor('the witness', () => hasWitness(wrapperIn(shell.home)))
    for (const [key, count] of [
      ['\x03', 3],
      ['\x1c', 2],
    ] as const) {
      for (let i = 0; i < count; i++) {
        const before = shell.log()
        shell.type(key)
        await waitFor('the signal', () => shell.log() !== before)
      }
    }
    shell.resize(100, 30)
    await waitFor('WINCH', () => shell.log().includes('WINCH'))
    shell.write('stop', '')
    shell.type('echo status $?\r')
    await shell.see('status 7')
    expect(shell.log()).toBe('INT\nINT\nINT\nQUIT\nQUIT\nWINCH\n')
  })

  it('INT, QUIT and TERM for us alone reach the command once, and so does the key after each', async () => {
    const shell = await openShell()
    shell.write('count', counting)
    shell.type('$W bash count\r')
    await shell.see(/[\r\n]ready/)
    const pid = wrapperIn(shell.home)
    await waitFor('the witness', () => hasWitness(pid))
    let expected = ''
    for (const signal of ['INT', 'QUIT', 'TERM'] as const) {
      process.kill(pid, `SIG${signal}`)
      expected += `${signal}\n`
      await waitFor(signal, () => shell.log() === expected)
      shell.type('\x03')
      expected += 'INT\n'
      await waitFor('the key', () => shell.log() === expected)
    }
    shell.write('stop', '')
    shell.type('echo status $?\r')
    await shell.see('status 7')
    expect(shell.log()).toBe(expected)
  })

  it('Ctrl-C ends the command, us, and the script that called us', async () => {
    const shell = await openShell()
    shell.type('bash -c "$W sleep 300; echo not reached"\r')
    await waitFor('sleep', () => running(shell.home, 'sleep'))
    shell.type('\x03')
    await shell.see(/\^C[\s\S]*\$ $/)
    shell.type('echo status $?\r')
    await shell.see('status 130')
    expect(shell.output()).not.toContain('\nnot reached')
  })

  it('a command that handles Ctrl-C and exits 0 gives 0, and the script goes on', async () => {
    const shell = await openShell()
    shell.write('handler', 'trap "exit 0" INT; echo ready; while :; do sleep 0.02; done')
    shell.type('bash -c "$W bash handler; echo then $?"\r')
    await shell.see(/[\r\n]ready/)
    shell.type('\x03')
    await shell.see('then 0')
  })

  it('Ctrl-\\ ends both by QUIT', async () => {
    const shell = await openShell()
    shell.type('ulimit -c 0; $W sleep 300; echo status $?\r')
    await waitFor('sleep', () => running(shell.home, 'sleep'))
    shell.type('\x1c')
    await shell.see('status 131')
  })

  it('Ctrl-Z stops a plain command, fg continues it', async () => {
    const shell = await openShell()
    shell.type('$W sh -c "echo ready; read line; echo got $line; exit 5"\r')
    await shell.see(/[\r\n]ready/)
    await waitFor('the witness', () => hasWitness(wrapperIn(shell.home)))
    for (let round = 1; round <= 3; round++) {
      shell.type('\x1a')
      const before = shell.output().length
      await shell.see(/Stopped[\s\S]*\$ /, before)
      shell.type(`echo status $? round ${round}\r`)
      await shell.see(`status 148 round ${round}`)
      shell.type('fg\r')
      await waitFor('the shell to hand over the terminal', () => isForeground(shell.home, 'sh'))
    }
    shell.type('word\r')
    await shell.see('got')
    shell.type('echo status $?\r')
    await shell.see('status 5')
  })

  it('Ctrl-Z waits for a full-screen program to restore the screen', async () => {
    const shell = await openShell()
    shell.write('full.py', fullScreen)
    shell.type('$W python3 full.py\r')
    await shell.see('DRAWN')
    await waitFor('the witness', () => hasWitness(wrapperIn(shell.home)))
    const before = shell.output().length
    shell.type('\x1a')
    await shell.see(/RESTORED[\s\S]*Stopped[\s\S]*\$ /, before)
    shell.type('stty -a | grep -o "[-]*icanon"; fg\r')
    await shell.see(/[\r\n]icanon/, before)
    await shell.see('DRAWN', shell.output().lastIndexOf('fg'))
    shell.type('q')
    await shell.see('BYE')
    shell.type('echo status $?; cat log\r')
    await shell.see(/status 3[\s\S]*CONT 1/)
  })

  it('a command that ignores Ctrl-Z is not stopped, nor are we', async () => {
    const shell = await openShell()
    shell.write('deaf', 'trap "" TSTP; echo ready; read x; echo got $x')
    shell.type('$W bash deaf\r')
    await shell.see(/[\r\n]ready/)
    shell.type('\x1aword\r')
    await shell.see('got word')
    expect(shell.output()).not.toContain('Stopped')
  })

  it('a command that stops itself is a stopped job', async () => {
    const shell = await openShell()
    shell.type(`$W bash -c 'kill -STOP $$; echo on'\r`)
    await shell.see(/Stopped[\s\S]*\$ /)
    shell.type('fg\r')
    await shell.see('\non')
  })

  it('in the background it may not read the terminal; fg lets it', async () => {
    const shell = await openShell()
    shell.type('set -b; $W cat &\r')
    await shell.see(/Stopped[\s\S]*cat/)
    const before = shell.output().length
    shell.type('fg\r')
    await shell.see(/cat\r\n/, before)
    shell.type('hello\r')
    await shell.see(/hello\r\nhello/)
    shell.type('\x04')
    await shell.see(/\$ $/)
  })

  it('runs an interactive shell with job control', async () => {
    const shell = await openShell()
    shell.type('PS1="inner> " $W bash --norc -i\r')
    await shell.see('inner> ')
    shell.type('sleep 300\r')
    await waitFor('sleep', () => running(shell.home, 'sleep'))
    shell.type('\x1a')
    await shell.see(/Stopped[\s\S]*inner> /)
    const before = shell.output().length
    shell.type('kill %1; suspend\r')
    await shell.see(/Stopped[\s\S]*\$W[\s\S]*\$ $/, before)
    shell.type('fg\r')
    await shell.see(/fg\r\n[\s\S]*inner> /, before)
    shell.type('exit 9\r')
    shell.type('echo status $?\r')
    await shell.see('status 9')
  })

  it('terminal modes that the command leaves stay', async () => {
    const shell = await openShell()
    shell.write(
      'modes',
      `stty sane; stty -echo -ixon; stty -g >a
       stty sane; $W stty -echo -ixon; stty -g >b
       stty sane; $W sh -c 'stty -echo -ixon; kill -INT $$'; stty -g >c
       stty sane; cmp a b && cmp a c && echo all the same`,
    )
    shell.type('bash modes\r')
    await shell.see('all the same')
  })

  it('stdin, stdout and stderr stay the terminal, and blocking', async () => {
    const shell = await openShell()
    shell.type("$W bash -c '[ -t 0 ] && [ -t 1 ] && [ -t 2 ] && echo all three'; grep flags /proc/$$/fdinfo/1\r")
    await shell.see(/[\r\n]all three[\s\S]*flags:\s+\d+\r/)
    const flags = /flags:\s+(\d+)\r/.exec(shell.output())?.[1] ?? ''
    expect(Number.parseInt(flags, 8) & constants.O_NONBLOCK).toBe(0)
  })
})

/** The number of the wrapper that runs in a folder. */
function wrapperIn(folder: string): number {
  const found = processes().find(({ cwd, words }) => cwd === folder && words.includes('done') && words[0] !== 'bash')
  return Number.parseInt(found?.stat ?? '', 10)
}

const fullScreen = `
import os, signal, sys, termios, tty
old = termios.tcgetattr(0)
conts = 0
def draw():
    tty.setcbreak(0)
    os.write(1, b'\\x1b[?1049hDRAWN')
def restore():
    termios.tcsetattr(0, termios.TCSANOW, old)
    os.write(1, b'\\x1b[?1049lRESTORED')
def stop(*_):
    import time
    time.sleep(0.1)
    restore()
    signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTSTP)
    signal.signal(signal.SIGTSTP, stop)
    draw()
def cont(*_):
    global conts
    conts += 1
signal.signal(signal.SIGTSTP, stop)
signal.signal(signal.SIGCONT, cont)
draw()
while os.read(0, 1) != b'q': pass
restore()
open('log', 'w').write('CONT %d' % conts)
print('BYE')
sys.exit(3)
`
